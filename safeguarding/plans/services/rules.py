"""Which rules of dates are there: those of the law, from the file, and the local ones that a school sets?"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import SETTERS
from safeguarding.audit.history import recorded
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.clocks import Unit
from safeguarding.dates import counted
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.plans.deadlines import BEGINNING, Rule, Which, law
from safeguarding.plans.kinds import Duty
from safeguarding.plans.models import DeadlineRule

_KEY = ("code", "after", "which", "step", "from_day", "age_from")
_REST = ("kinds", "outcome", "counted_from", "amount", "unit", "less", "age_below", "duty", "until_day", "source")


@dataclass(frozen=True)
class Local:
    """A rule that no law gives, and that a school may set: which step, in which plans, after (or before) what. Of one
    that has a row in the file too, that holds until the school sets its own.
    """

    code: str
    title: str
    step: str
    kinds: tuple[str, ...]
    after: tuple[str, ...]
    duty: Duty
    is_before: bool = False


LOCAL = {
    one.code: one
    for one in (
        Local(
            "L01", "Core groups after the first", "core_group", ("child_protection",), ("core_group",), Duty.AUTHORITY
        ),
        Local(
            "L02",
            "Reviews of a child in need plan",
            "plan_review",
            ("child_in_need_plan",),
            (BEGINNING, "plan_review"),
            Duty.AUTHORITY,
        ),
        Local("L03", "Reviews of early help", "plan_review", ("early_help",), (BEGINNING, "plan_review"), Duty.SCHOOL),
        Local(
            "L04",
            "School’s report before a conference",
            "school_report",
            ("child_in_need", "child_protection"),
            ("initial_conference", "review_conference"),
            Duty.SCHOOL,
            is_before=True,
        ),
    )
}
# In what a school may count.
UNITS = (Unit.WORKING_DAYS, Unit.DAYS, Unit.WEEKS, Unit.MONTHS)
_MOST = 400


def as_rule(row: DeadlineRule) -> Rule:
    """A row as the arithmetic takes it (`plans/deadlines.py`)."""
    return Rule(
        code=row.code,
        after=row.after,
        outcome=row.outcome,
        step=row.step,
        amount=row.amount,
        unit=Unit(row.unit),
        age_from=row.age_from,
        age_below=row.age_below,
        duty=Duty(row.duty),
        from_day=row.from_day,
        until_day=row.until_day,
        source=row.source,
        kinds=tuple(row.kinds),
        which=Which(row.which),
        counted_from=row.counted_from,
        less=row.less,
    )


def rules_at(school_id: UUID) -> dict[Rule, DeadlineRule]:
    """Every rule that holds at a school, with its row: one query. Local ones that were replaced are among them."""
    rows = DeadlineRule.objects.filter(Q(school=None) | Q(school=school_id)).order_by("code", "from_day", "pk")
    return {as_rule(row): row for row in rows}


@transaction.atomic
def load_rules() -> int:
    """Bring Harbour's own rules up to date with the file. Returns how many rows are new or changed.

    May run at every start. Never deletes: what a step points to stays, and ends by its date.
    """
    there = {tuple(getattr(row, f) for f in _KEY): row for row in DeadlineRule.objects.filter(school=None)}
    new, changed = [], []
    for rule in law():
        said = {f: getattr(rule, f) for f in (*_KEY, *_REST)} | {"kinds": list(rule.kinds)}
        row = there.get(tuple(said[f] for f in _KEY))
        if row is None:
            new.append(DeadlineRule(**said))
        elif any(getattr(row, f) != said[f] for f in _REST):
            for f in _REST:
                setattr(row, f, said[f])
            changed.append(row)
    DeadlineRule.objects.bulk_create(new)
    if changed:
        with recorded(DeadlineRule.objects.filter(pk__in=[row.pk for row in changed]), *_REST):
            DeadlineRule.objects.bulk_update(changed, _REST)
    if count := len(new) + len(changed):
        record(Verb.CHANGE, object_type="plans.deadlinerule", count=count, purpose="reference list")
    return count


def local_problems(code: str, amount: int | None, unit: str, source: str) -> dict[str, str]:
    """Field to sentence, without its full stop. Empty when the rule can be set."""
    found = {}
    if code not in LOCAL:
        found["code"] = "Choose which rule it is"
    if amount is None or not 1 <= amount <= _MOST:
        found["amount"] = f"Give a number from 1 to {_MOST}"
    if unit not in UNITS:
        found["unit"] = "Choose working days, days, weeks or months"
    if not source.strip():
        found["source"] = "Say where this comes from, such as the local procedure or who agreed it"
    return found


@transaction.atomic
def set_local_rule(
    *,
    school: School,
    token: UUID,
    code: str,
    amount: int,
    unit: str,
    source: str,
    by: User,
    at: datetime | None = None,
) -> list[DeadlineRule]:
    """From today on; what held before ends, and its dates stay. The same form again sets it once.

    Raises `NotAllowed`, `BadInput`.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    for problem in local_problems(code, amount, unit, source).values():
        raise BadInput(f"{problem}.")
    at, local = at or timezone.now(), LOCAL[code]
    today = timezone.localdate(at)
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    keys = {after: entry_token(token, code, after, amount, unit, source) for after in local.after}
    if there := list(DeadlineRule.objects.filter(token__in=keys.values(), school=school)):
        return there
    _end_local(school, code, today, by=by)
    made = [
        DeadlineRule.objects.create(
            school=school,
            token=key,
            code=code,
            kinds=list(local.kinds),
            after=after,
            step=local.step,
            amount=-amount if local.is_before else amount,
            unit=unit,
            duty=local.duty,
            from_day=today,
            source=source.strip(),
            made_at=at,
            made_by=by,
        )
        for after, key in keys.items()
    ]
    for row in made:
        record(Verb.CREATE, row, by=by)
    return made


@transaction.atomic
def end_local_rule(*, school: School, code: str, by: User, at: datetime | None = None) -> None:
    """The school has no such rule from today on. Raises `NotAllowed`, `OutOfTurn` where it has none."""
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    if not _end_local(school, code, timezone.localdate(at or timezone.now()), by=by):
        raise OutOfTurn("This rule has ended already.")


def _end_local(school: School, code: str, today: date, *, by: User) -> int:
    rows = list(DeadlineRule.objects.select_for_update(of=("self",)).filter(school=school, code=code, until_day=None))
    for row in rows:
        # One that was set today was never in force.
        row.until_day = today - timedelta(days=1)
        row.save(update_fields=["until_day"])
        record(Verb.WITHDRAW, row, by=by)
    return len(rows)


def in_words(row: DeadlineRule) -> str:
    """How long a rule gives, as a page says it: 15 working days, 3 months, 2 working days before."""
    if row.unit == Unit.TRANSFER:
        return "15 February, or 31 March after Year 11"
    amount = abs(row.amount)
    said = counted(amount, Unit(row.unit).value.replace("_", " ").removesuffix("s"))
    if row.unit == Unit.TERMS and amount == 1:
        said = "by the end of the next term"
    if row.less:
        # The first of the days taken off is the one on which the period is over.
        weeks = (row.less - 1) // 7
        said = f"{counted(weeks, 'week')} before {said} are over" if weeks else f"within {said}"
    return f"{said} before" if row.amount < 0 else said


def local_of(school_id: UUID, on: date) -> dict[str, DeadlineRule]:
    """The local rules that a school has on a day, by code."""
    rows = DeadlineRule.objects.filter(school=school_id, from_day__lte=on).filter(
        Q(until_day=None) | Q(until_day__gte=on)
    )
    return {row.code: row for row in rows.select_related("made_by").order_by("from_day", "pk")}


def usual_of(on: date) -> dict[str, DeadlineRule]:
    """Harbour's own rows of local rules, which hold where a school has set none, by code."""
    rows = DeadlineRule.objects.filter(school=None, code__in=LOCAL, from_day__lte=on, until_day=None)
    return {row.code: row for row in rows.order_by("from_day", "pk")}


def ended_local(school_id: UUID, on: date) -> list[DeadlineRule]:
    """The local rules that have ended by a day, the last to end first. One that ended as it was set never held."""
    rows = DeadlineRule.objects.filter(school=school_id, until_day__lt=on, until_day__gte=F("from_day"))
    once = {(row.code, row.from_day): row for row in rows.select_related("made_by").order_by("until_day", "pk")}
    return [*once.values()][::-1]
