"""Who is told of what becomes of a concern, and when does the mail go out? The school's rules, made, ended and applied.

A rule tells somebody and shows them nothing: who may not see the concern is not told, whatever the rule says. It never
takes word from the leads on duty, and what must be read today or right now is never put off for them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from safeguarding.accounts.models import School, Team, User
from safeguarding.accounts.notice_kinds import AnyNoticeKind
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import ROLES, Capability
from safeguarding.accounts.services import SETTERS, change_school, next_digest, staff_of, teams_of, tell
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import who_sees
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, HowSoon, NoticeRule
from safeguarding.exceptions import BadInput, OutOfTurn, check
from safeguarding.keys import entry_token

W = NoticeRule.When
# From here on the leads are told at once, whatever a rule says.
NEVER_PUT_OFF = HowSoon.TODAY


@dataclass(frozen=True)
class Facts:
    """What somebody types of a rule. `role_key` and `team` are empty for the leads on duty."""

    what: str
    when: str
    role_key: str = ""
    team: Team | None = None
    category_id: str | None = None
    soon_from: int | None = None
    level_from: int | None = None

    def problems(self) -> dict[str, str]:
        """Field to sentence, without its full stop. Empty when it can be a rule."""
        found = {}
        if self.role_key and self.role_key not in ROLES:
            found["whom"] = "Choose who to tell from the list"
        if self.level_from and self.what != NoticeRule.What.DECIDED:
            found["level_from"] = (
                "Level of need is known only when a concern has been decided: choose “A decision”, or no level"
            )
        leads = not self.role_key and self.team is None
        if leads and self.what == NoticeRule.What.DECIDED:
            found["whom"] = "The leads decide themselves. Choose a role or a team"
        if leads and self.when == W.DIGEST and (self.soon_from or 0) >= NEVER_PUT_OFF:
            found["when"] = "What is needed today or right now is told to the leads at once"
        return found


def _in_force(school_id: UUID) -> QuerySet[NoticeRule]:
    found = NoticeRule.objects.filter(school_id=school_id, ended_at=None)
    return found.order_by("what", "role_key", "made_at", "pk")


def rules_of(school_id: UUID) -> list[NoticeRule]:
    """The rules of a school that hold now, by what they are about."""
    return list(_in_force(school_id).select_related("category", "team", "made_by"))


def ended_rules(school_id: UUID) -> list[NoticeRule]:
    """The newest of those that hold no more."""
    found = NoticeRule.objects.filter(school_id=school_id, ended_at__isnull=False)
    return list(found.select_related("category", "team", "made_by", "ended_by").order_by("-ended_at", "-pk")[:50])


def find_rule(rule_id: UUID, school_id: UUID) -> NoticeRule | None:
    """A rule of the school, whether it holds or not."""
    return NoticeRule.objects.filter(pk=rule_id, school_id=school_id).first()


@transaction.atomic
def make_rule(*, school: School, token: UUID, facts: Facts, by: User, at: datetime | None = None) -> NoticeRule:
    """From now on. The same form again, and the same rule twice, are one.

    Raises `NotAllowed`, `BadInput` with what is wrong, `OutOfTurn` for a form sent again after its rule has ended.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    for problem in facts.problems().values():
        raise BadInput(f"{problem}.")
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    if same := NoticeRule.objects.filter(school=school, ended_at=None, **vars(facts)).first():
        return same
    token = entry_token(token, *(getattr(fact, "pk", fact) for fact in vars(facts).values()))
    if NoticeRule.objects.filter(token=token, school=school).exists():
        raise OutOfTurn("This rule was made before, and has ended since. Open the page again to make a new one.")
    rule = NoticeRule(school=school, token=token, made_at=at or timezone.now(), made_by=by, **vars(facts))
    check(rule)
    rule.save(force_insert=True)
    record(Verb.CREATE, rule, by=by)
    return rule


@transaction.atomic
def end_rule(*, rule: NoticeRule, by: User, at: datetime | None = None) -> None:
    """It holds no more, and stays on the page with who ended it. Raises `OutOfTurn` the second time."""
    ensure(by, Capability.MANAGE_SCHOOL, rule.school_id, SETTERS)
    locked = NoticeRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if locked.ended_at is not None:
        raise OutOfTurn("This rule has ended already.")
    locked.ended_at, locked.ended_by = at or timezone.now(), by
    locked.save(update_fields=["ended_at", "ended_by"])
    record(Verb.WITHDRAW, locked, by=by)


def set_digest_time(*, school: School, digest_at: time, by: User) -> School:
    """When the digest of a school day goes out."""
    return change_school(school=school, by=by, digest_at=digest_at)


@transaction.atomic
def spread(concern: Concern, kind: AnyNoticeKind, leads: Sequence[User], *, by: User, at: datetime) -> None:
    """Tell `leads`, who read next, and whoever the school's rules name and may see the concern; each at once or in the
    digest.
    """
    rules = [one for one in _in_force(concern.school_id).filter(what=kind) if _is_about(one, concern)]
    readers = {person.pk for person in leads}
    heard: dict[User, list[NoticeRule]] = {person: [one for one in rules if one.is_for_leads] for person in leads}
    for rule, people in _named(rules, concern.school_id, timezone.localdate(at)):
        for person in people:
            heard.setdefault(person, []).append(rule)
    told = readers | set(who_sees(concern, [one.pk for one in heard if one.pk not in readers | {by.pk}]))
    now: list[User] = []
    later: list[User] = []
    for person, their_rules in heard.items():
        if person.pk in told:
            (later if _waits(concern, their_rules, reads=person.pk in readers) else now).append(person)
    about = {"school_id": concern.school_id, "kind": kind, "object_type": "concern", "object_id": concern.pk, "at": at}
    tell(people=now, **about)  # type: ignore[arg-type]
    if later:
        school = School.objects.get(pk=concern.school_id)
        tell(people=later, digest_at=next_digest(school, at), **about)  # type: ignore[arg-type]


def _waits(concern: Concern, rules: Sequence[NoticeRule], *, reads: bool) -> bool:
    """Whether word of a concern waits for the digest for somebody whom these rules name: not where one of them says at
    once.

    For who reads it next, at once also where no rule is about the leads, and whatever is urgent.
    """
    urgent = concern.how_soon >= NEVER_PUT_OFF or concern.called_at is not None
    if reads and (urgent or not any(one.is_for_leads for one in rules)):
        return False
    return all(one.when == W.DIGEST for one in rules)


def _is_about(rule: NoticeRule, concern: Concern) -> bool:
    return (
        (rule.category_id is None or rule.category_id == concern.category_id)
        and (rule.soon_from is None or concern.how_soon >= rule.soon_from)
        and (rule.level_from is None or (concern.level or 0) >= rule.level_from)
    )


def _named(rules: Sequence[NoticeRule], school_id: UUID, on: date) -> Iterator[tuple[NoticeRule, list[User]]]:
    """Whom each of these rules names besides the leads on duty: two queries, however many rules."""
    staff = staff_of(school_id, on=on) if any(not one.is_for_leads for one in rules) else []
    teams = teams_of(school_id, on=on) if any(one.team_id for one in rules) else []
    members = {team.pk: {member.user_id for member in team.members_now} for team in teams}  # type: ignore[attr-defined]
    for rule in rules:
        if rule.role_key:
            yield rule, [one.user for one in staff if any(held.role_key == rule.role_key for held in one.roles)]
        elif rule.team_id:
            yield rule, [one.user for one in staff if one.user.pk in members.get(rule.team_id, ())]
