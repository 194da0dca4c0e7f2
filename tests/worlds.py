"""A random world of two schools, and a third opinion on who sees what in it, written by hand from the rule in English.

A world has people with roles that are live, over or of an inactive account; children; concerns with one or two of them,
some restricted; and everything that opens or shuts a record: grants to people and to teams, live, expired or withdrawn,
emergencies that last or are over, conflicts of interest and subjects, standing or lifted.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

from django.utils import timezone

from children.capabilities import ChildCapability
from children.grants import viewing
from children.models import Child, ChildDetail, ChildGrant, ChildTeamGrant, ConflictOfInterest, EmergencyAccess
from safeguarding.accounts.capabilities import AnyCapability
from safeguarding.accounts.models import RoleAssignment, School, Team, TeamMember, User
from safeguarding.accounts.roles import ROLES, Capability
from safeguarding.concerns.capabilities import ConcernCapability
from safeguarding.concerns.models import Account, Action, Concern, ConcernChild, ConcernGrant, ConcernSubject
from safeguarding.plans.capabilities import PlanCapability
from tests.factories import LONG_AGO

C, RESTRICTED = Capability, ConcernCapability.VIEW_RESTRICTED
# Each person leans to one way to a record, so that it is often their only one, and has a role that goes with it.
USUAL_ROLES = {
    "role": ("lead", "lead", "headteacher", "deputy_lead"),
    "grant": ("pastoral", "pastoral", "pastoral", "senco"),
    "emergency": ("teacher", "pastoral", "midday"),
    "named": ("pastoral", "pastoral", "pastoral", "office"),
    "standing_in": ("alternate_lead", "chair"),
}
ANY_ROLE = tuple(dict.fromkeys((*(key for keys in USUAL_ROLES.values() for key in keys), "trust_lead", "it_admin")))


@dataclass
class World:
    """What there is, as rows; the third opinion reads these lists and no rule."""

    schools: list[School] = field(default_factory=list)
    people: list[User] = field(default_factory=list)
    roles: list[RoleAssignment] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    members: list[TeamMember] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    concerns: list[Concern] = field(default_factory=list)
    named: list[ConcernChild] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    conflicts: list[ConflictOfInterest] = field(default_factory=list)
    subjects: list[ConcernSubject] = field(default_factory=list)
    child_grants: list[ChildGrant] = field(default_factory=list)
    team_grants: list[ChildTeamGrant] = field(default_factory=list)
    concern_grants: list[ConcernGrant] = field(default_factory=list)
    emergencies: list[EmergencyAccess] = field(default_factory=list)


def make(seed: int) -> World:
    """The world of this number, in the database."""
    chance, world, today, now = Random(seed), World(), timezone.localdate(), timezone.now()
    yesterday, tomorrow, hour = today - timedelta(days=1), today + timedelta(days=1), timedelta(hours=1)
    perhaps = lambda rows, share: [row for row in rows if chance.random() < share]  # noqa: E731
    ways: dict[Any, str] = {}
    leaning = lambda way, often, seldom: [  # noqa: E731
        person for person in world.people if chance.random() < (often if ways[person.pk] == way else seldom)
    ]
    for number in range(2):
        beyond = perhaps(["senco", "office", "chair"], 0.5)
        place = School.objects.create(name=f"School {number}", slug=uuid4().hex, roles_beyond_notice=beyond)
        world.schools.append(place)
    for number in range(7):
        person = User.objects.create(
            username=uuid4().hex, first_name="P", last_name=str(number), is_active=chance.random() < 0.95
        )
        world.people.append(person)
        way = ways[person.pk] = chance.choices(list(USUAL_ROLES), (5, 4, 5, 4, 7))[0]
        for place in chance.choices(world.schools, (14, 1), k=chance.choices((0, 1, 2), (1, 10, 2))[0]):
            key = chance.choice(USUAL_ROLES[way] if chance.random() < 0.9 else ANY_ROLE)
            starts, ends = chance.choices(
                ((LONG_AGO, None), (LONG_AGO, today), (LONG_AGO, yesterday), (tomorrow, None)), (10, 2, 1, 1)
            )[0]
            if not any((r.user, r.school, r.role_key) == (person, place, key) for r in world.roles):
                world.roles.append(
                    RoleAssignment(user=person, school=place, role_key=key, starts_on=starts, ends_on=ends)
                )
    RoleAssignment.objects.bulk_create(world.roles)
    ended = lambda: chance.choices((None, now), (6, 1))[0]  # noqa: E731
    for place in world.schools:
        over = ended()
        world.teams.append(
            Team.objects.create(name=str(uuid4()), school=place, kind="pastoral", title="Pastoral", ended_at=over)
        )
    teams = world.teams
    for person in leaning("grant", 0.8, 0.2):
        starts, ends = chance.choice(((LONG_AGO, None), (LONG_AGO, today), (LONG_AGO, yesterday), (tomorrow, None)))
        world.members.append(
            TeamMember.objects.create(
                team=chance.choice(teams), user=person, starts_on=starts, ends_on=ends, ended_at=ended()
            )
        )
    for number in range(4):
        place = chance.choices(world.schools, (9, 1))[0]
        child = Child.objects.create(
            school=place, number=number + 1, forename="C", surname=str(number), sort_name=str(number)
        )
        ChildDetail.objects.create(child=child, school=place)
        world.children.append(child)
    _concerns(world, chance, perhaps)
    if seed % 10 == 0:
        _mistake(world.concerns[0])
    for child in world.children:
        for person in perhaps(world.people, 0.03):
            lifted = chance.choice((None, None, None, now))
            world.conflicts.append(
                ConflictOfInterest(
                    user=person,
                    school=child.school,
                    child=child,
                    kind="relative",
                    declared_by=person,
                    lifted_at=lifted,
                    lifted_by=lifted and person,
                )
            )
        for person in leaning("grant", 0.9, 0.04):
            withdrawn = ended()
            world.child_grants.append(
                ChildGrant(
                    user=person,
                    content_object=child,
                    permission=viewing(Child),
                    school=child.school,
                    reason="Needs to know",
                    expires_on=chance.choices((today, tomorrow, yesterday), (3, 3, 1))[0],
                    granted_by=person,
                    ended_at=withdrawn,
                    ended_by=withdrawn and person,
                )
            )
        for team in perhaps(teams, 0.5):
            world.team_grants.append(
                ChildTeamGrant(
                    group=team,
                    content_object=child,
                    permission=viewing(Child),
                    school=child.school,
                    reason="Needs to know",
                    expires_on=chance.choices((today, tomorrow, yesterday), (3, 3, 1))[0],
                    granted_by=world.people[0],
                )
            )
        for person in leaning("emergency", 0.95, 0.02):
            opened = chance.choice((now - hour / 2, now - hour / 2, now - hour / 2, now - 2 * hour))
            looked_at = ended()
            world.emergencies.append(
                EmergencyAccess(
                    user=person,
                    school=child.school,
                    child=child,
                    reason="The child is missing",
                    opened_at=opened,
                    ends_at=opened + hour,
                    review_by=tomorrow,
                    reviewed_at=looked_at,
                    finding="Needed" if looked_at else "",
                    reviewed_by=looked_at and next(p for p in world.people if p != person),
                )
            )
    for concern in world.concerns:
        for person in leaning("named", 1, 0.04):
            withdrawn = ended()
            world.concern_grants.append(
                ConcernGrant(
                    user=person,
                    content_object=concern,
                    permission=viewing(Concern),
                    school=concern.school,
                    reason="Named",
                    expires_on=chance.choices((today, tomorrow, yesterday), (3, 3, 1))[0],
                    granted_by=person,
                    ended_at=withdrawn,
                    ended_by=withdrawn and person,
                )
            )
        for person in perhaps(world.people, 0.1):
            lifted = chance.choice((None, None, None, now))
            world.subjects.append(
                ConcernSubject(
                    concern=concern,
                    school=concern.school,
                    user=person,
                    named_by=person,
                    withdrawn_at=lifted,
                    withdrawn_by=lifted and person,
                )
            )
    _step_in(world, perhaps)
    for rows in (
        world.conflicts,
        world.child_grants,
        world.team_grants,
        world.concern_grants,
        world.emergencies,
        world.subjects,
    ):
        if rows:
            type(rows[0])._base_manager.bulk_create(rows)
    return world


def _step_in(world: World, perhaps: Any) -> None:
    """More often than chance would: a lead or Headteacher is the subject where there is somebody to stand in."""
    wanted = {"alternate_lead": "lead", "chair": "headteacher"}
    there = {(s.concern_id, s.user_id) for s in world.subjects}
    for stands_in in (r for r in world.roles if r.role_key in wanted):
        for about in (
            r for r in world.roles if r.school == stands_in.school and r.role_key == wanted[stands_in.role_key]
        ):
            for concern in perhaps([c for c in world.concerns if c.school_id == about.school_id], 0.8):
                if (concern.pk, about.user_id) not in there:
                    there.add((concern.pk, about.user_id))
                    world.subjects.append(
                        ConcernSubject(concern=concern, school=about.school, user=about.user, named_by=stands_in.user)
                    )


def _mistake(concern: Concern) -> None:
    """Entered in error, as two people have said."""
    concern.in_error = "confirmed"
    concern.save(update_fields=["in_error"])


def _concerns(world: World, chance: Random, perhaps: Any) -> None:
    """Concerns with one or two children of their school, an account by whoever logged it, and sometimes an action."""
    now = timezone.now()
    for number in range(6):
        place = chance.choice(world.children).school
        author, here = chance.choice(world.people), [c for c in world.children if c.school_id == place.pk]
        restricted = chance.random() < 0.2
        concern = Concern.objects.create(
            school=place,
            token=uuid4(),
            year=2026,
            number=number + 1,
            how_soon=3,
            logged_by=author,
            finished_at=now,
            restricted_at=now if restricted else None,
            restricted_by=author if restricted else None,
        )
        world.concerns.append(concern)
        world.accounts.append(Account.objects.create(concern=concern, school=place, author=author, facts="Seen."))
        for child in chance.sample(here, min(len(here), chance.choice((1, 1, 1, 2)))):
            says = chance.choices(("", "line", "story", "whole"), (10, 1, 1, 30))[0]
            said = {"file_says": says, "said_at": now, "said_by": author} if says else {}
            role = chance.choices(("worried_about", "witness"), (24, 1))[0]
            world.named.append(
                ConcernChild.objects.create(
                    concern=concern, school=place, child=child, role=role, added_by=author, **said
                )
            )
        for owner in perhaps(world.people, 0.1):
            world.actions.append(
                Action.objects.create(
                    concern=concern,
                    school=place,
                    reference=concern.reference,
                    token=uuid4(),
                    text="Ring",
                    owner=owner,
                    due_on=timezone.localdate(),
                    created_by=author,
                )
            )


class Opinion:
    """Who sees what, by hand: each method a sentence of the rule, over the lists of the world."""

    def __init__(self, world: World) -> None:
        self.world, self.today, self.now = world, timezone.localdate(), timezone.now()

    def sees_concern(self, person: User, concern: Concern) -> bool:
        return bool(self.reasons(person, concern)) and not self.hidden(person, concern)

    def sees_account(self, person: User, account: Account) -> bool:
        concern = self._concern(account.concern_id)
        if not person.is_active or self.hidden(person, concern):
            return False
        return account.author_id == person.pk or bool(self.reasons(person, concern))

    def sees_named(self, person: User, named: ConcernChild) -> bool:
        concern = self._concern(named.concern_id)
        if not person.is_active or self.hidden(person, concern):
            return False
        reasons = self.reasons(person, concern)
        if named.added_by_id == person.pk or reasons - {"grant", "emergency"}:
            return True
        # Through the record of a child its own row alone, whatever its file says of the concern.
        open_to_role = concern.restricted_at is None or self._may(person, concern.school_id, RESTRICTED)
        return open_to_role and self._open(person, named.child_id)

    def sees_action(self, person: User, action: Action) -> bool:
        concern = self._concern(action.concern_id)
        if not person.is_active or self.hidden(person, concern):
            return False
        mine = action.owner_id == person.pk and bool(self.roles(person, action.school_id))
        return mine or bool(self.reasons(person, concern))

    def sees_child(self, person: User, child: Child) -> bool:
        if not person.is_active or self._related(person, child.pk):
            return False
        standing_in = any(
            n.child_id == child.pk
            and "standing_in" in self.reasons(person, self._concern(n.concern_id))
            and not self._concern(n.concern_id).in_error
            for n in self.world.named
        )
        return self._may(person, child.school_id, C.FIND_CHILDREN) or standing_in or self._keeps_plans(person, child)

    def _keeps_plans(self, person: User, child: Child) -> bool:
        """Nobody who keeps plans of some area may see the child, nor anybody who would stand in before this person."""
        order = ("alternate_lead", "headteacher", "chair")
        mine = [order.index(key) for key in self.roles(person, child.school_id) if key in order]
        if not mine:
            return False
        nearer = order[: min(mine)]
        before = [p for p in self.world.people if self.roles(p, child.school_id) & {*nearer}]
        for capability in (PlanCapability.KEEP_PROTECTION, PlanCapability.KEEP_ADOPTION):
            keepers = [p for p in self.world.people if self._may(p, child.school_id, capability)]
            if keepers and all(self._related(p, child.pk) for p in (*keepers, *before)):
                return True
        return False

    def sees_detail(self, person: User, detail: ChildDetail) -> bool:
        if not person.is_active or self._related(person, detail.child_id):
            return False
        return (
            self._may(person, detail.school_id, ChildCapability.VIEW_CHILD_DETAILS)
            or self._granted(person, detail.child_id)
            or self._in_emergency(person, detail.child_id)
        )

    def reasons(self, person: User, concern: Concern) -> set[str]:
        """Why the person would see the concern, were it not hidden."""
        if not person.is_active:
            return set()
        named = [n for n in self.world.named if n.concern_id == concern.pk]
        shut = any(not self._open(person, n.child_id) for n in named)
        # Those whose file tells it whole: by the word of a lead, or for want of one where no other child is shut to the
        # person.
        children = {
            n.child_id
            for n in named
            if n.file_says == "whole" or (not n.file_says and n.role != "witness" and not shut)
        }
        open_to_role = concern.restricted_at is None or self._may(person, concern.school_id, RESTRICTED)
        # Somebody of another school has no say in what is restricted at this one; a grant there needs a role there
        # anyway.
        found = set()
        if self._may(person, concern.school_id, C.VIEW_CONCERNS) and open_to_role:
            found.add("role")
        if open_to_role and any(self._granted(person, child) for child in children):
            found.add("grant")
        if open_to_role and any(self._in_emergency(person, child) for child in children):
            found.add("emergency")
        if any(
            g.user_id == person.pk and g.content_object_id == concern.pk and self._live(person, g)
            for g in self.world.concern_grants
        ):
            found.add("named")
        if self._stands_in(person, concern):
            found.add("standing_in")
        return found

    def hidden(self, person: User, concern: Concern) -> bool:
        """Entered in error; or the person is related to a child in it, or its subject."""
        return (
            bool(concern.in_error)
            or any(self._related(person, n.child_id) for n in self.world.named if n.concern_id == concern.pk)
            or self._is_subject(person.pk, concern)
        )

    def roles(self, person: User, school_id: Any) -> set[str]:
        """The person's live roles at a school."""
        if not person.is_active:
            return set()
        return {
            r.role_key
            for r in self.world.roles
            if r.user_id == person.pk and r.school_id == school_id and self._is_on(r)
        }

    def _is_on(self, held: RoleAssignment | TeamMember) -> bool:
        return held.starts_on <= self.today and (held.ends_on is None or held.ends_on >= self.today)

    def _may(self, person: User, school_id: Any, capability: AnyCapability) -> bool:
        return any(ROLES[key].may(capability) for key in self.roles(person, school_id))

    def _concern(self, key: Any) -> Concern:
        return next(c for c in self.world.concerns if c.pk == key)

    def _related(self, person: User, child_id: Any) -> bool:
        return any(
            c.user_id == person.pk and c.child_id == child_id and c.lifted_at is None for c in self.world.conflicts
        )

    def _is_subject(self, person_id: Any, concern: Concern) -> bool:
        return any(
            s.user_id == person_id and s.concern_id == concern.pk and s.withdrawn_at is None
            for s in self.world.subjects
        )

    def _live(self, person: User, grant: Any) -> bool:
        """Neither withdrawn nor over, and the person has a role there to which access may be given."""
        school = next(s for s in self.world.schools if s.pk == grant.school_id)
        may_be_given = any(
            ROLES[key].named_in_notice or key in school.roles_beyond_notice for key in self.roles(person, school.pk)
        )
        return grant.ended_at is None and grant.expires_on >= self.today and may_be_given

    def _granted(self, person: User, child_id: Any) -> bool:
        teams = {
            m.team_id
            for m in self.world.members
            if m.user_id == person.pk and self._is_on(m) and m.ended_at is None and m.team.ended_at is None
        }
        mine = [g for g in self.world.child_grants if g.user_id == person.pk]
        mine += [g for g in self.world.team_grants if g.group_id in teams]
        return any(g.content_object_id == child_id and self._live(person, g) for g in mine)

    def _open(self, person: User, child_id: Any) -> bool:
        """Given, or opened in an emergency."""
        return self._granted(person, child_id) or self._in_emergency(person, child_id)

    def _in_emergency(self, person: User, child_id: Any) -> bool:
        return any(
            e.user_id == person.pk
            and e.child_id == child_id
            and self.now < e.ends_at
            and e.reviewed_at is None
            and self.roles(person, e.school_id)
            for e in self.world.emergencies
        )

    def _stands_in(self, person: User, concern: Concern) -> bool:
        """For a lead it is hidden from; for a Headteacher it is about; or where nobody who reads there may see it."""
        mine = self.roles(person, concern.school_id) & {"alternate_lead", "chair"}
        readers = [p for p in self.world.people if self._may(p, concern.school_id, C.VIEW_CONCERNS)]
        shut_out = [p for p in readers if self.hidden(p, concern)]
        if "alternate_lead" in mine and any(
            {"lead", "acting_lead"} & self.roles(p, concern.school_id) for p in shut_out
        ):
            return True
        if "chair" in mine and any(
            "headteacher" in self.roles(p, concern.school_id) and self._is_subject(p.pk, concern) for p in shut_out
        ):
            return True
        return bool(mine) and bool(readers) and len(shut_out) == len(readers)
