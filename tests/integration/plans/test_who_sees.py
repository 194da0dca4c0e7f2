"""Who sees and keeps which plan? Allowed and refused side by side, by both walls."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone
from psycopg import sql

from children.models import EmergencyAccess
from children.services import access
from safeguarding.audit.history import record_changes
from safeguarding.audit.models import LogEntry
from safeguarding.concerns.models import ConcernSubject
from safeguarding.concerns.services import access as concern_access
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import NotAllowed
from safeguarding.keys import uuid7
from safeguarding.plans.models import Designation, Episode, PlanFile, Professional, Step, StepNote
from safeguarding.plans.permissions import areas_kept, areas_read, not_named
from safeguarding.plans.services.around import add_professional, attach_to_step
from safeguarding.plans.services.steps import note_step
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.walls import tell_raw

from .conftest import Place

pytestmark = pytest.mark.django_db
NOTICE = ("senco", "designated_teacher", "attendance")
LEADS = {"lead", "acting", "trust"}
READERS = {
    "protection": LEADS | {"deputy", "headteacher"},
    "care": LEADS | {"deputy", "headteacher", "designated"},
    "needs": LEADS | {"deputy", "headteacher", "senco"},
    "adoption": LEADS | {"headteacher"},
    "attendance": LEADS | {"deputy", "headteacher", "attendance"},
}
KEEPERS = {
    "protection": LEADS | {"deputy"},
    "care": LEADS | {"deputy", "designated"},
    "needs": {"senco"},
    "adoption": LEADS,
    "attendance": LEADS | {"deputy", "attendance"},
}
KINDS = {"protection": "child_protection", "care": "looked_after", "needs": "ehcp", "adoption": "adoption"}


def who(place: Place, of: Callable[[Any], bool]) -> set[str]:
    return {name for name, person in place.everybody().items() if of(person)}


def readers(place: Place, row: Any) -> set[str]:
    return who(place, lambda person: type(row).objects.filter(pk=row.pk).visible_to(person).exists())


def test_each_area_is_read_and_kept_by_its_roles_and_by_nobody_else(place: Place):
    place.name_in_notice(*NOTICE)
    for area, names in READERS.items():
        assert who(place, lambda p, a=area: a in areas_read(p, place.child)) == names, area
        assert who(place, lambda p, a=area: a in areas_kept(p, place.child)) == KEEPERS[area], area


def test_needs_are_kept_by_leads_while_the_notice_names_no_senco(place: Place):
    assert who(place, lambda p: "needs" in areas_kept(p, place.child)) == LEADS | {"deputy"}
    episode = place.begin("ehcp", by=place.room.lead)
    with pytest.raises(NotAllowed, match="SENCO"):
        place.begin("ehcp", authority="355", by=place.senco)
    place.name_in_notice("senco")
    with pytest.raises(NotAllowed):
        note_step(step=Step.objects.filter(episode=episode).first(), token=uuid7(), text="Asked.", by=place.room.lead)
    assert place.begin("ehcp", authority="355", by=place.senco).area == "needs"


@pytest.mark.parametrize("area", list(KINDS))
def test_what_an_episode_has_is_seen_by_who_reads_its_area_and_the_badge_by_more(place: Place, area: str):
    place.name_in_notice(*NOTICE)
    keeper = place.senco if area == "needs" else place.room.lead
    episode = place.begin(KINDS[area], by=keeper)
    step = place.step(episode, episode.of_kind.steps[0], booked_on=date(2026, 12, 1), by=keeper)
    note = note_step(step=step, token=uuid7(), text="Asked.", by=keeper)
    worker = add_professional(episode=episode, token=uuid7(), role="social_worker", name="Marcus Bell", by=keeper)
    [file] = attach_to_step(
        step=step, token=uuid7(), uploads=[Upload("a.txt", b"Minutes.")], what="minutes", by=keeper
    ).kept
    for row in (episode, step, note, worker, file):
        assert readers(place, row) == READERS[area], type(row)
    badge = Designation.objects.get(episode=episode)
    more = set() if area == "adoption" else {"pastoral", "designated", "senco", "attendance"}
    assert readers(place, badge) == READERS[area] | more


def test_a_role_that_the_notice_no_longer_names_loses_all_at_once(place: Place):
    place.name_in_notice(*NOTICE)
    episode = place.begin("looked_after", by=place.designated)
    assert readers(place, episode) == READERS["care"]
    assert not not_named(place.designated, place.school.pk)
    place.name_in_notice("senco")
    assert readers(place, episode) == READERS["care"] - {"designated"}
    assert "designated" not in readers(place, episode.designation)
    assert not_named(place.designated, place.school.pk)
    with pytest.raises(NotAllowed):
        place.begin("looked_after", authority="355", by=place.designated)


def _all_areas(place: Place) -> dict[str, Any]:
    """A step of each area, and who works with the child under the protection plan."""
    rows: dict[str, Any] = {}
    for area, kind in KINDS.items():
        keeper = place.senco if area == "needs" else place.room.lead
        episode = place.begin(kind, by=keeper)
        rows[area] = place.step(episode, episode.of_kind.steps[0], booked_on=date(2026, 12, 1), by=keeper)
        if area == "protection":
            rows["worker"] = add_professional(
                episode=episode, token=uuid7(), role="social_worker", name="Marcus Bell", by=keeper
            )
    return rows


def seen(rows: dict[str, Any], person: Any) -> set[str]:
    return {name for name, row in rows.items() if type(row).objects.filter(pk=row.pk).visible_to(person).exists()}


def test_of_a_child_that_was_given_more_is_read(place: Place):
    place.name_in_notice(*NOTICE)
    rows = _all_areas(place)
    people = {"pastoral": place.room.pastoral, "designated": place.designated, "senco": place.senco}
    people |= {"attendance": place.attendance, "teacher": place.room.teacher}
    before = {"pastoral": set(), "designated": {"care"}, "senco": {"needs"}, "attendance": set(), "teacher": set()}
    assert {name: seen(rows, person) for name, person in people.items()} == before
    last = timezone.localdate() + timedelta(days=30)
    for person in people.values():
        if person not in (place.attendance, place.room.teacher):
            access.grant_child(
                child=place.child, user=person, reason="Works with him", last_day=last, by=place.room.lead
            )
    assert {name: seen(rows, person) for name, person in people.items()} == before | {
        "pastoral": {"care", "needs", "worker"},
        "designated": {"care", "needs", "protection", "worker"},
        "senco": {"care", "needs", "protection", "worker"},
    }
    with pytest.raises(NotAllowed):
        note_step(step=rows["protection"], token=uuid7(), text="Asked.", by=place.designated)


def test_an_emergency_opens_what_pastoral_staff_have_and_shuts_again(place: Place):
    place.name_in_notice(*NOTICE)
    rows = _all_areas(place)
    now = timezone.now()
    for person, theirs in ((place.room.pastoral, set()), (place.attendance, set()), (place.designated, {"care"})):
        EmergencyAccess.objects.create(
            user=person,
            school=place.school,
            child=place.child,
            reason="Missing",
            opened_at=now,
            ends_at=now + timedelta(hours=1),
            review_by=timezone.localdate(),
        )
        assert seen(rows, person) == {"care", "needs", "worker"} | theirs
        EmergencyAccess.objects.filter(user=person).update(
            opened_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1)
        )
        assert seen(rows, person) == theirs


def test_a_conflict_hides_everything_whatever_else_is_true(place: Place):
    place.name_in_notice(*NOTICE)
    rows = _all_areas(place)
    badges = list(Designation.objects.all())
    for person in (place.room.lead, place.room.headteacher, place.designated, place.senco):
        access.declare_conflict(user=person, child=place.child, kind="relative", by=person)
        assert seen(rows, person) == set()
        assert [b for b in badges if type(b).objects.filter(pk=b.pk).visible_to(person).exists()] == []
        assert areas_kept(person, place.child) == frozenset()


def test_where_no_keeper_may_see_the_child_the_alternate_lead_keeps_then_the_head_then_the_chair(place: Place):
    episode = place.begin("child_protection")

    def conflict(person: Any) -> None:
        access.declare_conflict(user=person, child=place.child, kind="relative", by=person)

    def keeping() -> set[str]:
        return who(place, lambda p: "protection" in areas_kept(p, place.child))

    for person in (place.room.lead, place.acting, place.trust):
        conflict(person)
    assert keeping() == {"deputy"}
    assert who(place, lambda p: "adoption" in areas_kept(p, place.child)) == {"alternate"}
    conflict(place.room.deputy)
    assert keeping() == {"alternate"}
    assert readers(place, episode) == {"alternate", "headteacher"}
    conflict(place.alternate)
    assert keeping() == {"headteacher"}
    conflict(place.room.headteacher)
    assert keeping() == {"chair"}
    assert readers(place, episode) == {"chair"}
    other = factories.child(place.school, "Wren", by=place.room.office)
    assert areas_kept(place.chair, other) == frozenset()


def test_who_is_named_in_the_concern_that_it_began_with_sees_nothing_of_it(place: Place):
    concern = factories.concern(place.room, children=[ChildEntry(role="worried_about", child=place.child)])
    episode = place.begin("child_in_need", concern=concern)
    assert readers(place, episode) == READERS["protection"]
    ConcernSubject.objects.create(
        concern=concern, school=place.school, user=place.room.deputy, named_by=place.room.headteacher
    )
    assert readers(place, episode) == READERS["protection"] - {"deputy"}
    assert "deputy" not in readers(place, episode.designation)
    with pytest.raises(NotAllowed):
        place.step(episode, "progress", by=place.room.deputy)


def test_a_restricted_concern_leaves_others_the_badge(place: Place):
    concern = factories.concern(place.room, children=[ChildEntry(role="worried_about", child=place.child)])
    episode = place.begin("child_in_need", concern=concern)
    concern_access.restrict_concern(concern=concern, by=place.room.lead)
    opened = who(place, lambda p: type(concern).objects.filter(pk=concern.pk).visible_to(p).exists())
    assert readers(place, episode) == opened & READERS["protection"] != READERS["protection"]
    assert readers(place, episode.designation) >= READERS["protection"] | {"pastoral"}


def test_changes_of_an_adoption_are_shown_to_those_who_read_it(place: Place):
    shown = {}
    for kind in ("adoption", "child_protection"):
        episode = place.begin(kind)
        record_changes(Episode, {episode.pk: {"starts_on": (date(2026, 1, 1), date(2026, 1, 2))}})
        entry = LogEntry.objects.get(object_id=episode.pk)
        shown[kind] = readers(place, entry)
    assert shown["child_protection"] == READERS["protection"]
    assert shown["adoption"] == READERS["adoption"]


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_shows_and_takes_no_more(place: Place, connect: Callable[[str], psycopg.Connection]):
    place.name_in_notice("senco")
    rows = _all_areas(place)
    other = factories.staffroom("Gorse Hill Academy")
    expected = {
        place.room.lead: 4,
        place.room.deputy: 3,
        place.senco: 1,
        place.designated: 0,
        place.room.pastoral: 0,
        place.room.teacher: 0,
        other.lead: 0,
    }
    web = connect("web")
    models = (Episode, Step, StepNote, Professional, PlanFile, Designation)
    for model in models:
        assert web.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(model._meta.db_table))
        ).fetchone() == (0,)
    for person, number in expected.items():
        with web.transaction():
            tell_raw(web, person=str(person.pk))
            assert web.execute("SELECT count(DISTINCT area) FROM plans_step").fetchone() == (number,)
    for column in ("status", "area"):
        set_to = sql.SQL("UPDATE plans_episode SET {} = 'care' WHERE id = %s").format(sql.Identifier(column))
        for person, refused in ((place.room.headteacher, True), (place.room.lead, column == "area")):
            with web.transaction(force_rollback=True):
                tell_raw(web, person=str(person.pk))
                try:
                    web.execute(set_to, [rows["protection"].episode_id])
                except psycopg.errors.InsufficientPrivilege as error:
                    assert refused, error
                except psycopg.errors.CheckViolation:
                    assert not refused
