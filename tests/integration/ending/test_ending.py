"""What keeps a record, what is on it while it ends, and what stands where it was: by services, pages and both roles."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from children.facts import Adult, Home, NewChild
from children.models import Child, Contact, Enrolment, FormerUpn, Household
from safeguarding.adults.models import StaffConcernChild
from safeguarding.adults.services import naming
from safeguarding.adults.services.raising import Telling, raise_staff_concern
from safeguarding.concerns.models import Concern, ConcernChild, Draft
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.ending import dates, guards, reasons, removal
from safeguarding.ending.reasons import HIDDEN
from safeguarding.exceptions import OutOfTurn
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.decided import close, decide, fresh
from tests.walls import as_role, asking

pytestmark = pytest.mark.django_db
MOTHER = Adult(surname="Ashdown", forename="Miriam", relationship="Mother", responsibility=True, home=0)
HOME = Home(address="4 Tide Row", town="Saltmarsh", postcode="ZZ1 1AA")
STORY = "zqstory: he saw it and was thanked."


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(SCHOOL_DAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def room() -> factories.Staffroom:
    return factories.staffroom()


def pupil(room: Any, forename: str, **details: Any) -> Child:
    """A child of the Ashdowns: with their mother, at their home."""
    new = NewChild(
        forename=forename,
        surname="Ashdown",
        year_group=5,
        class_name="5B",
        entered_on=factories.LONG_AGO,
        homes=[HOME],
        adults=[MOTHER],
        details={"date_of_birth": date(2016, 2, 29), **details},
    )
    return factories.register_child(school=room.school, child=new, by=room.office, today=SCHOOL_DAY.date())


@pytest.fixture
def brothers(room: Any) -> tuple[Child, Child]:
    return pupil(room, "Rowan"), pupil(room, "Jude")


@pytest.fixture
def shared(room: Any, brothers: tuple[Child, Child]) -> Concern:
    """Their concern, decided and closed; Jude's file tells a story of its own."""
    rowan, jude = brothers
    concern = factories.concern(
        room,
        children=[ChildEntry("worried_about", rowan), ChildEntry("witness", jude)],
        facts="Two boys came in late and said why.",
    )
    deciding.open_concern(concern=concern, by=room.lead)
    decide(fresh(concern), room.lead)
    named = ConcernChild.objects.get(concern=concern, child=jude)
    seen = fresh(concern).revision
    deciding.say_in_file(named=named, seen=seen, token=uuid4(), says="story", story=STORY, by=room.lead)
    close(fresh(concern), room.lead)
    return fresh(concern)


# --- brothers


def test_after_the_first_brother_the_concern_opens_without_him_and_after_the_second_it_is_gone(
    room: Any, brothers: tuple[Child, Child], shared: Concern, client: Any
):
    rowan, jude = brothers
    client.force_login(room.lead)
    page = reverse("concern", args=[shared.pk])
    before = client.get(page).content.decode()
    assert "Jude Ashdown" in before
    assert "A story of its own".lower() in before.lower()
    story = ConcernChild.objects.get(concern=shared, child=jude)

    first = removal.remove([jude.pk])

    after = client.get(page).content.decode()
    assert "Jude" not in after
    assert "A child whose record was destroyed" in after
    assert "Say who this is" not in after
    assert "Two boys came in late" in after
    assert "Rowan Ashdown" in after
    assert removal.left_of(first.keys) == []
    assert client.get(reverse("child", args=[jude.pk])).status_code == 404
    story.refresh_from_db()
    assert (story.story, story.file_says, story.child_id) == ("", "", None)
    # Nobody is put in his place.
    assert client.get(reverse("link_child", args=[story.pk])).status_code == 404
    with pytest.raises(OutOfTurn, match="was destroyed"):
        deciding.link_child(named=story, child=factories.child(room.school, "Hazel"), by=room.lead)
    assert Contact.objects.filter(surname="Ashdown").count() == 1
    assert Household.objects.filter(address="4 Tide Row").count() == 1

    second = removal.remove([rowan.pk])

    assert client.get(page).status_code == 404
    assert not Concern.objects.filter(pk=shared.pk).exists()
    assert not Contact.objects.filter(surname="Ashdown").exists()
    assert not Household.objects.filter(address="4 Tide Row").exists()
    assert removal.left_of([*first.keys, *second.keys]) == []


def test_a_concern_about_an_adult_keeps_who_the_child_was(room: Any, client: Any):
    """The link empties; its reader still reads of whom it is."""
    rowan = pupil(room, "Rowan")
    raised = raise_staff_concern(
        token=uuid4(),
        school=room.school,
        telling=Telling(raised_as="low_level", facts="He shouted.", user=room.teacher),
        by=room.assistant,
        at=SCHOOL_DAY,
    )
    concern = raised.staff_concern
    linked = naming.link_child(concern=concern, child=rowan, by=room.headteacher)

    removal.remove([rowan.pk])

    linked.refresh_from_db()
    assert linked.child_id is None
    assert linked.child_was == "Rowan Ashdown, born 29 February 2016"
    with connection.cursor() as cursor:
        cursor.execute("SELECT child_was FROM adults_staffconcernchild WHERE id = %s", [linked.pk])
        assert b"Rowan" not in bytes(cursor.fetchone()[0])
    client.force_login(room.headteacher)
    text = client.get(reverse("staff_concern", args=[concern.pk])).content.decode()
    assert "Rowan Ashdown, born 29 February 2016. The record of this child was destroyed." in text


# --- what keeps a record


def said(person: Any, child: Child) -> list[str]:
    """What keeps it, but that it is not due yet, which holds for all of them."""
    told = reasons.told_to(person, [child.pk]).get(child.pk, [])
    return [sentence for sentence in told if sentence != "It is not due yet."]


def test_what_is_open_keeps_a_record_and_is_said_to_who_sees_it(room: Any):
    rowan = pupil(room, "Rowan")
    Child.objects.filter(pk=rowan.pk).update(left_on=SCHOOL_DAY.date())
    assert said(room.lead, rowan) == []
    concern = factories.concern(room, children=[ChildEntry("worried_about", rowan)])
    with asking(room.lead):
        assert said(room.lead, rowan) == ["A concern is open.", "Something was entered in the last 12 months."]
    # The office sees no concern, and that there is something.
    with asking(room.office):
        assert said(room.office, rowan) == [HIDDEN]
    deciding.open_concern(concern=concern, by=room.lead)
    decide(fresh(concern), room.lead)
    action = deciding.add_action(
        concern=fresh(concern), token=uuid4(), text="Ring", owner=room.lead, due_on=SCHOOL_DAY.date(), by=room.lead
    )
    assert "Something is still to be done." in said(room.lead, rowan)
    deciding.end_action(action=action, move="complete", result="Rung", by=room.lead)
    close(fresh(concern), room.lead)
    assert said(room.lead, rowan) == ["Something was entered in the last 12 months."]


def test_after_a_year_without_an_entry_nothing_keeps_it(room: Any, shared: Concern, brothers: Any, clock: Any):
    rowan, _ = brothers
    Child.objects.filter(pk=rowan.pk).update(left_on=SCHOOL_DAY.date())
    # Keys tell the time of this machine, whatever day it is in the test.
    written = max(SCHOOL_DAY, time_machine.escape_hatch.datetime.datetime.now(factories.LONDON))
    clock.move_to(written + timedelta(days=360))
    assert said(room.lead, rowan) == ["Something was entered in the last 12 months."]
    clock.move_to(written + timedelta(days=367))
    assert said(room.lead, rowan) == []
    Child.objects.filter(pk=rowan.pk).update(left_on=None)
    assert said(room.lead, rowan) == ["The child is on the school’s roll."]


def test_an_open_concern_about_an_adult_keeps_it_and_nobody_learns_of_it(room: Any):
    rowan = pupil(room, "Rowan")
    Child.objects.filter(pk=rowan.pk).update(left_on=SCHOOL_DAY.date())
    raised = raise_staff_concern(
        token=uuid4(),
        school=room.school,
        telling=Telling(raised_as="low_level", facts="He shouted.", user=room.teacher),
        by=room.assistant,
        at=SCHOOL_DAY,
    )
    naming.link_child(concern=raised.staff_concern, child=rowan, by=room.headteacher)
    with asking(room.lead):
        assert said(room.lead, rowan) == [HIDDEN]
    with asking(room.headteacher):
        assert said(room.headteacher, rowan) == ["A concern about an adult that touches this child is open."]
    linked = StaffConcernChild.objects.get(child=rowan)
    naming.unlink_child(linked=linked, by=room.headteacher)
    assert said(room.lead, rowan) == []


def test_words_that_are_not_sent_keep_it_and_stop_its_removal(room: Any):
    rowan = pupil(room, "Rowan")
    Child.objects.filter(pk=rowan.pk).update(left_on=SCHOOL_DAY.date())
    save_draft(
        token=uuid4(), school_id=room.school.pk, content={"facts": ["x"]}, author_id=room.teacher.pk, at=SCHOOL_DAY
    )
    Draft.objects.update(names=[rowan.pk])
    assert said(room.teacher, rowan) == ["A report is begun and not sent."]
    with asking(room.office):
        assert said(room.office, rowan) == [HIDDEN]
    with pytest.raises(OutOfTurn, match="not settled"):
        removal.remove([rowan.pk])
    assert Child.objects.filter(pk=rowan.pk).exists()


def test_a_fact_that_fails_keeps_every_record(room: Any, monkeypatch: Any):
    rowan = pupil(room, "Rowan")
    monkeypatch.setitem(reasons._reasons, "keeps_nowhere", reasons.Reason("keeps_nowhere", "x", Child))
    [failed] = [kept for kept in reasons.what_keeps([rowan.pk])[rowan.pk] if kept.reason is None]
    assert failed.row is None
    assert HIDDEN in said(room.lead, rowan)
    with pytest.raises(ImproperlyConfigured):
        reasons.keeps("keeps_on_roll", says="x", model=Child, of=reasons.Of.EACH)


def test_the_days_from_which_periods_run(room: Any):
    rowan = pupil(room, "Rowan")
    unknown = factories.child(room.school, "Hazel", by=room.office)
    assert dates.days("birth", [rowan.pk, unknown.pk]) == {rowan.pk: date(2016, 2, 29)}
    assert dates.days("left", [rowan.pk]) == {}
    Child.objects.filter(pk=rowan.pk).update(left_on=date(2026, 7, 17))
    assert dates.days("left", [rowan.pk]) == {rowan.pk: date(2026, 7, 17)}
    with pytest.raises(LookupError):
        dates.days("full_moon", [rowan.pk])


# --- while it ends


@pytest.mark.parametrize("role", ["web", "worker"])
def test_nobody_who_works_says_that_a_record_ends(room: Any, shared: Concern, brothers: Any, role: str):
    for model, key in ((Child, brothers[0].pk), (Concern, shared.pk)):
        with pytest.raises(DatabaseError, match="who destroys records"), transaction.atomic(), asking(room.lead, role):
            model._base_manager.filter(pk=key).update(ending_at=timezone.now())
        # And the owner may, who restores: the next role finds it set, and may not take it back.
        model._base_manager.filter(pk=key).update(ending_at=timezone.now())
        with as_role(role), connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == (role,)
        assert model._base_manager.get(pk=key).ending_at is not None


def test_nothing_new_is_put_on_a_record_that_is_ending(room: Any, shared: Concern, brothers: Any):
    rowan, jude = brothers
    ends = {"school": room.school, "child": rowan, "upn": "Z1"}
    there = FormerUpn.objects.create(**ends)
    Child._base_manager.filter(pk=rowan.pk).update(ending_at=timezone.now())
    Concern._base_manager.filter(pk=shared.pk).update(ending_at=timezone.now())
    with pytest.raises(IntegrityError, match="this record is ending"), transaction.atomic():
        FormerUpn.objects.create(**{**ends, "upn": "Z3"})
    with pytest.raises(IntegrityError, match="this record is ending"), transaction.atomic():
        factories.concern(room, children=[ChildEntry("witness", rowan)])
    with pytest.raises(IntegrityError, match="this record is ending"), transaction.atomic():
        deciding.add_note(concern=shared, token=uuid4(), text="Too late.", by=room.lead)
    # What is there can still be written, as the machine does at night; and everybody else's record takes what it did.
    there.save()
    assert FormerUpn.objects.create(**{**ends, "child": jude, "upn": "Z2"}).pk


def test_every_link_to_a_record_that_can_be_ending_is_guarded():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger "
            "WHERE tgname LIKE 'refuse_ending_%' AND NOT tgisinternal"
        )
        there = set(cursor.fetchall())
    wanted = {
        (holder._meta.db_table, f"refuse_ending_{column}")
        for model in guards.marked()
        for holder, column in guards.links_to(model)
    }
    assert {model._meta.label for model in guards.marked()} == {
        "adults.StaffConcern",
        "children.Child",
        "concerns.Concern",
        "plans.AttendanceYear",
        "requests.RightsRequest",
    }
    assert len(wanted) > 60
    assert wanted <= there


def test_nobody_finds_a_record_that_is_ending(room: Any, shared: Concern, brothers: Any, client: Any):
    rowan, jude = brothers
    client.force_login(room.lead)
    child, concern = reverse("child", args=[rowan.pk]), reverse("concern", args=[shared.pk])
    assert [client.get(page).status_code for page in (child, concern)] == [302, 200]
    Child._base_manager.filter(pk=rowan.pk).update(ending_at=timezone.now())
    Concern._base_manager.filter(pk=shared.pk).update(ending_at=timezone.now())
    assert [client.get(page).status_code for page in (child, concern)] == [404, 404]
    assert "Rowan" not in client.post(reverse("find"), {"q": "Ashdown"}).content.decode()
    assert shared.reference not in client.get(reverse("child_chronology", args=[jude.pk])).content.decode()
    assert client.get(reverse("child", args=[jude.pk])).status_code == 302
    with asking(room.lead):
        assert not Enrolment.objects.visible_to(room.lead).filter(child=rowan).exists()
        assert not Concern.objects.visible_to(room.lead).filter(pk=shared.pk).exists()
