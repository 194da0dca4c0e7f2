"""Record what protects a child, confirm it, end it, and correct it: the same for each kind.

It binds from the moment it is recorded, whoever did: it protects. Until somebody who decides about concerns has
confirmed it, its author may put it right; then ending or correcting it is for those who manage access, with a reason.
What it says is never overwritten: corrected, the row stays as it was, marked, and what is right is another row.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from children.capabilities import ChildCapability
from children.lifecycles import CHANGERS
from children.models import Child, ContactRestriction, Safeguard, ToldBy
from children.notice_kinds import ChildNotice
from children.permissions import DECIDED, may_confirm_safeguard, may_record_safeguard
from children.services.keeping.for_leads import tell_leads
from children.services.unseen import children_beside
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import may, people_with
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import settle_notices, tell
from safeguarding.audit.context import door, with_errors
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view, who_sees
from safeguarding.audit.services import record
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.moves import Lifecycle

RECORDERS = "Only the office, a safeguarding lead, a deputy or the Headteacher of this school records this."
REPLACED = "Replaced by what was recorded on this day."
S = Safeguard.Status
Problem = tuple[str, str]


class Facts(Protocol):
    """What a safeguard of one kind says, and who told the school."""

    model: ClassVar[type[Any]]
    life: ClassVar[Lifecycle[Any]]

    def problems(self, today: date) -> Iterator[Problem]:
        """What is wrong: each the field, and a sentence without its full stop."""

    def fields(self) -> dict[str, Any]:
        """The columns of its row."""

    def replaced(self, child: Child) -> Safeguard | None:
        """The row that ends when this one is recorded; None where there can be several."""

    @classmethod
    def stood_before(cls, row: Any) -> Safeguard | None:
        """The row that stood until this one was recorded, which was never so: it stands again. None for none, and
        where something else stands by now.
        """

    @classmethod
    def again(cls, row: Any) -> dict[str, Any]:
        """The columns of such a row, as they are recorded again."""

    @classmethod
    def closes(cls, row: Any, on: date) -> dict[str, Any]:
        """Columns that a row of this kind takes when it is corrected."""

    @classmethod
    def follow(cls, child: Child, at: datetime) -> None:
        """Bring along what is made from the rows of this kind, after one of them was written."""

    @classmethod
    def hold(cls, row: Any, *, stands: bool, by: User, at: datetime) -> None:
        """Remember what the list of children says where this row `stands` from now on, or no longer does."""


_kinds: dict[type[Safeguard], type[Facts]] = {}


def keep(*kinds: type[Any]) -> None:
    """Register kinds of safeguards by their facts."""
    _kinds.update({facts.model: facts for facts in kinds})


def kind_of(row: Safeguard) -> type[Facts]:
    """The kind of a row."""
    return _kinds[type(row)]


def follow_safeguards(child: Child, at: datetime) -> None:
    """Rows of every kind have come to the child, or gone back."""
    for facts in _kinds.values():
        facts.follow(child, at)


def source_problems(told_by: str, evidence: str) -> Iterator[Problem]:
    """What is wrong with who told the school."""
    if told_by not in ToldBy:
        yield "told_by", "Choose who told the school"
    if told_by == ToldBy.DOCUMENT and not evidence.strip():
        yield "evidence", "Enter what was seen, and who saw it"


@transaction.atomic
def record_safeguard(*, child: Child, token: UUID, facts: Facts, by: User, at: datetime | None = None) -> Safeguard:
    """It binds from now on. Those who decide about concerns are asked to confirm what somebody else recorded.

    The same form again is one row. Raises `NotAllowed`, `BadInput`, `OutOfTurn` for a child who cannot be found.
    """
    at = at or timezone.now()
    locked = _locked(child, by=by)
    key = entry_token(token, child.pk)
    with with_errors("all"):
        there: Safeguard | None = facts.model.objects.filter(token=key, recorded_by=by).first()
    return there or _made(locked, key, facts, facts.fields(), by=by, at=at)


@transaction.atomic
def record_for_all(
    *, child: Child, others: Sequence[Child], token: UUID, facts: Facts, by: User, at: datetime | None = None
) -> list[Safeguard]:
    """The same for several children, each with a row of its own; that of `child` comes first.

    Of a child in the same home, or with an adult in common, whom `by` does not see, the leads who see it are notified.
    Raises as `record_safeguard` does, and then nothing is recorded.
    """
    with with_errors("all"):
        is_again = facts.model.objects.filter(token=entry_token(token, child.pk), recorded_by=by).exists()
    made = [record_safeguard(child=one, token=token, facts=facts, by=by, at=at) for one in (child, *others)]
    keys = [] if is_again else children_beside(child.pk)
    seen = set(Child.objects.visible_to(by).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    kind, hidden = ChildNotice.BESIDE, [key for key in keys if key not in seen]
    tell_leads(school_id=child.school_id, children=hidden, by=by, kind=kind, purpose=kind.value, at=at)
    return made


@transaction.atomic
def confirm(*, row: Safeguard, by: User, at: datetime | None = None) -> Safeguard:
    """It is as it was written down. The same again from the same person is done. Raises `NotAllowed`, `OutOfTurn`."""
    at = at or timezone.now()
    _locked(row.child, by=by)
    now = _as_it_stands(row)
    if now.status == S.CONFIRMED and now.confirmed_by_id == by.pk:
        return now
    done = _moved("confirm", row, by=by, at=at)
    _settle(done, by, at)
    return done


@transaction.atomic
def end(
    *,
    row: Safeguard,
    last_day: date | None,
    reason: str,
    by: User,
    end_kind: str = "",
    at: datetime | None = None,
) -> Safeguard:
    """It binds until a day, that day included, and no longer: it was true until then.

    `end_kind` is how parental responsibility ended (`ParentalResponsibility.EndKind`), empty for all else. The same
    again from the same person is done. Raises `NotAllowed`, `OutOfTurn`, `BadInput`.
    """
    at = at or timezone.now()
    child = _locked(row.child, by=by)
    now: Any = _as_it_stands(row)
    if (now.status, now.ended_by_id, now.ends_on, now.end_reason) == (S.ENDED, by.pk, last_day, reason.strip()):
        return now  # type: ignore[no-any-return]
    for _, problem in end_problems(now, last_day, reason):
        raise BadInput(f"{problem}.")
    how = {"end_kind": end_kind} if end_kind else {}
    done = _over("end", now, child, last_day=last_day, reason=reason.strip(), by=by, at=at, **how)
    _tell_that_it_ended(done, by, at)
    return done


def end_problems(row: Any, last_day: date | None, reason: str) -> Iterator[Problem]:
    """Why it cannot end so: each the field, and a sentence without its full stop."""
    if last_day is None or (row.starts_on and last_day < row.starts_on):
        yield "last_day", "Enter its last day, on or after the day on which it began"
    elif row.ends_on and last_day > row.ends_on:
        yield "last_day", "It ends before that day already. For a longer one, record the new one"
    elif last_day > timezone.localdate() and not isinstance(row, ContactRestriction):
        yield "last_day", "Enter a day today or in the past. Until it has come, the adult has parental responsibility"
    if not reason.strip():
        yield "reason", "Enter why it ends, and how the school knows"


@transaction.atomic
def correct(
    *, row: Safeguard, token: UUID, reason: str, right: Facts | None, by: User, at: datetime | None = None
) -> Safeguard:
    """It was never as it stands. `right` says how it is and is recorded instead; without it there is no such thing.

    What has ended stays ended, with the last day that it had where `right` says none. What had ended because this was
    recorded stands again. Returns the one that stands now, or the corrected one. The same form again corrects once; so
    does the same sentence where there is no such thing. Raises `NotAllowed`, `OutOfTurn`, `BadInput`.
    """
    at = at or timezone.now()
    child = _locked(row.child, by=by)
    key = entry_token(token, row.pk)
    now: Any = _as_it_stands(row)
    if (there := _corrected_before(now, key, reason, right, by=by)) is not None:
        return there
    if not reason.strip():
        raise BadInput("Enter what was wrong.")
    stood = now.status != S.ENDED
    done = _never_so(now, child, reason=reason.strip(), by=by, at=at)
    made = None
    if right is not None:
        ended = {} if stood else _as_it_ended(now, right, by=by, at=at)
        made = _made(child, key, right, right.fields() | {"instead_of": done} | ended, by=by, at=at)
    if right is None or _is_own_slip(done, by):
        _tell_that_it_ended(done, by, at)
    again = _bring_back(child, done, None if made else key, by=by, at=at) if stood else None
    return made or again or done


def _corrected_before(row: Any, key: UUID, reason: str, right: Facts | None, *, by: User) -> Safeguard | None:
    """What the same form has done already, or the same sentence where nothing is right."""
    model = kind_of(row).model
    with with_errors("all"):
        there: Safeguard | None = model.objects.filter(Q(recorded_by=by) | Q(recorded_by=None), token=key).first()
        has_other = model.objects.filter(instead_of=row).exists()
    if there is not None:
        return there
    is_again = right is None and not has_other and (row.corrected_by_id, row.correction) == (by.pk, reason.strip())
    return row if is_again else None


def _never_so(row: Any, child: Child, *, reason: str, by: User, at: datetime) -> Safeguard:
    kind, stood = kind_of(row), row.status != S.ENDED
    done = _moved("correct", row, by=by, at=at, correction=reason, **kind.closes(row, timezone.localdate(at)))
    _settle(done, by, at)
    kind.follow(child, at)
    if stood:
        _hold(done, stands=False, by=by, at=at)
    return done


def _as_it_ended(row: Any, right: Facts, *, by: User, at: datetime) -> dict[str, Any]:
    """The columns of what is right of a row that has ended: it has ended too. Raises `BadInput`."""
    for _, problem in ended_problems(row, right):
        raise BadInput(f"{problem}.")
    ended = {"ended_at": at, "ended_by": by, "end_reason": row.end_reason, "status": S.ENDED}
    if kind_of_end := getattr(row, "end_kind", ""):
        ended["end_kind"] = kind_of_end
    return ended | {"ends_on": right.fields().get("ends_on") or row.ends_on}


def _bring_back(child: Child, row: Safeguard, key: UUID | None, *, by: User, at: datetime) -> Safeguard | None:
    """What stood until `row` was recorded stands again, as a row of its own: nobody's where a list had said it, and not
    confirmed where it was not. `key` is its token, where it is what is right instead of `row`.
    """
    kind = kind_of(row)
    was = kind.stood_before(row)
    # What was brought back and never was so is not brought back once more.
    if was is None or kind.again(was) == kind.again(row):
        return None
    columns = kind.again(was) | ({"token": key, "instead_of": row} if key else {})
    is_listed = was.recorded_by_id is None and was.confirmed_at is None
    is_nobodys = is_listed and may(by, ChildCapability.KEEP_CHILDREN, child.school_id)
    made = kind.model(
        child=child, school_id=child.school_id, recorded_at=at, recorded_by=None if is_nobodys else by, **columns
    )
    if was.confirmed_at is not None and may_confirm_safeguard(by, made):
        made.status, made.confirmed_at, made.confirmed_by = S.CONFIRMED, at, by
    return _kept(made, by=by, at=at)


def ended_problems(row: Any, right: Facts) -> Iterator[Problem]:
    """Why what is right of a row that has ended cannot be so: each the field, and a sentence without its full stop."""
    fields = right.fields()
    last = fields.get("ends_on") or row.ends_on
    if fields["starts_on"] and fields["starts_on"] > last:
        yield "starts_on", f"It ended on {full_day(last)}. Enter a day on or before that"
    if last > (latest := max(row.ends_on, timezone.localdate())):
        yield "ends_on", f"It has ended. Enter its last day, {full_day(latest)} or before"


def _over(
    move: str, row: Safeguard, child: Child, *, last_day: Any, reason: str, by: User, at: datetime, **how: str
) -> Safeguard:
    done = _moved(move, row, by=by, at=at, ends_on=last_day, end_reason=reason, **how)
    _settle(done, by, at)
    kind_of(row).follow(child, at)
    _hold(done, stands=False, by=by, at=at)
    return done


def _made(child: Child, token: UUID, facts: Facts, fields: dict[str, Any], *, by: User, at: datetime) -> Safeguard:
    """The row of these facts; `fields` are its columns, with a status where it has ended from the start."""
    today = timezone.localdate(at)
    for _, problem in facts.problems(today):
        raise BadInput(f"{problem}.")
    if (adult := fields.get("contact")) is not None and not adult.children.filter(child=child).exists():
        raise BadInput("Choose an adult who is on this child’s record.")
    stands = fields.get("status") != S.ENDED
    if stands and (before := facts.replaced(child)) is not None:
        _over("replace", before, child, last_day=today, reason=REPLACED, by=by, at=at)
    made = facts.model(
        child=child,
        school_id=child.school_id,
        token=token,
        recorded_at=at,
        recorded_by=by,
        **fields,
    )
    if may_confirm_safeguard(by, made):
        made.status, made.confirmed_at, made.confirmed_by = S.CONFIRMED if stands else made.status, at, by
    return _kept(made, by=by, at=at)


def _kept(made: Safeguard, *, by: User, at: datetime) -> Safeguard:
    """The new row is in the record, with what follows from it."""
    made.save(force_insert=True)
    record(Verb.CREATE, made, by=by)
    kind_of(made).follow(made.child, at)
    if made.status != S.ENDED:
        _hold(made, stands=True, by=by, at=at)
    if made.status == S.RECORDED and made.recorded_by_id is not None:
        _tell_leads(made, at)
    return made


def _locked(child: Child, *, by: User) -> Child:
    """The card, locked after the school's list, as an import locks it. Raises `NotAllowed`, `OutOfTurn`."""
    if not may_record_safeguard(by, child.school_id):
        raise NotAllowed(RECORDERS)
    if not may_view(by, child):
        raise OutOfTurn("This record cannot be found any more. Look for the child again.")
    School.objects.select_for_update(no_key=True).get(pk=child.school_id)
    locked: Child = Child.objects.select_for_update().get(pk=child.pk)
    return locked


def _moved(move: str, row: Safeguard, *, by: User, at: datetime, **facts: Any) -> Safeguard:
    """The row after the move, where `by` sees it: the moves ask for the capability, not for the child.

    Within, since what was corrected is out of sight, and has to be told as such. Raises `NotAllowed`, `OutOfTurn`.
    """
    with with_errors(row.pk):
        if not may_view(by, row):
            raise NotAllowed(CHANGERS)
        done: Safeguard = kind_of(row).life.perform(move, row, by=by, at=at, **facts)
        return done


def _as_it_stands(row: Safeguard) -> Safeguard:
    """The row, read once its child is locked: somebody may have moved it since the page. Raises `NotAllowed`."""
    with with_errors(row.pk):
        found: Safeguard | None = kind_of(row).model.objects.filter(pk=row.pk).first()
    if found is None:
        raise NotAllowed(CHANGERS)
    return found


def _hold(row: Safeguard, *, stands: bool, by: User, at: datetime) -> None:
    """Who decides about concerns need not keep the list, and what it says is remembered all the same."""
    with door(DECIDED):
        kind_of(row).hold(row, stands=stands, by=by, at=at)


def _settle(row: Safeguard, by: User, at: datetime) -> None:
    settle_notices(object_id=row.pk, kinds=(ChildNotice.SAFEGUARD,), by=by, at=at)


def _tell_that_it_ended(row: Safeguard, by: User, at: datetime) -> None:
    """What its author ends before anybody else has confirmed it is over for the leads when they have seen that."""
    unseen = row.confirmed_at is None and row.recorded_by_id is not None and not may_confirm_safeguard(by, row)
    if unseen or _is_own_slip(row, by):
        _tell_leads(row, at, ChildNotice.ENDED_UNSEEN, but=by)


def _is_own_slip(row: Safeguard, by: User) -> bool:
    """Whether `by`, who takes nothing confirmed away, has corrected what `by` alone has seen."""
    is_own = row.recorded_by_id == row.confirmed_by_id == by.pk
    return is_own and not may(by, Capability.MANAGE_ACCESS, row.school_id)


def _tell_leads(
    row: Safeguard, at: datetime, kind: ChildNotice = ChildNotice.SAFEGUARD, *, but: User | None = None
) -> None:
    people = people_with(Capability.DECIDE_CONCERNS, row.school_id, timezone.localdate(at))
    leads = [one for one in people if one != but]
    with with_errors(row.pk):
        seeing = who_sees(row, [one.pk for one in leads])
    tell(
        people=[one for one in leads if one.pk in seeing],
        school_id=row.school_id,
        kind=kind,
        object_type="safeguard",
        object_id=row.pk,
        at=at,
    )
