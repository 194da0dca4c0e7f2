"""The disk is full, or a database away: does the form say so, keep every word on the page, and say whom to ring?

And is nothing half kept?
"""

import re
from html import unescape
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.test import Client

from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Account, Action, Amendment, Concern, ConcernNote, Decision, Draft
from safeguarding.sealing.models import KEYS, RecordKey
from safeguarding.sealing.services.checking import check_keys
from tests.factories import SCHOOL_DAY, child, concern, staffroom

from .decided import act
from .leads_page import OUTSIDE, hidden, page_of, send
from .log_page import LOG, opened, signed_in, whole

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]
# As the page says it; the number alone may stand in a key.
EXTENSION = '<span class="hb-nowrap">extension 214</span>'
WORDS = "He was quiet at register <b>and</b> held his arm.\nHe did not eat."
RECORDS = ("concerns_concern", "concerns_draft", "concerns_account", "audit_event")
ALL_KEYS = ("sealing_recordkey", "sealing_wrap", "sealing_subjectkey")


@pytest.fixture
def cast() -> Any:
    return staffroom()


def asking(user: Any) -> Client:
    client = signed_in(user)
    client.raise_request_exception = False
    return client


def told_everything(page: Any, cast: Any) -> str:
    """Not saved, every word, whom to ring, how to go on: without a script and without a word of success."""
    body = page.content.decode()
    assert page.status_code == 503
    assert "<h1" in body and "Not saved" in body and "nobody has been told" in body
    assert "He was quiet at register &lt;b&gt;and&lt;/b&gt; held his arm.<br>He did not eat." in body
    assert cast.lead.full_name in body and EXTENSION in body
    assert (
        'Call <a class="hb-nowrap" href="tel:999">999</a> now' in body
        and "kept as a draft" not in body
        and "Sent to" not in body
    )
    return body


def nothing_is_half() -> None:
    """No words without their key; a key without words opens nothing, and the night counts it."""
    found = check_keys(at=SCHOOL_DAY)
    assert found.without_key == 0


def away(monkeypatch: pytest.MonkeyPatch, alias: str) -> None:
    """From now on this database does not answer."""

    def gone(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("connection refused")

    connections[alias].close()
    monkeypatch.setattr(connections[alias], "connect", gone)


def pressed(body: str) -> dict[str, list[str]]:
    """What the form of the page would send again, read as a browser does."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', body):
        fields.setdefault(unescape(name), []).append(unescape(value))
    [(name, label)] = re.findall(r'<button type="submit"\s+class="govuk-button"(?:\s+name="(\w+)")?>(Try[^<]+)<', body)
    assert label
    return fields | ({name: [""]} if name else {})


@pytest.mark.parametrize("at_commit", [False, True], ids=["at the row", "at commit"])
def test_where_nothing_goes_in_any_more_it_says_so_and_trying_again_sends_it_once(cast, full, at_commit):
    client, rowan = asking(cast.teacher), child(cast.school)
    _, form = opened(client)
    full(*RECORDS, at_commit=at_commit)
    body = told_everything(client.post(LOG, whole(form, rowan, facts=WORDS, place_detail="By the door")), cast)
    for said in ("By the door", "Classroom", "I saw or heard it", "24 11 2026", "8:50am"):
        assert said in body, said
    assert "1 child chosen from the list: no name can be shown now." in body and rowan.surname not in body
    assert not Concern.objects.exists() and not Draft.objects.exists() and not Account.objects.exists()
    full.mend(*RECORDS)
    nothing_is_half()
    # What had been said of a form that was then taken back is not said later.
    assert "Your reference is" not in client.get("/my-reports/").content.decode()
    for _ in range(2):
        sent = client.post(LOG, pressed(body), follow=True)
        assert sent.redirect_chain[-1][0].startswith("/my-reports/")
    assert Account.objects.get().facts == WORDS and Concern.objects.count() == 1


@pytest.mark.parametrize("button", ["draft", "find", "add"])
def test_a_draft_that_cannot_be_kept_is_not_said_to_be(cast, full, button):
    client = asking(cast.teacher)
    _, form = opened(client)
    full("concerns_draft")
    body = told_everything(client.post(LOG, {**form, "facts": WORDS, button: "unnamed"}), cast)
    assert "Draft saved" not in body and "Try to save it again" in body
    full.mend("concerns_draft")
    client.post(LOG, pressed(body))
    assert Draft.objects.get().content["facts"] == [WORDS]


def test_where_only_the_concern_does_not_go_in_it_is_kept_as_a_draft(cast, full):
    client, rowan = asking(cast.teacher), child(cast.school)
    _, form = opened(client)
    full("concerns_concern")
    page = client.post(LOG, whole(form, rowan, facts=WORDS))
    assert page.status_code == 503 and "kept as a draft" in page.content.decode()
    assert Draft.objects.get().content["facts"] == [WORDS] and not Concern.objects.exists()
    nothing_is_half()


@pytest.mark.parametrize("how", ["full", "full at commit", "away"])
def test_without_the_keys_nothing_is_written_unsealed_and_every_word_is_on_the_page(cast, full, monkeypatch, how):
    client, rowan = asking(cast.teacher), child(cast.school)
    _, form = opened(client)
    before = RecordKey.objects.count()
    with monkeypatch.context() as broken:
        if how == "away":
            away(broken, KEYS)
        else:
            full(*ALL_KEYS, alias=KEYS, at_commit=how == "full at commit")
        body = told_everything(client.post(LOG, whole(form, rowan, facts=WORDS)), cast)
        assert "Try to send it again" in body
        assert not Concern.objects.exists() and not Draft.objects.exists()
    connections[KEYS].close()
    assert RecordKey.objects.count() == before
    nothing_is_half()


@pytest.mark.parametrize("first", ["send", "draft"])
def test_with_the_database_away_the_page_comes_all_the_same(cast, monkeypatch, first):
    client, rowan = asking(cast.teacher), child(cast.school)
    _, form = opened(client)
    with monkeypatch.context() as broken:
        away(broken, "default")
        filled = whole(form, rowan, facts=WORDS)
        del filled["send"]
        body = told_everything(client.post(LOG, filled | {first: ""}), cast)
        said = client.post("/log/keep/", {**form, "facts": WORDS})
        assert (said.status_code, said.json()["problem"].split(":")[0]) == (503, "Not saved")
    assert "Carla" not in body
    assert not Concern.objects.exists()


def test_the_script_is_told_whom_to_ring(cast, full):
    client = asking(cast.teacher)
    _, form = opened(client)
    full("concerns_draft")
    said = client.post("/log/keep/", {**form, "facts": WORDS})
    assert said.status_code == 503
    assert said.json() == {
        "problem": "Not saved: Harbour cannot save anything just now. Keep this page open, and copy or print what you "
        "typed. "
        "Ring Priya Raman, extension 214."
    }
    assert not Draft.objects.exists()


def test_what_is_added_to_a_report_is_not_lost_either(cast, full):
    report = concern(cast)
    client = asking(cast.teacher)
    page = client.get(f"/my-reports/{report.pk}/")
    form = {"key": page.context["key"], "ring": page.context["ring"]}
    full("concerns_amendment", "concerns_draft")
    added = client.post(f"/my-reports/{report.pk}/add/", {**form, "text": WORDS, "reason": "more", "send": ""})
    told_everything(added, cast)
    nothing_is_half()
    assert not Amendment.objects.exists()


def test_a_call_that_is_not_made_says_whom_to_ring(cast, full):
    client = asking(cast.teacher)
    page = client.get("/call/")
    form = {"key": page.context["form"]["key"].value(), "ring": page.context["ring"]}
    full(*RECORDS)
    said = client.post("/call/", {**form, "q": "Boy in a red coat", "line": WORDS})
    body = " ".join(said.content.decode().split())
    assert said.status_code == 503 and "Nobody has been called" in body and "Try to call again" in body
    assert "Boy in a red coat" in body and "held his arm.<br>He did not eat." in body
    assert f"Priya Raman</b>, {EXTENSION}" in body
    assert not Concern.objects.exists()


@pytest.mark.parametrize(
    ("name", "form", "typed", "said"),
    [
        (
            "decide",
            "decision_form",
            {**OUTSIDE, "rationale": WORDS},
            (
                "4 Child protection",
                "Duty team",
                "It could add to the risk.",
                "25 November 2026",
                "Children Act 1989 section 47",
            ),
        ),
        ("add_note", "note_form", {"text": WORDS}, ("Note",)),
        (
            "add_action",
            "action_form",
            {
                "text": WORDS,
                "due_on": "other",
                "due_on_day_day": "3",
                "due_on_day_month": "12",
                "due_on_day_year": "2026",
            },
            ("What needs doing", "3 12 2026"),
        ),
    ],
)
def test_what_a_lead_types_is_not_lost_either_and_trying_again_saves_it_once(cast, full, name, form, typed, said):
    report, client = concern(cast), asking(cast.lead)
    page = page_of(client, report)
    asked = hidden(page, form) | {"key": page.context["key"], "owner": cast.pastoral.pk} | typed
    tables = ("concerns_decision", "concerns_concernnote", "concerns_action")
    full(*tables)
    answer = send(client, name, report, asked)
    body = answer.content.decode()
    assert answer.status_code == 503 and "Not saved" in body
    assert "He was quiet at register &lt;b&gt;and&lt;/b&gt; held his arm.<br>He did not eat." in body
    assert "Go to a safeguarding lead or the Headteacher in person" in body
    for words in said:
        assert words in body, words
    assert cast.pastoral.full_name not in body and "other<" not in body
    full.mend(*tables)
    for _ in range(2):
        send(client, name, report, pressed(body))
    kept = {"decide": Decision, "add_note": ConcernNote, "add_action": Action}[name].objects.get()
    assert WORDS in (getattr(kept, "rationale", ""), getattr(kept, "text", ""))


def test_what_came_of_an_action_is_not_lost_either(cast, full):
    todo = act(concern(cast), cast.lead, cast.pastoral)
    client = asking(cast.pastoral)
    page = client.get(f"/actions/{todo.pk}/")
    full("concerns_action")
    body = client.post(f"/actions/{todo.pk}/", {"key": page.context["key"], "result": WORDS, "do": "complete"}).content
    assert "What came of it" in body.decode() and "held his arm.<br>He did not eat." in body.decode()
    full.mend("concerns_action")
    client.post(f"/actions/{todo.pk}/", pressed(body.decode()))
    assert Action.objects.get().result == WORDS and Action.objects.get().status == Action.Status.DONE


def test_nobody_elses_page_puts_words_or_a_number_there(cast, full):
    client = asking(cast.teacher)
    _, form = opened(client)
    full("concerns_draft")
    forged = client.post(LOG, {"key": "made-up", "ring": form["ring"], "facts": WORDS}).content.decode()
    assert "held his arm" not in forged and EXTENSION not in forged
    changed = client.post(LOG, {**form, "ring": form["ring"][:-1] + "x", "facts": WORDS}).content.decode()
    assert "held his arm" in changed and EXTENSION not in changed
    assert "Go to a safeguarding lead or the Headteacher in person" in changed


def test_what_was_saved_is_said_to_be_though_the_session_cannot_be_touched(cast, full):
    client, rowan = asking(cast.teacher), child(cast.school)
    _, form = opened(client)
    full("usersessions_usersession")
    answer = client.post(LOG, whole(form, rowan, facts=WORDS))
    assert answer.status_code == 303 and Concern.objects.count() == 1


def test_no_word_of_it_reaches_the_log(cast, full, caplog):
    client, rowan = asking(cast.teacher), child(cast.school)
    _, form = opened(client)
    full(*RECORDS)
    client.post(LOG, whole(form, rowan, facts=WORDS))
    assert "OperationalError in log_concern" in caplog.text
    assert "register" not in caplog.text and rowan.surname not in caplog.text and "could not extend" not in caplog.text
    assert not Event.objects.filter(verb=Verb.ERROR).exists()
