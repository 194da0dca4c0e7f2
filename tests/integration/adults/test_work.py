"""A concern about an adult from raising to closing: what its raiser keeps, what its readers do, what follows from
it.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.urls import reverse

from safeguarding.adults.models import PatternReview, StaffConcern, StaffEntry
from safeguarding.adults.services import patterns, raising, rulings, working
from safeguarding.adults.services.working import Entry
from safeguarding.adults.subjects import subjects_of
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import LONDON, SCHOOL_DAY

pytestmark = pytest.mark.django_db
TODAY = SCHOOL_DAY.date()
TOKEN = UUID(int=7)


def form(**typed):
    return {"token": str(uuid7()), "raised_as": "low_level", "facts": "He shouted.", **typed}


def day(name, when):
    return {f"{name}_day": when.day, f"{name}_month": when.month, f"{name}_year": when.year}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Choose who it is about"),
        ({"name": "Kim Adeyemi"}, "Choose what they are here"),
        ({"name": "Kim Adeyemi", "about_raiser": "on"}, "Give one of the three only"),
        ({"about_raiser": "on", "facts": ""}, "Enter what you saw, heard or know"),
        ({"about_raiser": "on", "raised_as": ""}, "Choose an answer to “What is it?”"),
        ({"about_raiser": "on", **day("happened_on", date(2027, 1, 1))}, "must be today or in the past"),
        ({"person": str(UUID(int=1))}, "Choose colleague from the list"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, place, typed, sentence):
    client.force_login(place.room.assistant)
    page = client.post(reverse("raise_staff_concern"), form(context="On the stairs.") | typed)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert "On the stairs." in page.content.decode()
    assert not StaffConcern.objects.exists()


@pytest.mark.parametrize(
    "role", ["teacher", "midday", "dpo", "office", "pastoral", "lead", "headteacher", "alternate_lead"]
)
def test_anyone_who_logs_concerns_raises_one_and_sees_their_own_words_and_no_more(client, place, role):
    raiser = factories.member(place.school, role, "Robin", "Underhill")
    client.force_login(raiser)
    sent = form(name="Kim Adeyemi", standing="supply", employer="Blue Teachers", wish_unnamed="on")
    there = [client.post(reverse("raise_staff_concern"), sent)["Location"] for _ in range(2)]
    assert there[0] == there[1], "a double click raises one"
    concern = StaffConcern.objects.get()
    page = client.get(there[0]).content.decode()
    assert "He shouted." in page
    assert "Received" in page
    assert "Assess" not in page
    client.post(there[0], {"token": str(uuid7()), "text": "And he slammed the door."})
    assert "slammed the door" in client.get(there[0]).content.decode()
    assert concern.reference in client.get(reverse("own_staff_concerns")).content.decode()
    if role != "headteacher":
        assert client.get(reverse("staff_concern", args=[concern.pk])).status_code in (403, 404)
    client.force_login(place.room.headteacher)
    opened = client.get(reverse("staff_concern", args=[concern.pk])).content.decode()
    assert "Wishes not to be named" in opened
    assert "Robin Underhill" in opened
    assert "Blue Teachers" in opened
    assert "slammed the door" in opened
    client.force_login(raiser)
    assert "It was read" in client.get(there[0]).content.decode()


@pytest.mark.parametrize("role", ["chair", "governor", "it_admin", "auditor"])
def test_who_logs_no_concern_raises_none(client, place, role):
    client.force_login(factories.member(place.school, role, "Robin", "Underhill"))
    assert client.get(reverse("raise_staff_concern")).status_code == 403


def test_told_of_oneself_it_is_hidden_from_oneself_but_for_ones_own_words(client, place):
    words = place.raised(about_raiser=True, by=place.room.lead)
    concern = words.staff_concern
    assert concern.about_raiser
    client.force_login(place.room.lead)
    assert client.get(reverse("own_staff_concern", args=[words.pk])).status_code == 200
    assert client.get(reverse("staff_concern", args=[concern.pk])).status_code in (403, 404)
    assert next(iter(subjects_of([concern.pk])[concern.pk])).id == place.room.lead.pk
    outsider = place.concern(name="Kim Adeyemi", standing="visitor")
    assert next(iter(subjects_of([outsider.pk])[outsider.pk])).id == place.school.pk
    with pytest.raises(NotAllowed):
        raising.add_words(first=words, token=TOKEN, text="x", by=place.room.deputy)
    # Chosen from the list, or ticked: the same.
    again = place.raised(user=place.room.lead, by=place.room.lead, facts="I did it again.")
    assert again.staff_concern.about_raiser


def assessed(place, threshold="harm", **telling):
    concern = working.open_staff_concern(concern=place.concern(**telling), by=place.room.headteacher)
    return working.assess(
        concern=concern,
        token=uuid7(),
        seen=concern.revision,
        threshold=threshold,
        reason="As told.",
        by=place.room.headteacher,
    )


def add(concern, by, kind, **facts):
    entry = Entry(kind, **{"text": "Said and done.", "on": TODAY, **facts})
    return working.add_entry(concern=concern, token=uuid7(), entry=entry, by=by)


FRIDAY = datetime(2026, 12, 4, 15, 0, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("raised_at", "due_on"),
    [
        (SCHOOL_DAY, date(2026, 11, 25)),
        (FRIDAY, date(2026, 12, 7)),
        # In the holidays of the school the day runs on; not on a bank holiday, nor on the Monday given for Boxing Day.
        (datetime(2026, 12, 23, 9, 0, tzinfo=LONDON), date(2026, 12, 24)),
        (datetime(2026, 12, 24, 9, 0, tzinfo=LONDON), date(2026, 12, 29)),
    ],
)
def test_the_lado_is_due_one_working_day_after_it_was_raised_as_harm(place, clock, raised_at, due_on):
    clock.move_to(raised_at)
    concern = place.concern(raised_as="harm", at=raised_at)
    assert rulings.lado(concern, [], today=due_on) == rulings.Lado(
        due_on, None, False, 1, rulings.timescale("D17", due_on)["source"]
    )
    assert rulings.lado(concern, [], today=due_on + timedelta(days=1)).is_late
    assert rulings.lado(place.concern(facts="Small.", at=raised_at), [], today=due_on) is None


@pytest.mark.parametrize(
    ("told_on", "due_on"),
    [
        # Told on Monday, written down on Tuesday: the working day was Tuesday.
        (TODAY - timedelta(days=1), TODAY),
        # Told on Sunday, in the holidays too: the next working day is Monday.
        (TODAY - timedelta(days=2), TODAY - timedelta(days=1)),
        (TODAY, TODAY + timedelta(days=1)),
        (None, TODAY + timedelta(days=1)),
    ],
)
@pytest.mark.parametrize("raised_as", ["harm", "low_level", "unsure"])
def test_the_day_of_the_lado_runs_from_when_the_school_was_first_told(place, clock, raised_as, told_on, due_on):
    concern = assessed(place, raised_as=raised_as, told_on=told_on)
    assert rulings.lado(concern, [], today=TODAY).due_on == due_on
    # Assessed anew ten days later it is the same day.
    clock.move_to(FRIDAY)
    later = {"token": uuid7(), "reason": "Seen on the film.", "by": place.room.headteacher}
    low = working.assess(concern=concern, seen=concern.revision, threshold="low_level", **later)
    assert rulings.lado(low, [], today=TODAY) is None
    again = working.assess(concern=low, seen=low.revision, threshold="harm", **later | {"token": uuid7()})
    assert rulings.lado(again, [], today=FRIDAY.date()).due_on == due_on


def test_the_day_of_being_told_is_asked_and_checked(client, place):
    client.force_login(place.room.assistant)
    typed = {"token": str(uuid7()), "raised_as": "harm", "about_raiser": "on", "facts": "I held his arm."}
    page = reverse("raise_staff_concern")
    assert "Day the school was first told" in client.get(page).content.decode()
    happened = day("happened_on", TODAY - timedelta(days=1))
    refused = client.post(page, typed | happened | day("told_on", TODAY - timedelta(days=2)))
    assert refused.status_code == 422
    assert "This must be the day it happened or later" in refused.content.decode()
    with pytest.raises(BadInput, match="first told must be today or in the past"):
        place.concern(told_on=TODAY + timedelta(days=1))
    assert client.post(page, typed | happened | day("told_on", TODAY - timedelta(days=1))).status_code == 302
    assert StaffConcern.objects.get().told_on == TODAY - timedelta(days=1)


def test_found_to_be_harm_the_day_runs_and_late_is_shown(client, place, clock):
    clock.move_to(FRIDAY)
    concern = place.concern(at=FRIDAY)
    client.force_login(place.room.headteacher)
    write, page = (reverse(name, args=[concern.pk]) for name in ("staff_concern_write", "staff_concern"))
    client.get(page)
    sent = {"form": "assess", "token": str(uuid7()), "revision": "1", "threshold": "harm", "reason": "He held her arm."}
    assert client.post(write, sent).status_code == 302
    text = client.get(page).content.decode()
    assert "By the end of Monday 7 December 2026" in text
    assert text.count('method="post"') == text.count("csrfmiddlewaretoken"), "a form that no browser could send"
    clock.move_to(FRIDAY + timedelta(days=4))
    client.force_login(place.room.headteacher)
    assert "The LADO has not been contacted" in client.get(page).content.decode()
    assert "LADO late" in client.get(reverse("staff_concerns")).content.decode()
    lado = {"form": "lado", "token": str(uuid7()), "who": "Duty LADO", "text": "Hold the meeting.", "quoted": "L-77"}
    missing = client.post(write, lado)
    assert missing.status_code == 422
    assert "Enter the day of the contact" in missing.content.decode()
    assert "Hold the meeting." in missing.content.decode()
    assert client.post(write, lado | day("on", date(2026, 12, 8))).status_code == 302
    assert client.post(write, lado | day("on", date(2026, 12, 8))).status_code == 302
    assert StaffEntry.objects.filter(kind="lado").count() == 1, "a double click records it once"
    assert "later than 7 December 2026" in client.get(page).content.decode()


def test_from_assessment_to_closing_with_everything_on_record(place):
    head = place.room.headteacher
    concern = assessed(place, name="Kim Adeyemi", standing="supply", employer="Blue Teachers", raised_as="harm")
    outcome = {"concern": concern, "token": TOKEN, "seen": concern.revision, "reason": "Seen on the film.", "by": head}
    with pytest.raises(BadInput):
        working.record_outcome(outcome="training", **outcome)
    ended = working.record_outcome(outcome="malicious", **outcome)
    assert working.record_outcome(outcome="malicious", **outcome).revision == ended.revision
    close = {"concern": ended, "token": uuid7(), "reason": "All done.", "by": head}
    for kind, facts in (
        ("lado", {"who": "Duty LADO"}),
        ("police", {"ruling": "considered"}),
        ("dbs", {"ruling": "later"}),
        ("dbs", {"ruling": "considered"}),
        ("employer", {"who": "Blue Teachers"}),
        ("removed", {}),
    ):
        ended.refresh_from_db()
        with pytest.raises(OutOfTurn, match="cannot be closed yet"):
            working.close_staff_concern(seen=ended.revision, **close)
        add(ended, head, kind, **facts)
    ended.refresh_from_db()
    closed = working.close_staff_concern(seen=ended.revision, **close)
    assert closed.status == "closed"
    with pytest.raises(OutOfTurn):
        add(closed, head, "note")
    again = working.reopen_staff_concern(concern=closed, token=uuid7(), reason="More was said.", by=head)
    assert (again.status, again.closed_at) == ("read", None)
    kinds = list(
        StaffEntry.objects.filter(staff_concern=concern).order_by("added_at", "pk").values_list("kind", flat=True)
    )
    assert {"assessment", "outcome", "closing", "reopening"} <= set(kinds), "what was decided stays"


@pytest.mark.parametrize(
    ("outcome", "reference", "code", "personnel"),
    [
        ("substantiated", "Yes", "R10", "Stays in the personnel record"),
        ("unsubstantiated", "No", "R10", "Stays in the personnel record"),
        ("unfounded", "No", "R10", "Stays in the personnel record"),
        ("false", "No", "R10b", "Has to leave the personnel record"),
        ("malicious", "No", "R10b", "Has to leave the personnel record"),
    ],
)
def test_what_follows_from_each_outcome(place, outcome, reference, code, personnel):
    head, concern = place.room.headteacher, assessed(place)
    assert rulings.reference_ruling(concern).answer == "No"
    assert "not been assessed" in rulings.reference_ruling(place.concern(facts="Not yet.")).why
    ended = working.record_outcome(
        concern=concern, token=TOKEN, seen=concern.revision, outcome=outcome, reason="As found.", by=head
    )
    assert rulings.reference_ruling(ended).answer == reference
    assert rulings.personnel_ruling(ended, []).answer == personnel
    assert rulings.retention_in_words(ended, []) == "It is kept while it is open."
    needed = {"lado": {"who": "Duty LADO"}, "police": {"ruling": "considered"}, "dbs": {"ruling": "considered"}}
    for kind, facts in (needed | ({"removed": {}} if code == "R10b" else {})).items():
        add(ended, head, kind, **facts)
    ended.refresh_from_db()
    closed = working.close_staff_concern(concern=ended, token=uuid7(), seen=ended.revision, reason="Done.", by=head)
    if code == "R10":
        assert "No period runs before the day of pension age" in rulings.retention_in_words(closed, [])
        add(closed, head, "pension", on=TODAY + timedelta(days=9000))
    said = rulings.retention_in_words(closed, [])
    if code == "R10":
        assert said.startswith(f"At least until {full_day(TODAY + timedelta(days=9000))}, normal pension age ")
    assert f"(rule {code} of the retention schedule)" in said
    if code == "R10b":
        again = working.reopen_staff_concern(concern=closed, token=uuid7(), reason="He agrees.", by=head)
        kept = add(again, head, "kept")
        assert rulings.personnel_ruling(ended, [kept]).answer == "Stays in the personnel record"


def test_low_level_is_kept_under_its_own_rule_and_ends_in_words_of_its_own(place):
    concern = assessed(place, "low_level")
    assert rulings.reference_ruling(concern).answer == "No"
    ended = working.record_outcome(
        concern=concern,
        token=TOKEN,
        seen=concern.revision,
        outcome="spoken",
        reason="He knows.",
        by=place.room.headteacher,
    )
    assert rulings.lacking(ended, [], employed_elsewhere=False) == []
    assert rulings.personnel_ruling(ended, []) is None
    closed = working.close_staff_concern(
        concern=ended, token=uuid7(), seen=ended.revision, reason="Done.", by=place.room.headteacher
    )
    assert "At least until the adult leaves" in rulings.retention_in_words(closed, [])


def test_the_second_of_two_readers_sees_what_the_first_changed(client, place):
    """Both the Headteacher and the chair read it, as while the Headteacher is away."""
    concern = place.concern(raised_as="harm")
    StaffConcern._base_manager.filter(pk=concern.pk).update(head_away=True)
    seen = working.open_staff_concern(concern=concern, by=place.chair)
    working.assess(
        concern=seen, token=TOKEN, seen=seen.revision, threshold="low_level", reason="Small.", by=place.chair
    )
    stale = {"concern": seen, "token": uuid7(), "seen": seen.revision, "threshold": "harm", "reason": "Grave."}
    with pytest.raises(ChangedSince, match="Ines Falk"):
        working.assess(by=place.room.headteacher, **stale)
    client.force_login(place.room.headteacher)
    sent = {"form": "assess", "token": str(uuid7()), "revision": "1", "threshold": "harm", "reason": "Grave matter."}
    page = client.post(reverse("staff_concern_write", args=[concern.pk]), sent)
    assert page.status_code == 409
    assert "Grave matter." in page.content.decode()
    assert client.post(reverse("staff_concern_write", args=[concern.pk]), {"form": "nonsense"}).status_code == 422


def test_the_concerns_about_one_adult_are_looked_at_together(client, place):
    first = place.concern(facts="Late to duty.")
    place.concern(facts="Late again.", user=place.room.teacher)
    place.concern(facts="Somebody else.", user=place.room.office)
    kim = [place.concern(name=name, standing="supply", facts=name) for name in ("Kim Adeyemi", " kim  ADEYEMI ")]
    see = lambda model: model.objects.visible_to(place.room.headteacher)  # noqa: E731
    assert len(patterns.together(first, see).concerns) == 2
    alike = patterns.together(kim[0], see)
    assert {one.pk for one in alike.concerns} == {one.pk for one in kim}
    assert alike.by_name == {kim[1].pk}
    client.force_login(place.room.headteacher)
    address = reverse("staff_concern_together", args=[first.pk])
    assert "2 low-level concerns" in client.get(address).content.decode()
    sent = {"token": str(uuid7()), "found": "watch", "reason": "it is the same corner of the playground."}
    assert client.post(address, sent | {"found": ""}).status_code == 422
    assert client.post(address, sent).status_code == client.post(address, sent).status_code == 302
    assert PatternReview.objects.get().low_level == 2
    assert "Looked at together on 24 November 2026" in client.get(address).content.decode()


def test_a_list_asks_no_more_for_ten_than_for_one(client, place, django_assert_max_num_queries):
    client.force_login(place.room.headteacher)
    place.concern(raised_as="harm")
    client.get(reverse("staff_concerns"))
    with django_assert_max_num_queries(60) as one:
        client.get(reverse("staff_concerns"))
    for number in range(6):
        place.concern(facts=f"Again, {number}.", raised_as="harm")
    with django_assert_max_num_queries(len(one)):
        client.get(reverse("staff_concerns"))
