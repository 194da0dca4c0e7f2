"""Does the page of a concern show everything once, and take a decision without losing a word?"""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from children.services.access import declare_conflict
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Action, Category, Concern, ConcernNote, Decision, Receipt
from safeguarding.concerns.services import access, deciding
from safeguarding.concerns.services.raising import ChildEntry, amend, call_lead
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.leads_page import (
    OUTSIDE,
    ROUTINE,
    close,
    decide,
    fresh,
    hidden,
    opened,
    page_of,
    send,
)
from tests.matrix.asking import taken_back

pytestmark = pytest.mark.django_db
HOSTILE = {
    "apostrophes": "Rowan’s mum said “it’s fine”; she didn't mean it's \"fine\"",
    "emoji": "He drew 🌊🧑‍🧑‍🧒 and wrote ❤️",
    "right to left": "قال: لا أريد أن أذهب إلى البيت",
    "an override": "abc\u202etxt.exe\u2066 def",
    "markup": "<script>alert(1)</script></textarea><b>bold</b>{{ 7|add:7 }}{% now %}",
    "ten thousand letters": "a" * 10_000,
    "ten thousand words": "word " * 2_000 + "end",
    "lines": "one\r\n\r\ntwo\nthree",
}


# --- what is shown


def test_opening_is_reading_and_is_recorded(lead, room, concern):
    page_of(lead, concern)
    assert (fresh(concern).status, fresh(concern).acknowledged_by) == (Concern.Status.ACKNOWLEDGED, room.lead)
    verbs = list(
        Event.objects.filter(object_id=concern.pk, actor_id=room.lead.pk).values_list("verb", flat=True).order_by("at")
    )
    assert verbs == [Verb.VIEW, Verb.ACKNOWLEDGE]


def test_everything_of_a_concern_is_on_its_page_and_no_name_in_its_title(lead, room):
    rowan = factories.child(room.school, "Rowan", "Ashdown", by=room.office, class_name="5B", known_forename="Ro")
    concern = factories.concern(
        room,
        at=SCHOOL_DAY - timedelta(hours=1),
        category=Category.objects.get(pk="PHY"),
        children=[
            ChildEntry("worried_about", rowan),
            ChildEntry("witness", kind="unnamed", description="Boy, Year 3, red coat"),
        ],
        facts="Quiet at register.",
        child_words="I fell off my bike.",
        presentation="Calm, then tearful.",
        marks={9: "Round bruise, 2 cm"},
        marks_seen=True,
        observed_on=SCHOOL_DAY.date() - timedelta(days=2),
        place="classroom",
        place_detail="Reading corner",
        how_known="told_by_child",
        others_present="Amy Lister",
        done_at_once="Stayed with Rowan.",
        told="lead",
        told_person=room.lead,
    )
    amend(account=concern.account, token=uuid4(), text="It was Saturday.", reason="exact", by=room.teacher)
    deciding.add_note(concern=concern, token=uuid4(), text="Rang the carer.", by=room.deputy)
    deciding.add_action(
        concern=concern,
        token=uuid4(),
        text="Ring the nurse",
        owner=room.pastoral,
        due_on=SCHOOL_DAY.date(),
        by=room.deputy,
    )
    content = page_of(lead, concern).content.decode()
    for text in (
        concern.reference,
        "Physical abuse",
        "Quiet at register.",
        "I fell off my bike.",
        "Calm, then tearful.",
        "Rowan Ashdown",
        "5B",
        "known as Ro",
        "Child I am worried about",
        "Boy, Year 3, red coat",
        "Say who this is",
        "Witness",
        "Round bruise, 2 cm",
        "Reading corner",
        "The child told me",
        "Amy Lister",
        "Stayed with Rowan.",
        "Written 2 days after it was seen",
        "Late entry",
        "It was Saturday.",
        "To be more exact",
        "Rang the carer.",
        "Tom Aldous",
        "Ring the nurse",
        "Carla Mendes",
        "Reporter says: today",
        "Jon Beckett",
        "Designated safeguarding lead",
    ):
        assert text in content, text
    assert re.search(r"<title>(.*?)</title>", content).group(1) == f"Concern {concern.reference} – Harbour"


def test_the_adults_account_and_the_childs_words_are_never_in_one_box(lead, concern):
    content = page_of(lead, concern).content.decode()
    words = re.search(r"<blockquote.*?</blockquote>", content, re.DOTALL).group()
    assert "I fell off my bike." in words
    assert "quiet at register" not in words


def test_who_has_viewed_it_is_told_once_a_person_with_the_latest_time(lead, client, room, concern):
    page_of(lead, concern)
    page_of(lead, concern)
    client.force_login(room.deputy)
    viewers = page_of(client, concern).context["it"].viewers
    assert [(v.name, v.role) for v in viewers] == [
        ("Tom Aldous", "Deputy safeguarding lead"),
        ("Priya Raman", "Designated safeguarding lead"),
    ]
    last = Event.objects.filter(object_id=concern.pk, actor_id=room.lead.pk, verb=Verb.VIEW).latest("at")
    assert viewers[1].at == last.at


def test_similar_entries_are_of_the_same_child_and_kind_within_ninety_days(lead, room):
    rowan, skye = (factories.child(room.school, name, "Ashdown", by=room.office) for name in ("Rowan", "Skye"))
    kinds = {kind.pk: kind for kind in Category.objects.filter(pk__in=("PHY", "NEG"))}

    def about(child, kind, days, role="worried_about"):
        return factories.concern(
            room, at=SCHOOL_DAY - timedelta(days=days), category=kinds[kind], children=[ChildEntry(role, child)]
        )

    alike = [about(rowan, "PHY", 80), about(rowan, "PHY", 3)]
    about(rowan, "PHY", 91)
    about(rowan, "NEG", 3)
    about(skye, "PHY", 3)
    about(rowan, "PHY", 3, role="witness")
    page = page_of(lead, about(rowan, "PHY", 0))
    assert page.context["it"].similar == alike
    assert "3 concerns of this kind in 90 days" in page.content.decode()


def test_a_call_that_is_still_being_written_says_so(lead, room):
    concern = call_lead(token=uuid4(), school=room.school, by=room.teacher, line="In the library.", at=SCHOOL_DAY)
    content = page_of(lead, concern).content.decode()
    assert "is still writing" in content
    assert "In the library." in content
    assert "Being written" in content


def test_the_page_asks_as_often_whatever_hangs_on_the_concern(lead, room, concern):
    def grow(number):
        for n in range(number):
            deciding.add_note(concern=concern, token=uuid4(), text=f"Note {n}", by=room.deputy)
            amend(account=concern.account, token=uuid4(), text="More.", reason="more", by=room.teacher)
            deciding.add_action(
                concern=concern,
                token=uuid4(),
                text="Ring",
                owner=room.pastoral,
                due_on=SCHOOL_DAY.date(),
                by=room.deputy,
            )
            ruling = deciding.Ruling(
                level=1, kind="in_school", rationale="Watch.", parents_told="yes", receipt="watching"
            )
            now = fresh(concern)
            deciding.decide(concern=now, token=uuid4(), seen=now.revision, ruling=ruling, by=room.deputy, at=SCHOOL_DAY)
        page_of(lead, concern)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            page_of(lead, concern)
        return len(queries)

    grow(1)
    few = asked()
    grow(8)
    assert asked() == few
    # Two of them are the savepoint around a request in a test.
    assert few <= 37


def test_whatever_somebody_writes_is_shown_as_written(lead, room):
    for name, text in HOSTILE.items():
        concern = opened(factories.concern(room, at=SCHOOL_DAY, facts=text, child_words=text), room.lead)
        own = {"token": uuid4(), "revision": concern.revision}
        assert send(lead, "decide", concern, own | ROUTINE | {"rationale": text}).status_code == 302, name
        send(lead, "add_note", concern, {"token": uuid4(), "text": text})
        act = {"token": uuid4(), "text": text, "owner": room.pastoral.pk, "due_on": "2026-11-30"}
        send(lead, "add_action", concern, act)
        assert fresh(concern).account.facts == text, name
        for model, field in ((Decision, "rationale"), (ConcernNote, "text"), (Action, "text")):
            stored = getattr(model.objects.get(concern=concern), field)
            assert stored.replace("\r\n", "\n") == text.strip().replace("\r\n", "\n"), name
        content = page_of(lead, concern).content.decode()
        assert "<script>alert" not in content
        assert escape(text.split("\r\n")[0].strip())[:200] in content, name
        action = reverse("action", args=[Action.objects.get(concern=concern).pk])
        assert lead.get(action).status_code == 200, name
    for page in ("my_actions", "today"):
        assert lead.get(reverse(page) + "?all=yes").status_code == 200


# --- deciding


def test_a_routine_decision_is_saved_and_says_what_the_reporter_will_see(lead, room, concern):
    answer = lead.post(
        reverse("decide", args=[concern.pk]), hidden(page_of(lead, concern), "decision_form") | ROUTINE, follow=True
    )
    content = answer.content.decode()
    assert "Decision saved." in content
    assert Receipt.WATCHING.label in content
    assert "Rowan" not in re.search(r'<div class="hb-alert.*?</div>', content, re.DOTALL).group()
    assert (fresh(concern).status, fresh(concern).receipt, fresh(concern).review_on) == (
        "decided",
        "watching",
        date(2026, 12, 1),
    )


def test_a_decision_that_goes_outside_keeps_what_it_needs(lead, concern):
    assert decide(lead, concern, OUTSIDE).status_code == 302
    decision = Decision.objects.get(concern=concern)
    assert (decision.new_referral, decision.recipient, decision.legal_reason) == (True, "Duty team", "s47")
    assert (decision.review_on, fresh(concern).receipt) == (date(2026, 11, 25), "action_taken")


def test_what_was_typed_into_a_part_that_is_not_asked_for_is_left_out(lead, concern):
    decide(lead, concern, OUTSIDE | {"kind": "monitor", "parents_told": "yes", "not_referred": "Asked the duty desk."})
    decision = Decision.objects.get(concern=concern)
    assert (decision.new_referral, decision.recipient, decision.consent, decision.consent_reason) == (None, "", "", "")
    assert (decision.legal_reason, decision.parents_reason) == ("", "")


# What is sent otherwise than usual, the field that is wrong by it, and what is said there.
MISSING = [
    ({"level": ""}, "level", "Choose the level of need"),
    ({"kind": ""}, "kind", "Choose what you will do"),
    ({"rationale": " "}, "rationale", "Write why"),
    ({"parents_told": ""}, "parents_told", "Say whether parents have been told"),
    ({"parents_reason": ""}, "parents_reason", "Say why parents have not been told"),
    ({"recipient": ""}, "recipient", "Say who is told"),
    ({"legal_reason": ""}, "legal_reason", "Choose the legal reason"),
    ({"review_on": "other"}, "review_on_day", "Enter the date"),
    (
        {"review_on": "other", "review_on_day_day": "31", "review_on_day_month": "2", "review_on_day_year": "2027"},
        "review_on_day",
        "must be a real date",
    ),
    ({"review_on": "2026-11-20"}, "review_on", "Review on must be today or later"),
    (
        {"review_on": "other", "review_on_day_day": "1", "review_on_day_month": "1", "review_on_day_year": "2206"},
        "review_on",
        "within two years",
    ),
    ({"review_on": "9999-12-31"}, "review_on", "within two years"),
    ({"review_on": "soon"}, "review_on", "from the list"),
    ({"title": "x" * 121}, "title", "must be 120 characters or fewer"),
]


def test_what_is_missing_is_named_and_everything_typed_is_kept(lead, concern):
    own = hidden(page_of(lead, concern), "decision_form")
    for change, field, sentence in MISSING:
        typed = OUTSIDE | {"title": "Hit at home", "receipt": "in_school"} | change
        answer = send(lead, "decide", concern, own | typed)
        content, form = answer.content.decode(), answer.context["decision_form"]
        assert answer.status_code == 422, change
        assert content.index("<title>Error: ") > 0
        assert sentence in str(form.errors[field]), change
        assert 'role="alert"' in content
        assert {name: form.data[name] for name in typed} == typed, change
        for value in typed.values():
            if value.strip() and len(value) > 12:
                assert escape(value) in content, change
        assert not Decision.objects.filter(concern=concern).exists()


def test_another_date_is_typed(lead, concern):
    day = {"review_on": "other", "review_on_day_day": "4", "review_on_day_month": "1", "review_on_day_year": "2027"}
    decide(lead, concern, ROUTINE | day)
    assert fresh(concern).review_on == date(2027, 1, 4)


def test_what_is_usual_is_filled_in_but_never_the_level_or_the_reason(lead, concern):
    form = page_of(lead, concern).context["decision_form"]
    assert form["review_on"].value() == "2026-12-01"
    assert [form[name].value() for name in ("level", "kind", "rationale", "parents_told")] == [None] * 4


def test_the_phrase_for_the_reporter_can_be_another(lead, concern):
    decide(lead, concern, ROUTINE | {"receipt": "read_acted"})
    assert fresh(concern).receipt == "read_acted"


def test_a_double_click_and_the_back_button_are_one_decision(lead, concern):
    page = page_of(lead, concern)
    typed = hidden(page, "decision_form") | ROUTINE
    for _ in range(3):
        answer = send(lead, "decide", concern, typed)
        assert (answer.status_code, answer["Location"]) == (302, reverse("concern", args=[concern.pk]))
    assert Decision.objects.filter(concern=concern).count() == 1


def test_save_and_open_next_goes_down_the_queue_and_then_to_today(lead, room):
    first, second = (factories.concern(room, how_soon=soon, at=SCHOOL_DAY - timedelta(hours=1)) for soon in (4, 3))
    assert decide(lead, first, then="next")["Location"] == reverse("concern", args=[second.pk])
    assert decide(lead, second, then="next")["Location"] == reverse("today")


def test_the_next_of_the_queue_is_never_one_that_is_hidden(lead, room):
    at = SCHOOL_DAY - timedelta(hours=1)
    first, unseen, second = (factories.concern(room, how_soon=soon, at=at) for soon in (4, 3, 2))
    for named in unseen.children.all():
        declare_conflict(user=room.lead, child=named.child, kind="relative", by=room.lead)
    assert decide(lead, first, then="next")["Location"] == reverse("concern", args=[second.pk])


def test_a_lead_who_logged_it_is_not_told_of_telling_herself(lead, room):
    concern = factories.concern(room, by=room.lead, at=SCHOOL_DAY)
    assert "You logged this yourself" in page_of(lead, concern).content.decode()
    answer = decide(lead, concern)
    assert "nobody else is told" in lead.get(answer["Location"]).content.decode()


def test_a_lead_reads_whether_its_reporter_is_told(lead, room):
    told, hidden = (factories.concern(room, at=SCHOOL_DAY) for _ in range(2))
    access.name_subject(concern=hidden, user=room.teacher, by=room.lead)
    assert "Saving tells Jon Beckett:" in page_of(lead, told).content.decode()
    page = page_of(lead, hidden).content.decode()
    assert "Saving tells nobody: Jon Beckett, who logged it, sees nothing of it." in page
    assert "Saving tells Jon Beckett:" not in page
    for concern, said in ((told, "Whoever logged it will see"), (hidden, "Jon Beckett sees nothing of it")):
        answer = decide(lead, concern)
        assert said in lead.get(answer["Location"]).content.decode()


# --- notes, actions, closing


# A page, its form, what is sent with something missing, the same whole, and what is on the page that comes back.
FORMS = [
    ("add_note", "note_form", {"text": " "}, {"text": "Rang."}, ""),
    (
        "add_action",
        "action_form",
        {"text": "Ring the nurse", "owner": "", "due_on": "2026-11-25"},
        {"text": "Ring", "due_on": "2026-11-25"},
        "Ring the nurse",
    ),
    (
        "add_action",
        "action_form",
        {"text": "Ring the nurse", "due_on": "2026-11-23"},
        {"text": "Ring", "due_on": "2026-11-24"},
        "Ring the nurse",
    ),
    (
        "add_action",
        "action_form",
        {"text": "Ring the nurse", "due_on": "9999-12-31"},
        {"text": "Ring", "due_on": "2026-11-24"},
        "Ring the nurse",
    ),
    (
        "close_concern",
        "close_form",
        {"outcome": "", "reason": "Settled for good."},
        {"outcome": "police", "reason": "Settled."},
        "Settled for good.",
    ),
    ("rename_concern", "title_form", {"title": "x" * 121}, {"title": "Late again"}, "x" * 121),
]


def test_a_form_with_something_missing_comes_back_as_it_was_sent(lead, room, concern):
    decide(lead, concern)
    usual = {"owner": room.pastoral.pk, "receipt": "in_school"}
    for name, form, bad, good, kept in FORMS:
        with taken_back():
            own = hidden(page_of(lead, concern), form)
            answer = send(lead, name, concern, own | usual | bad)
            assert answer.status_code == 422, name
            assert kept in answer.content.decode(), name
            assert "There is a problem" in answer.content.decode(), name
            again = close(lead, concern, **good) if name == "close_concern" else None
            assert (again or send(lead, name, concern, own | usual | good)).status_code == 302, name


@pytest.mark.parametrize(
    "name", ["decide", "add_note", "add_action", "close_concern", "reopen_concern", "rename_concern"]
)
def test_the_address_of_a_form_opened_by_itself_is_the_concern(lead, concern, name):
    assert lead.get(reverse(name, args=[concern.pk]))["Location"] == reverse("concern", args=[concern.pk])


def test_closing_is_not_offered_while_something_is_to_do_and_the_page_says_why(lead, room, concern):
    decide(lead, concern)
    send(
        lead,
        "add_action",
        concern,
        {"token": uuid4(), "text": "Ring", "owner": room.pastoral.pk, "due_on": "2026-11-25"},
    )
    content = page_of(lead, concern).content.decode()
    assert "1 action is still to do." in content
    assert reverse("close_concern", args=[concern.pk]) not in content
    action = Action.objects.get(concern=concern)
    send(lead, "action", action, {"result": "Rang.", "do": "complete"})
    assert reverse("close_concern", args=[concern.pk]) in page_of(lead, concern).content.decode()


def test_only_colleagues_of_the_school_can_be_given_an_action(lead, room, concern):
    stranger = factories.member(factories.school("Gorse Hill Academy"), "pastoral", "Ann", "Else")
    data = {"token": uuid4(), "text": "Ring", "owner": stranger.pk, "due_on": "2026-11-25"}
    assert send(lead, "add_action", concern, data).status_code == 422
    assert not Action.objects.filter(concern=concern).exists()


def test_a_concern_is_closed_shown_as_closed_and_opened_again_to_be_decided(lead, concern):
    decide(lead, concern)
    close(lead, concern, outcome="early_help", reason="Early help has started.")
    page = page_of(lead, concern)
    assert "Early help has started." in page.content.decode()
    assert 'id="closed-before"' not in page.content.decode()
    assert page.context["may"] == {"acknowledge": False, "decide": False, "close": False, "reopen": True}
    send(lead, "reopen_concern", concern, hidden(page, "reopen_form") | {"reason": "It happened again."})
    page = page_of(lead, concern)
    assert page.context["may"]["decide"]
    assert 'id="your-decision"' in page.content.decode()
    assert "Opened again: It happened again." in page.content.decode()
    # How it had ended can still be read.
    assert 'id="closed-before"' in page.content.decode()
    assert "Early help has started." in page.content.decode()
