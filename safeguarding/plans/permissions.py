"""Who may see a plan and its dates, and who keeps them?

Read aloud: *each area is read by the roles that the domain reference gives it (section 7), at their own school, where
the privacy notice or the school itself names the role. Of children they were given, pastoral staff, the designated
teacher and the SENCO read all but adoption; of child protection pastoral staff read who works with the family, and
nothing else. An emergency opens the same as pastoral staff have. Where nobody who keeps plans may see a child, the
alternate lead does, else the Headteacher, else the chair. Nobody sees a plan of a child who is hidden from them, or one
that began with a concern that is; one of a restricted concern is a badge to others.*
"""

from collections.abc import Callable, Collection, Iterable
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from children.capabilities import ChildCapability
from children.models import Child
from children.permissions import out_of_sight
from safeguarding.accounts.permissions import may, rights
from safeguarding.accounts.roles import ROLES, with_capability
from safeguarding.audit.by_keys import array_of
from safeguarding.audit.protection import WHOEVER, Rule, among, fact, known, may_view, rule, visible_sql
from safeguarding.concerns.models import Meeting
from safeguarding.concerns.permissions import may_decide, never_in_changes
from safeguarding.exceptions import NotAllowed
from safeguarding.keys import uuid7
from safeguarding.once import once
from safeguarding.plans.capabilities import PlanCapability
from safeguarding.plans.kinds import Area
from safeguarding.prepared import prepared
from safeguarding.uploads.permissions import decided_by

from .models import (
    AttendanceDay,
    AttendanceFile,
    AttendanceYear,
    Designation,
    Episode,
    PlanFile,
    Professional,
    Step,
    StepNote,
)

C = PlanCapability
VIEW = {area: PlanCapability(f"view_{area}") for area in Area}
# What those read who were given access to a child, and in an emergency.
GIVEN = (Area.CARE, Area.NEEDS, Area.ATTENDANCE)
# What stands on the tab "Plans and status": attendance has a tab of its own.
TAB_AREAS = tuple(area for area in Area if area != Area.ATTENDANCE)
MEETS = "This date is a meeting about a concern. Only somebody who decides on that concern changes it."
never_in_changes("object_id", "plan_changes_hidden")
never_in_changes("id", "meetings_in_changes")


def at_schools_named(me: Any, capability: Any) -> Q:
    """At a school where the person has the capability by a role that the notice, or the school, names."""
    return among("school_id", fact("schools_named_with", me, capability))


def _in_areas(*areas: str) -> Q:
    """Rows of which the area is one of these."""
    return Q(area=areas[0]) if len(areas) == 1 else Q(area__in=areas)


def _of_some_area(*areas: str) -> Q:
    """Rows with several areas, of which one is one of these."""
    return Q(areas__overlap=[*areas])


def _standing_in(me: Any, of: Callable[..., Q] = _in_areas) -> Q:
    """Of children that no keeper of the area may see."""
    adoption = of(Area.ADOPTION)
    return (~adoption & among("child_id", fact("plans_standing_in", me, C.KEEP_PROTECTION))) | (
        adoption & among("child_id", fact("plans_standing_in", me, C.KEEP_ADOPTION))
    )


def of_plans(
    me: Any, episode: str, *, briefly: tuple[Area, ...] = (), of: Callable[..., Q] = _in_areas, step: str = ""
) -> Rule:
    """The rule of what belongs to an episode. `episode` is the column that names it; `briefly` are areas of which also
    those read this record who were given the child; `of` says how a row names its area, or its areas; `step` names the
    date that it is, or belongs to.
    """
    hidden = among(episode, fact("episodes_hidden", me))
    unrestricted = ~among(episode, fact("episodes_restricted", me))
    some = of(*GIVEN, *briefly)
    given = (some & at_schools_named(me, C.READ_PLANS_GIVEN)) | (
        of(Area.PROTECTION) & at_schools_named(me, C.READ_PROTECTION_GIVEN)
    )
    return Rule(
        because={
            "role": reduce(or_, (of(area) & at_schools_named(me, VIEW[area]) for area in Area)) & unrestricted,
            "grant": given & among("child_id", fact("granted_children", me)) & unrestricted,
            "emergency": some
            & at_schools_named(me, ChildCapability.EMERGENCY_ACCESS)
            & among("child_id", fact("emergency_children", me))
            & unrestricted,
            "standing_in": _standing_in(me, of),
        },
        never=out_of_sight(me, "child_id") | (hidden | among(step, fact("steps_hidden", me)) if step else hidden),
    )


@rule(Episode)
def episodes_seen(me: Any) -> Rule:
    """The plan itself, its codes and words."""
    return of_plans(me, "id")


@rule(Step)
def steps_seen(me: Any) -> Rule:
    """Its dates, what was said and decided: but those that are a meeting about a concern that is hidden from the
    person, and what waits because of one.
    """
    return of_plans(me, "episode_id", step="id")


@rule(StepNote)
@rule(PlanFile)
def with_the_step(me: Any) -> Rule:
    """What was added to a date, and its files."""
    return of_plans(me, "episode_id", step="step_id")


@rule(Professional)
def professionals_seen(me: Any) -> Rule:
    """Who works with the child, for who reads one of the areas; of child protection also for pastoral staff who were
    given the child.
    """
    return of_plans(me, "episode_id", briefly=(Area.PROTECTION,), of=_of_some_area)


@rule(Designation)
def designations_seen(me: Any) -> Rule:
    """The badge: for those who read some plans, and of an adoption for those who read that."""
    adoption = Q(area=Area.ADOPTION)
    return Rule(
        because={
            "role": (~adoption & at_schools_named(me, C.VIEW_PLAN_BADGES))
            | (adoption & at_schools_named(me, C.VIEW_ADOPTION)),
            "standing_in": _standing_in(me),
        },
        never=out_of_sight(me, "child_id") | among("episode_id", fact("episodes_hidden", me)),
    )


@rule(AttendanceDay)
def attendance_seen(me: Any) -> Rule:
    """The marks of a day: as plans of that area are, which begin with no concern."""
    return Rule(
        because={
            "role": at_schools_named(me, C.VIEW_ATTENDANCE),
            "grant": at_schools_named(me, C.READ_PLANS_GIVEN) & among("child_id", fact("granted_children", me)),
            "emergency": at_schools_named(me, ChildCapability.EMERGENCY_ACCESS)
            & among("child_id", fact("emergency_children", me)),
            "standing_in": among("child_id", fact("plans_standing_in", me, C.KEEP_PROTECTION)),
        },
        never=out_of_sight(me, "child_id"),
    )


@rule(AttendanceFile)
@rule(AttendanceYear)
def attendance_files_seen(me: Any) -> Rule:
    """Which files were brought in, and of which school years: for those who bring them in."""
    return Rule(because={"role": at_schools_named(me, C.KEEP_ATTENDANCE)})


def areas_kept(user: Any, child: Child) -> frozenset[str]:
    """The areas of the child's plans that the person keeps."""
    return _kept(user, child.school_id, child.pk)


def _kept(user: Any, school_id: UUID, child_id: UUID) -> frozenset[str]:
    [[found]] = prepared("SELECT rules.areas_kept(%s, %s, %s)", [user.pk, school_id, child_id])
    return frozenset(found)


def children_kept(user: Any, school_id: UUID, children: Collection[UUID], area: str) -> frozenset[UUID]:
    """Of these children of a school those of whom the person keeps plans of the area: one query; none for none."""
    if not children:
        return frozenset()
    asked = "SELECT key FROM unnest(%s::uuid[]) AS key WHERE %s = ANY (rules.areas_kept(%s, %s, key))"
    return frozenset(key for (key,) in prepared(asked, [array_of(children), area, user.pk, school_id]))


def areas_read(user: Any, child: Child) -> frozenset[str]:
    """The areas of the child's plans that the person reads, whether or not there is anything in them."""
    text, parameters = visible_sql(Episode)
    # No rows of the table: the rule, asked of one of each area. One query.
    rows = "SELECT %s::uuid AS id, %s::uuid AS school_id, %s::uuid AS child_id, unnest(%s::text[]) AS area"
    statement = f'SELECT area FROM ({rows}) AS "plans_episode" WHERE {text}'  # noqa: S608  (the rule's own words)
    asked: list[Any] = [uuid7(), child.school_id, child.pk, [str(area) for area in Area]]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*asked, *(user.pk if one == WHOEVER else one for one in parameters)])
        return frozenset(area for (area,) in cursor.fetchall())


def may_keep(user: Any, record: Any) -> bool:
    """Who begins, ends and corrects an episode, and keeps its steps: of any record of a plan."""
    return record.area in _kept(user, record.school_id, record.child_id)


def may_write(user: Any, record: Any) -> bool:
    """The same; but of a date that is a meeting about a concern, only who decides on that concern too."""
    return may_keep(user, record) and _decides_on_it(user, record)


def _decides_on_it(user: Any, record: Any) -> bool:
    if not isinstance(record, Step) or record.meeting_id is None:
        return True
    meeting = Meeting.objects.filter(pk=record.meeting_id).first()
    return meeting is not None and may_view(user, meeting) and may_decide(user, meeting)


def may_keep_person(user: Any, person: Professional) -> bool:
    """Who corrects who works with a child, and says that they have left: who keeps one of the areas."""
    return not _kept(user, person.school_id, person.child_id).isdisjoint(person.areas)


def ensure_keeps(by: Any, area: str, child: Child) -> None:
    """Raise `NotAllowed` unless `by` keeps this area of the child's plans."""
    if area not in areas_kept(by, child):
        raise NotAllowed(keepers(area))


def ensure_keeps_record(by: Any, record: Any) -> None:
    """Raise `NotAllowed` unless `by` keeps the area of this record, and sees it; and where it is a meeting about a
    concern, decides on that.
    """
    if not may_keep(by, record) or not may_view(by, record):
        raise NotAllowed(keepers(record.area))
    if not _decides_on_it(by, record):
        raise NotAllowed(MEETS)


def ensure_keeps_areas(by: Any, areas: Iterable[str], child: Child) -> None:
    """Raise `NotAllowed` unless `by` keeps every one of these areas of the child's plans."""
    kept = areas_kept(by, child)
    for area in areas:
        if area not in kept:
            raise NotAllowed(keepers(area))


def ensure_keeps_person(by: Any, person: Professional) -> None:
    """Raise `NotAllowed` unless `by` keeps one of the areas in which this person works with the child, and sees it."""
    if not may_keep_person(by, person) or not may_view(by, person):
        raise NotAllowed(keepers(person.areas[0]))


def keeps_attendance(user: Any, school_id: UUID) -> bool:
    """Whether the person brings in the attendance of a school."""
    return school_id in known("schools_named_with", user.pk, C.KEEP_ATTENDANCE)


def ensure_keeps_attendance(by: Any, school_id: UUID) -> None:
    """Raise `NotAllowed` unless `by` brings in the attendance of the school."""
    if not keeps_attendance(by, school_id):
        raise NotAllowed(keepers(Area.ATTENDANCE))


def keepers(area: str) -> str:
    """The sentence of a refusal: who keeps plans of an area, or attendance."""
    titles = [ROLES[key].title for key in reversed(with_capability(f"keep_{area}"))]
    what = "Attendance is" if area == Area.ATTENDANCE else "Plans of this kind are"
    return f"{what} kept by: {', '.join(titles)}. Ask one of them."


def not_named(user: Any, school_id: UUID) -> bool:
    """Whether the person's role includes plans at the school, but the school's privacy notice does not name the role:
    then they see none, and a page says why.
    """
    return may(user, C.VIEW_PLAN_BADGES, school_id) and school_id not in known(
        "schools_named_with", user.pk, C.VIEW_PLAN_BADGES
    )


def stands_in_for_plans(user: Any) -> bool:
    """Whether the person's role may have to keep plans of children that no usual keeper may see."""
    return bool(rights(user).schools(C.STAND_IN_PLANS))


def children_kept_for(user: Any) -> frozenset[UUID]:
    """Return the keys of the children whose plans, of some area, the person keeps standing in. Once a page; no query
    for a role that stands in for nobody.
    """
    if not stands_in_for_plans(user):
        return frozenset()
    return once(("plans kept for", user.pk), lambda: frozenset(known("plans_kept_for", user.pk)))


def keeps_plans_standing_in(user: Any) -> bool:
    """Whether there is such a child today."""
    return bool(children_kept_for(user))


def reads_at(user: Any, school_id: UUID) -> bool:
    """Whether the person's role at the school reads plans, some area of them, whether or not the notice names it."""
    return any(may(user, VIEW[area], school_id) for area in TAB_AREAS)


def plans_somewhere(user: Any) -> bool:
    """Whether the person reads or keeps plans at some school by their role: for the navigation."""
    return bool(rights(user).schools(C.VIEW_PLAN_BADGES))


decided_by(PlanFile, may_keep)
