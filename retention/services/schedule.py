"""How long does a school keep each kind of record? Its schedule, rule by rule: proposed, adopted, agreed, in force.

Harbour brings defaults (`data/rules.csv`, domain reference 4). A rule is in force at a school once somebody who answers
for the school has adopted it and the data protection officer has agreed (UK GDPR Article 39: the officer advises, the
school decides). One that changes a rule in force begins thirty days later, so that a slip is seen before it bites.
"""

import csv
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from retention.capabilities import RetentionCapability as C
from retention.models import RetentionRule
from retention.periods import ABUSE, AT_LEAST, STARTS, Period
from retention.verbs import RetentionVerb
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import only_they
from safeguarding.audit.history import recorded
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.ending.kinds import carried_out
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token

_FILE = Path(__file__).parent.parent / "data" / "rules.csv"
_S = RetentionRule.Status
# What a version says; the rest is how it came to be in force.
SAID = (
    "record_class",
    "applies",
    "trigger",
    "years",
    "days",
    "outcome",
    "signs",
    "basis",
    "source",
    "is_local",
)
# Between the last yes to a rule that changes one in force, and its first day.
DAYS_OF_NOTICE = 30
MOST_YEARS = 150
PROPOSERS = only_they(C.PROPOSE_SCHEDULE)
ADVISERS = only_they(C.ADVISE_RETENTION)
_MOVED_ON = "This rule has been dealt with already. Open the schedule again to see how it stands."


def _defaults() -> Iterator[dict[str, object]]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {
                "code": row["code"],
                "record_class": row["label"],
                "applies": row["applies"],
                "trigger": row["trigger"],
                "years": int(row["years"]) if row["years"] else None,
                "days": int(row["days"]) if row["days"] else None,
                "outcome": row["outcome"],
                "signs": row["signs"].split(),
                "basis": row["basis"],
                "source": row["source"],
                "is_local": row["is_local"] == "yes",
            }


@transaction.atomic
def load_defaults() -> int:
    """Bring Harbour's own proposals up to date with the file. Returns how many rows are new or changed.

    May run at every start. What a school has adopted is a row of its own and stays as it was adopted.
    """
    there = {row.code: row for row in RetentionRule.objects.filter(school=None)}
    new, changed = [], []
    for said in _defaults():
        row = there.get(str(said["code"]))
        if row is None:
            new.append(RetentionRule(version=1, **said))
        elif any(getattr(row, name) != said[name] for name in SAID):
            for name in SAID:
                setattr(row, name, said[name])
            changed.append(row)
    RetentionRule.objects.bulk_create(new)
    if changed:
        with recorded(RetentionRule.objects.filter(pk__in=[row.pk for row in changed]), *SAID):
            RetentionRule.objects.bulk_update(changed, SAID)
    if count := len(new) + len(changed):
        record(Verb.CHANGE, object_type="retention.retentionrule", count=count, purpose="reference list")
    return count


def schedule_of(school_id: UUID) -> list[tuple[RetentionRule | None, RetentionRule | None]]:
    """The schedule of a school, by code: the rule in force, and what is proposed in its place. One query.

    Harbour's default is the proposal where the school has said nothing of its own.
    """
    rows = RetentionRule.objects.filter(Q(school=school_id) | Q(school=None), status__in=(_S.IN_FORCE, _S.PROPOSED))
    found: dict[str, dict[str, RetentionRule]] = {}
    # The school's own after Harbour's, and so over it.
    for row in rows.select_related("proposed_by", "adopted_by", "agreed_by").order_by("-school_id", "code"):
        of_code = found.setdefault(row.code, {})
        if row.school_id is not None or "own" not in of_code:
            of_code["in_force" if row.status == _S.IN_FORCE else "proposed"] = row
        if row.school_id is not None:
            of_code["own"] = row
    return [
        (of_code.get("in_force"), _proposal(of_code.get("proposed"), of_code.get("in_force")))
        for _, of_code in sorted(found.items())
    ]


def _proposal(proposed: RetentionRule | None, in_force: RetentionRule | None) -> RetentionRule | None:
    """Harbour's default is no proposal beside what the school has in force."""
    return None if proposed is not None and proposed.school_id is None and in_force is not None else proposed


def in_force_at(school_id: UUID) -> QuerySet[RetentionRule]:
    """The rules in force at a school."""
    return RetentionRule.objects.filter(school=school_id, status=_S.IN_FORCE)


def rules_at(school_id: UUID) -> list[RetentionRule]:
    """The rules that count at a school: of each that Harbour carries out the one in force, else the proposal."""
    rows = (in_force or proposed for in_force, proposed in schedule_of(school_id))
    return [row for row in rows if row is not None and row.code in carried_out()]


def periods_at(school_id: UUID) -> list[Period]:
    """Their periods."""
    return [period_of(row) for row in rules_at(school_id)]


def period_of(row: RetentionRule, *, as_in_force: bool = False) -> Period:
    """How long a rule keeps a record. `as_in_force`: as if it were in force already."""
    return Period(row.code, row.pk, row.years, row.days, row.trigger, as_in_force or row.status == _S.IN_FORCE)


def rule_problems(*, years: int | None, days: int | None, basis: str, source: str, trigger: str = "") -> dict[str, str]:
    """Field to sentence, without its full stop. Empty when the rule can be proposed."""
    found = {}
    if years is not None and not 1 <= years <= MOST_YEARS:
        found["years"] = f"Give years from 1 to {MOST_YEARS}"
    if days is not None and not 0 <= days <= 3650:
        found["days"] = "Give days from 0 to 3,650"
    if years is not None and days is not None:
        found["days"] = "Give years or days, not both"
    if trigger and trigger not in STARTS:
        found["trigger"] = "Choose from which day it counts"
    if not basis.strip():
        found["basis"] = "Say why records of this kind are kept this long"
    if not source.strip():
        found["source"] = "Say where this comes from, such as the guidance, or who decided it"
    return found


@transaction.atomic
def propose_rule(
    *,
    school: School,
    token: UUID,
    code: str,
    years: int | None,
    days: int | None,
    basis: str,
    source: str,
    by: User,
    trigger: str = "",
    at: datetime | None = None,
) -> RetentionRule:
    """A new version of a rule, for the school to adopt. The same form again proposes it once. `trigger`: from which day
    it counts, where that is a school's choice.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn` where another proposal stands.
    """
    ensure(by, C.PROPOSE_SCHEDULE, school.pk, PROPOSERS)
    for problem in rule_problems(years=years, days=days, basis=basis, source=source, trigger=trigger).values():
        raise BadInput(f"{problem}.")
    if trigger and code != ABUSE:
        raise BadInput("From which day this rule counts is no choice.")
    _lock(school)
    key = entry_token(token, code, years, days, trigger, basis, source)
    if there := RetentionRule.objects.filter(token=key, school=school).first():
        return there
    base = _base(school.pk, code)
    if base.years is not None and years is None:
        raise BadInput("Give the number of years.")
    if years is not None and years < AT_LEAST.get(code, 0):
        raise BadInput(f"Rule {code} keeps records for at least {AT_LEAST[code]} years.")
    if base.days is not None and days is None:
        raise BadInput("Give the number of days.")
    if base.years is None and base.days is None and (years is not None or days is not None):
        raise BadInput("This rule gives no number: change its reason, or what it comes from.")
    if RetentionRule.objects.filter(school=school, code=code, status=_S.PROPOSED).exists():
        raise OutOfTurn("A change of this rule is proposed already. Withdraw it first.")
    made = RetentionRule.objects.create(
        school=school,
        code=code,
        version=_next_version(school.pk, code),
        token=key,
        proposed_at=at or timezone.now(),
        proposed_by=by,
        **{name: getattr(base, name) for name in SAID}
        | {"trigger": trigger or base.trigger}
        | {"years": years, "days": days, "basis": basis.strip(), "source": source.strip(), "is_local": True},
    )
    record(Verb.CREATE, made, by=by)
    return made


@transaction.atomic
def adopt_rule(*, school: School, rule: RetentionRule, by: User, at: datetime | None = None) -> RetentionRule:
    """Say for the school that this is its rule. Of Harbour's default a row of the school's own is made.

    Raises `NotAllowed`, `OutOfTurn`.
    """
    ensure(by, C.PROPOSE_SCHEDULE, school.pk, PROPOSERS)
    _lock(school)
    own = _own(school, rule, by=by, at=at or timezone.now())
    if own.status != _S.PROPOSED or own.adopted_at is not None:
        raise OutOfTurn(_MOVED_ON)
    return _say_yes(own, "adopted", RetentionVerb.ADOPT_RULE, by=by, at=at)


@transaction.atomic
def agree_rule(*, school: School, rule: RetentionRule, by: User, at: datetime | None = None) -> RetentionRule:
    """The data protection officer agrees to what the school has adopted, and it comes into force.

    At once where nothing was in force; else thirty days on. Raises `NotAllowed`, `OutOfTurn`.
    """
    ensure(by, C.ADVISE_RETENTION, school.pk, ADVISERS)
    _lock(school)
    row = RetentionRule.objects.select_for_update(of=("self",)).get(pk=rule.pk, school=school)
    if row.status != _S.PROPOSED or row.adopted_at is None or row.agreed_at is not None:
        raise OutOfTurn(_MOVED_ON)
    if by.pk in (row.adopted_by_id, row.proposed_by_id):
        raise NotAllowed("You have proposed or adopted this rule. Somebody else agrees to it.")
    return _say_yes(row, "agreed", RetentionVerb.AGREE_RULE, by=by, at=at)


def to_adopt(school_id: UUID) -> list[RetentionRule]:
    """Every proposal that nobody has adopted: the whole schedule, at first."""
    return [new for _, new in schedule_of(school_id) if new is not None and not new.adopted_at]


def to_agree(school_id: UUID) -> list[RetentionRule]:
    """What the school has adopted, and the data protection officer has not agreed to."""
    return [new for _, new in schedule_of(school_id) if new is not None and new.adopted_at and not new.agreed_at]


@transaction.atomic
def adopt_all(*, school: School, by: User, seen: Collection[UUID] | None = None, at: datetime | None = None) -> int:
    """Adopt every proposal that nobody has adopted. `seen` are the keys of those that were shown. Returns how many.

    Raises as `adopt_rule`, and `ChangedSince` where others wait than were shown.
    """
    ensure(by, C.PROPOSE_SCHEDULE, school.pk, PROPOSERS)
    waiting = to_adopt(school.pk)
    _ensure_seen(waiting, seen)
    return len([adopt_rule(school=school, rule=rule, by=by, at=at) for rule in waiting])


@transaction.atomic
def agree_all(*, school: School, by: User, seen: Collection[UUID] | None = None, at: datetime | None = None) -> int:
    """Agree to everything that the school has adopted. Returns how many. Raises as `agree_rule`, and as `adopt_all`."""
    ensure(by, C.ADVISE_RETENTION, school.pk, ADVISERS)
    waiting = to_agree(school.pk)
    _ensure_seen(waiting, seen)
    return len([agree_rule(school=school, rule=rule, by=by, at=at) for rule in waiting])


def _ensure_seen(waiting: list[RetentionRule], seen: Collection[UUID] | None) -> None:
    if seen is not None and {rule.pk for rule in waiting} != set(seen):
        raise ChangedSince("Somebody changed the schedule since you opened it. See how it stands now.")


def versions_of(school_id: UUID, key: UUID) -> list[RetentionRule]:
    """Every version at a school of the rule that has this key, the newest first; Harbour's default last.

    Empty where there is no such rule.
    """
    mine = RetentionRule.objects.filter(Q(school=school_id) | Q(school=None))
    people = ("proposed_by", "adopted_by", "agreed_by", "ended_by")
    rows = mine.filter(code__in=mine.filter(pk=key).values("code")).select_related(*people)
    return sorted(rows, key=lambda row: (row.school_id is not None, row.version), reverse=True)


@transaction.atomic
def withdraw_rule(*, school: School, rule: RetentionRule, by: User, at: datetime | None = None) -> RetentionRule:
    """Take a proposal back, also one that has been adopted and agreed and has not begun. Raises as `adopt_rule`."""
    ensure(by, C.PROPOSE_SCHEDULE, school.pk, PROPOSERS)
    _lock(school)
    row = RetentionRule.objects.select_for_update(of=("self",)).get(pk=rule.pk, school=school)
    if row.status != _S.PROPOSED:
        raise OutOfTurn(_MOVED_ON)
    row.status, row.ended_at, row.ended_by = _S.WITHDRAWN, at or timezone.now(), by
    row.save(update_fields=["status", "ended_at", "ended_by"])
    record(Verb.WITHDRAW, row, by=by)
    return row


def start_rules(school_id: UUID, on: date) -> int:
    """Let the rules begin whose first day has come. Returns how many did. Part of the nightly scan."""
    due = RetentionRule.objects.select_for_update(of=("self",)).filter(
        school=school_id, status=_S.PROPOSED, adopted_at__isnull=False, agreed_at__isnull=False, from_day__lte=on
    )
    rows = list(due)
    for row in rows:
        _put_in_force(row)
        record(Verb.CHANGE, row, purpose="retention rule")
    return len(rows)


def _say_yes(row: RetentionRule, fact: str, verb: RetentionVerb, *, by: User, at: datetime | None) -> RetentionRule:
    now = at or timezone.now()
    setattr(row, f"{fact}_at", now)
    setattr(row, f"{fact}_by", by)
    if row.adopted_at and row.agreed_at:
        today = timezone.localdate(now)
        is_change = RetentionRule.objects.filter(school=row.school_id, code=row.code, status=_S.IN_FORCE).exists()
        row.from_day = today + timedelta(days=DAYS_OF_NOTICE) if is_change else today
    row.save(update_fields=[f"{fact}_at", f"{fact}_by", "from_day"])
    record(verb, row, by=by)
    if row.from_day and row.from_day <= timezone.localdate(now):
        _put_in_force(row)
    return row


def _put_in_force(row: RetentionRule) -> None:
    before = RetentionRule.objects.select_for_update(of=("self",)).filter(
        school=row.school_id, code=row.code, status=_S.IN_FORCE
    )
    for old in before:
        old.status = _S.SUPERSEDED
        old.save(update_fields=["status"])
    row.status = _S.IN_FORCE
    row.save(update_fields=["status"])


def _own(school: School, rule: RetentionRule, *, by: User, at: datetime) -> RetentionRule:
    """The school's own row of a proposal, made from Harbour's default."""
    if rule.school_id is not None:
        return RetentionRule.objects.select_for_update(of=("self",)).get(pk=rule.pk, school=school)
    if RetentionRule.objects.filter(school=school, code=rule.code, status__in=(_S.PROPOSED, _S.IN_FORCE)).exists():
        raise OutOfTurn(_MOVED_ON)
    made = RetentionRule.objects.create(
        school=school,
        code=rule.code,
        version=_next_version(school.pk, rule.code),
        token=entry_token(rule.pk, school.pk, _next_version(school.pk, rule.code)),
        proposed_at=at,
        proposed_by=by,
        **{name: getattr(rule, name) for name in SAID},
    )
    record(Verb.CREATE, made, by=by)
    return made


def _base(school_id: UUID, code: str) -> RetentionRule:
    """What a change of a rule starts from: the school's rule in force, else Harbour's default."""
    rows = RetentionRule.objects.filter(Q(school=school_id, status=_S.IN_FORCE) | Q(school=None), code=code)
    if (found := max(rows, key=lambda row: row.school_id is not None, default=None)) is None:
        raise BadInput("There is no such rule.")
    return found


def _next_version(school_id: UUID, code: str) -> int:
    last = RetentionRule.objects.filter(school=school_id, code=code).order_by("-version").first()
    return last.version + 1 if last else 1


def _lock(school: School) -> None:
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
