"""Is each field of a child's record changed by hand by whom it may, with its source, event, day and history, and by
nobody else?
"""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from children.facts import Adult, Home
from children.models import Child, ChildUpdate, ContactLink, HealthNote, HouseholdMember, OtherName, Sibling
from children.services import keeping
from children.services.destinations import Destination, say_destination
from children.services.keeping.for_leads import ForALead
from children.services.keeping.roll import newest_time, roll_of
from safeguarding.audit.models import Event, LogEntry
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.keys import uuid7
from safeguarding.personal_data import declared
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.children.kept_fields import AT_SCHOOL, ELSEWHERE, IN_CLASS, KEPT, LINES, ON_ROLL, Line
from tests.walls import asking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
NOTE = "Birth certificate, seen at the desk."


@pytest.fixture
def room() -> Any:
    return factories.staffroom()


@pytest.fixture
def at(room: Any) -> SimpleNamespace:
    """A child with a home and an adult of its own."""
    child = factories.child(
        room.school,
        by=room.office,
        details={"date_of_birth": date(2016, 1, 2)},
        homes=[Home("9 Curlew Rise", "Saltmarsh", "", "SK98 9JZ")],
        adults=[Adult("Ashdown", "Kerry", "Ms", "Mother", mobile="07700 900001", home=0)],
    )
    return SimpleNamespace(
        room=room,
        child=child,
        home=HouseholdMember.objects.select_related("household", "child").get(child=child),
        link=ContactLink.objects.select_related("contact", "child").get(child=child),
    )


def _lay(at: SimpleNamespace, line: Line) -> None:
    """What a line needs beside the child: something that can end, or a second child."""
    told = factories.told(on=date(2026, 9, 1))
    if line.field == "healthnote.ends_on":
        keeping.add_health(child=at.child, words="Asthma.", told=told, by=at.room.office)
        at.note = HealthNote.objects.get()
    elif line.field == "othername.corrected_at":
        keeping.add_name(child=at.child, kind="alias", forename="Ro", surname="", told=told, by=at.room.office)
        at.alias = OtherName.objects.get()
    elif line.field == "earlierschool.corrected_at":
        keeping.add_earlier_school(child=at.child, values=AT_SCHOOL, told=told, by=at.room.office)
        at.earlier = at.child.earlier_schools.get()
    elif line.field == "enrolment.corrected_at":
        keeping.add_time(child=at.child, values=ON_ROLL, told=told, by=at.room.office)
        at.time = at.child.enrolments.get(left_on=ON_ROLL["left_on"])
    elif line.field == "classepisode.corrected_at":
        keeping.add_year(child=at.child, values=IN_CLASS, told=told, by=at.room.office)
        at.year = at.child.classes.get(class_name="1A")
    elif line.field.startswith("sibling."):
        at.other = factories.child(at.room.school, "Wren", "Ashdown", by=at.room.office)
        if line.field == "sibling.ends_on":
            factories.link_siblings(one=at.child, other=at.other, by=at.room.office)
            at.sibling = Sibling.objects.get()


def _told(values: dict[str, Any], **more: Any) -> keeping.Told:
    return factories.told(by=keeping.ToldBy.DOCUMENT, note=NOTE, on=values.pop("on", None), **more)


def _counts() -> tuple[int, int]:
    return ChildUpdate.objects.count(), LogEntry.objects.count()


def test_each_field_is_kept(at: SimpleNamespace, subtests: pytest.Subtests):
    """One child for all of them: what is done about a field is taken back."""
    for line in LINES:
        with subtests.test(field=line.field), transaction.atomic():
            _is_kept(SimpleNamespace(**vars(at)), line)
            transaction.set_rollback(True)


def _is_kept(at: SimpleNamespace, line: Line) -> None:
    _lay(at, line)
    by, before, was = getattr(at.room, line.by), _counts(), line.reads(at) if line.stands else None
    good = dict(line.good)
    told = _told(good, token=uuid7())

    # Refused, and without a trace.
    refused = [at.room.teacher, at.room.pastoral] + ([at.room.office] if line.by != "office" else [])
    for somebody in refused:
        with pytest.raises((NotAllowed, ForALead)):
            line.do(at, dict(line.good), told=told, by=somebody)
    if line.bad is not None:
        bad = dict(line.bad)
        with pytest.raises(BadInput, match=line.sentence):
            line.do(at, bad, told=_told(bad), by=by)
    assert _counts() == before and (line.stands is None or line.reads(at) == was)

    # Taken, once, with its source, its event, its day and its history.
    page = keeping.stamp(line.stands(at)) if line.stands else None
    seen = {"seen": page} if page else {}
    done = line.do(at, good, told=told, by=by, **seen)
    assert line.do(at, good, told=told, by=by, **seen).pk == done.pk, "the same form again does nothing twice"
    assert line.reads(at) == line.now
    kept = ChildUpdate.objects.get(pk=done.pk)
    assert (kept.told_by, kept.note, kept.made_by_id, kept.child_id) == ("document", NOTE, by.pk, at.child.pk)
    assert Event.objects.filter(actor_id=by.pk, object_id=at.child.pk, purpose=kept.part).exists()
    assert Child.objects.get(pk=at.child.pk).changed_at == SCHOOL_DAY
    if line.has_history:
        assert LogEntry.objects.filter(changes__has_key=line.field.split(".")[1]).exists()

    # A second window that was open meanwhile puts nothing on top unseen.
    if line.again is not None:
        typed = dict(line.other if line.other is not None else line.good)
        with pytest.raises(line.again):
            line.do(at, typed, told=_told(typed), by=by, **seen)
        assert line.reads(at) == line.now


def test_another_next_school_than_the_confirmed_one_is_not_confirmed(at: SimpleNamespace):
    where = Destination("Fernacre Primary", "352", "9998")
    say_destination(child=at.child, last_day=SCHOOL_DAY.date(), destination=where, by=at.room.lead)
    told, by = factories.told(), at.room.office
    for values, confirmed in (({"left_on": SCHOOL_DAY.date()}, True), ({"destination_establishment": "9997"}, False)):
        stands = roll_of(newest_time(at.child))
        keeping.set_roll(child=at.child, values=stands | values | {"destination_confirmed": True}, told=told, by=by)
        assert at.child.enrolments.get().destination_confirmed is confirmed


def test_nothing_is_kept_without_its_source(at: SimpleNamespace):
    for told, sentence in (
        (factories.told(by=""), "Choose who told the school"),
        (factories.told(note="x" * 1001), "must be 1,000 characters or fewer"),
    ):
        with pytest.raises(BadInput, match=sentence), transaction.atomic():
            keeping.add_health(child=at.child, words="Asthma.", told=told, by=at.room.office)
    assert not HealthNote.objects.exists()


def test_each_field_has_a_line():
    """A field that somebody sees, and nobody can type or correct, is found here."""
    there = {
        f"{model._meta.model_name}.{name}"
        for model in KEPT
        if (mine := declared(model))
        for name in (*mine.narrative, *mine.identifying, *mine.plain)
    }
    lines = [line.field for line in LINES]
    assert there - {*lines, *ELSEWHERE} == set(), "a line in kept_fields.py is missing"
    assert {*lines, *ELSEWHERE} - there == set() and len(lines) == len(set(lines)) and not {*lines} & {*ELSEWHERE}


def test_what_was_true_stays_and_what_was_never_true_is_marked(at: SimpleNamespace):
    by, told = at.room.office, factories.told(on=date(2026, 11, 2))
    change = {"child": at.child, "part": keeping.Part.NAMES, "told": told, "by": by}
    keeping.set_facts(values={"surname": "Marlow"}, is_correction=False, **change)
    keeping.set_facts(values={"surname": "Marlowe"}, is_correction=True, **change)
    assert [(one.surname, one.kind) for one in OtherName.objects.all()] == [("Ashdown", "former")]
    keeping.add_health(child=at.child, words="Asthma.", told=told, by=by)
    keeping.end_health(note=HealthNote.objects.get(), is_correction=True, told=told, by=by)
    note = HealthNote.objects.get()
    assert note.words == "Asthma." and note.corrected_at and note.ends_on
    with asking(at.room.lead):
        assert HealthNote.objects.visible_to(at.room.lead).count() == 1, "what was corrected stays on the record"
