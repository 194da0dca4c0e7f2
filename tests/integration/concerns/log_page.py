"""How does somebody open the log form, and what does a form of a routine concern send?"""

from django.test import Client

LOG = "/log/"


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def opened(client: Client) -> tuple[str, dict[str, str]]:
    """Address of a fresh form, and what it posts besides what is typed."""
    answer = client.get(LOG, follow=True)
    assert answer.status_code == 200
    return answer.redirect_chain[-1][0], {"key": answer.context["key"], "ring": answer.context["ring"]}


def whole(form: dict[str, str], *children, **changes) -> dict[str, object]:
    """A form filled in as for a routine concern."""
    roles = {f"{c.pk}-role": "worried_about" for c in children}
    return {
        **form,
        "how_soon": "3",
        "who": [str(c.pk) for c in children],
        **roles,
        "observed_on_day": "24",
        "observed_on_month": "11",
        "observed_on_year": "2026",
        "observed_at": "8:50am",
        "place": "classroom",
        "how_known": "saw_or_heard",
        "facts": "He was quiet at register.",
        "category": "NEG",
        "marks_seen": "no",
        "told": "nobody",
        "send": "",
        **changes,
    }
