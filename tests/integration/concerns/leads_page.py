"""What does a lead find and do?

A concern that was logged, and what the forms of its page send, with their hidden fields.
"""

from datetime import date
from uuid import uuid4

from django.urls import reverse

from safeguarding.concerns.models import Concern
from safeguarding.concerns.services import deciding
from tests import factories
from tests.factories import SCHOOL_DAY

ROUTINE = {
    "level": "1",
    "kind": "monitor",
    "rationale": "Settled by lunch.",
    "parents_told": "yes",
    "review_on": "2026-12-01",
}
OUTSIDE = {
    "level": "4",
    "kind": "child_protection",
    "rationale": "Said that he is hit.",
    "parents_told": "no_risk",
    "parents_reason": "It could add to the risk.",
    "new_referral": "yes",
    "recipient": "Duty team",
    "consent": "not_sought",
    "consent_reason": "It could add to the risk.",
    "legal_reason": "s47",
    "review_on": "2026-11-25",
}

WATCH = deciding.Ruling(
    level=2, kind="monitor", rationale="Settled.", parents_told="yes", receipt="watching", review_on=date(2026, 12, 15)
)


def logged(room, soon, ago, **report):
    return factories.concern(room, how_soon=soon, at=SCHOOL_DAY - ago, **report)


def page_of(client, concern):
    return client.get(reverse("concern", args=[concern.pk]))


def send(client, name, record, data, **more):
    """What the page's form sends: its hidden fields, and what was typed."""
    return client.post(reverse(name, args=[record.pk]), data | more)


def hidden(page, form):
    """The hidden fields of a form of the page."""
    return {
        name: page.context[form][name].value() or ""
        for name in page.context[form].fields
        if name in ("token", "revision", "seen")
    }


def asked_of(page, form):
    """What a page sends back of what a form asks once, so that it is saved when the button is pressed again."""
    found = page.context[form]
    return {"pointed": [one.key for name in found.fields for one in found.pointed_in(name)]}


def decide(client, concern, typed=ROUTINE, **more):
    return send(client, "decide", concern, hidden(page_of(client, concern), "decision_form") | typed, **more)


def fresh(record):
    return type(record).objects.get(pk=record.pk)


def close(client, concern, **typed):
    """Pressed again where something is open: most are decided with a day of review."""
    page = hidden(page_of(client, concern), "close_form")
    usual = {"outcome": "helped_in_school", "reason": "Settled.", "receipt": "in_school"}
    answer = send(client, "close_concern", concern, page | usual | typed)
    if answer.status_code == 422 and answer.context["close_form"].only_asks:
        return send(client, "close_concern", concern, page | usual | typed | asked_of(answer, "close_form"))
    return answer


def act(client, room, concern):
    return send(
        client,
        "add_action",
        concern,
        {"token": uuid4(), "text": "Ring", "owner": room.pastoral.pk, "due_on": "2026-11-25"},
    )


def reopen(client, concern):
    typed = {"reason": "His sister too."}
    return send(client, "reopen_concern", concern, hidden(page_of(client, concern), "reopen_form") | typed)


def opened(concern, by, at=SCHOOL_DAY):
    return deciding.open_concern(concern=concern, by=by, at=at)


def decided(concern, by, **changes):
    reason = {"not_referred": "The need is met in school."} if changes.get("level", 0) > 2 else {}
    ruling = deciding.Ruling(**(vars(WATCH) | reason | changes))
    deciding.decide(concern=concern, token=uuid4(), seen=concern.revision, ruling=ruling, by=by, at=SCHOOL_DAY)
    return Concern.objects.get(pk=concern.pk)
