"""What would become of two records if they were one?

What stands, what is kept beside it, what moves, who sees it then.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from children import codes, upn
from children.models import Child, ChildDetail, HouseholdMember, ParentalResponsibility, Sibling
from children.services.sight import record_behind
from safeguarding.accounts.services import staff_of
from safeguarding.accounts.services.sight import Change
from safeguarding.audit.protection import who_sees
from safeguarding.dates import full_day

from .told import Counted, See, counts

# Details of the record that stays which are filled from the other where they are empty, and what they are called.
FILLED = {
    "middle_names": "Middle names",
    "date_of_birth": "Date of birth",
    "sex": "Sex",
    "admission_number": "Admission number",
    "ethnicity": "Ethnicity",
    "first_language": "First language",
    "interpreter_needed": "Interpreter needed",
    "sen_provision": "Special educational needs",
    "sen_needs": "Kinds of need",
    "in_care": "Looked after",
    "care_authority": "Authority that looks after the child",
    "gp": "GP practice",
}
NOT_HELD = "Not recorded"


@dataclass(frozen=True)
class Compared:
    """One fact of both records as words, and what becomes of the other's."""

    label: str
    kept: str
    other: str
    becomes: str = ""
    # Whether it is to be expected that they differ.
    is_usual: bool = False

    @property
    def differs(self) -> bool:
        return self.kept != self.other

    @property
    def is_hot(self) -> bool:
        return self.differs and not self.is_usual


@dataclass(frozen=True)
class Pair:
    """Two records side by side. `stamp` changes whenever anything of this does."""

    keep: Child
    other: Child
    facts: Sequence[Compared]
    warnings: Sequence[str]
    moves: Sequence[Counted]
    has_already: Sequence[Counted]
    stamp: str


def look(keep: Child, other: Child, see: See) -> Pair | None:
    """The two records as whoever asks sees them; None where they may see the card alone of one."""
    details = see(ChildDetail).in_bulk([keep.pk, other.pk])
    if len(details) < 2:
        return None
    mine, theirs = details[keep.pk], details[other.pk]
    facts = list(_facts(keep, other, mine, theirs))
    warnings = list(_warnings(keep, other, mine, theirs, see))
    moves, already = counts(see, other), counts(see, keep)
    shown = repr(([(f.label, f.kept, f.other) for f in facts], warnings, [c.words for c in (*moves, *already)]))
    return Pair(keep, other, facts, warnings, moves, already, sha256(shown.encode()).hexdigest()[:32])


def what_stands_against(keep: Child, other: Child) -> str:
    """Why these two cannot become one so, as a sentence; empty where they can."""
    if keep.pk == other.pk:
        return "This is the same record twice. Choose the other one."
    if keep.school_id != other.school_id:
        return "These records are of two schools. Harbour merges records of one school."
    if keep.merged_into_id or other.merged_into_id:
        return "One of these records has become part of another already. Open the child’s record to see."
    if keep.left_on and (other.left_on is None or other.left_on > keep.left_on):
        return (
            f"Record {other.number} is the one that is up to date: the child is "
            f"{'on roll there' if other.left_on is None else 'on roll there until a later day'}. Keep "
            f"record {other.number}."
        )
    return ""


def _facts(keep: Child, other: Child, mine: ChildDetail, theirs: ChildDetail) -> Iterator[Compared]:
    names_differ = keep.full_name != other.full_name
    yield Compared(
        "Name", keep.full_name, other.full_name, "kept as another name, and found by search" if names_differ else ""
    )
    if keep.known_as or other.known_as:
        same = (keep.known_as or keep.full_name) == (other.known_as or other.full_name)
        yield Compared(
            "Known as",
            keep.known_as or NOT_HELD,
            other.known_as or NOT_HELD,
            "" if same or not other.known_as else "kept as another name",
        )
    yield Compared(
        "Date of birth", _day(mine.date_of_birth), _day(theirs.date_of_birth), _filled(mine, theirs, "date_of_birth")
    )
    yield Compared("Sex", mine.get_sex_display(), theirs.get_sex_display(), _filled(mine, theirs, "sex"))
    yield Compared("UPN", _upn(mine), _upn(theirs), "kept as an earlier UPN" if theirs.upn else "")
    yield Compared("Record", str(keep.number), str(other.number), "still leads to the record that stays", is_usual=True)
    yield Compared("On roll", _roll(keep), _roll(other))
    yield Compared("Class", _class(keep), _class(other))
    for name, label in FILLED.items():
        ours, other_s = _said(mine, name), _said(theirs, name)
        if name not in ("date_of_birth", "sex") and other_s != NOT_HELD:
            yield Compared(label, ours, other_s, _filled(mine, theirs, name))
    if theirs.address_confidential:
        yield Compared("Address", _secret(mine), _secret(theirs), "confidential from then on")


def _warnings(keep: Child, other: Child, mine: ChildDetail, theirs: ChildDetail, see: See) -> Iterator[str]:
    if mine.date_of_birth and theirs.date_of_birth and mine.date_of_birth != theirs.date_of_birth:
        yield "The dates of birth differ. Look at a document before you go on: this may be another child."
    if {mine.sex, theirs.sex} == {ChildDetail.Sex.FEMALE, ChildDetail.Sex.MALE}:
        yield "The sexes differ. Twins have one surname, one address and one date of birth."
    first, second = sorted((keep.pk, other.pk))
    if see(Sibling).filter(first=first, second=second, ends_on=None).exists():
        yield "These two are recorded as brother or sister of each other."
    if mine.upn and theirs.upn and not (upn.is_temporary(mine.upn) or upn.is_temporary(theirs.upn)):
        yield (
            "Both have a permanent UPN, and differ in it. Only one of them can be the child’s: ask who issued "
            "the other."
        )
    if not mine.upn and theirs.upn:
        yield f"The record that stays has no UPN. Record {other.number} has one: that one may be the one to keep."
    elif mine.upn and upn.is_temporary(mine.upn) and theirs.upn and not upn.is_temporary(theirs.upn):
        yield (
            f"The record that stays has a temporary UPN, record {other.number} a permanent one: that one may "
            "be the one to keep."
        )
    if mine.date_of_death != theirs.date_of_death:
        yield "One of the records says that the child has died, the other does not, or says another day."
    yield from _adults_disagree(keep, other, see)
    homes = see(HouseholdMember).filter(child__in=(keep.pk, other.pk), is_main=True, ends_on=None)
    if len(set(homes.values_list("household_id", flat=True))) > 1:
        yield (
            f"The addresses differ. That of record {keep.number} stands; that of record {other.number} does "
            "not come over."
        )


def _adults_disagree(keep: Child, other: Child, see: See) -> Iterator[str]:
    """Of one adult, one record says yes and the other no: what stands decides whom the school asks."""
    said = see(ParentalResponsibility).filter(child__in=(keep.pk, other.pk), ends_on=None).select_related("contact")
    by_adult: dict[UUID, dict[UUID, Any]] = {}
    for row in said:
        by_adult.setdefault(row.contact_id, {})[row.child_id] = row
    for rows in by_adult.values():
        if len(rows) == 2 and rows[keep.pk].held != rows[other.pk].held:
            yield (
                f"The records disagree about whether {rows[keep.pk].contact.full_name} has parental responsibility. "
                f"What record {keep.number} says stands: {'yes' if rows[keep.pk].held else 'no'}."
            )


def is_empty(name: str, value: Any) -> bool:
    """Whether a detail says nothing: "not known" is such a word."""
    return value in (None, "", []) or (name == "sex" and value == ChildDetail.Sex.UNKNOWN)


def _filled(mine: ChildDetail, theirs: ChildDetail, name: str) -> str:
    ours, other_s = getattr(mine, name), getattr(theirs, name)
    if is_empty(name, other_s) or ours == other_s:
        return ""
    return "taken over" if is_empty(name, ours) else "not taken over: look at it before you go on"


def _said(detail: ChildDetail, name: str) -> str:
    value = getattr(detail, name)
    if is_empty(name, value):
        return NOT_HELD
    if isinstance(value, list):
        return ", ".join(codes.label(codes.OF_FIELD[name], one) for one in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    kind = codes.OF_FIELD.get(name)
    return codes.label(kind, value) if kind else str(value)


def _day(day: date | None) -> str:
    return full_day(day) if day else NOT_HELD


def _upn(detail: ChildDetail) -> str:
    return f"{detail.upn} (temporary)" if detail.upn and detail.upn_is_temporary else detail.upn or NOT_HELD


def _roll(child: Child) -> str:
    since = f"since {full_day(child.entered_on)}" if child.entered_on else "since a day that is not recorded"
    return f"Left on {full_day(child.left_on)}" if child.left_on else f"On roll {since}"


def _class(child: Child) -> str:
    return ", ".join(filter(None, (child.year, child.class_name))) or NOT_HELD


def _secret(detail: ChildDetail) -> str:
    return "Confidential" if detail.address_confidential else "Not confidential"


class _Undone(Exception):
    """It was only tried."""


def sight_after(keep: Child, other: Child, change: Callable[[], object], *, on: date) -> Change:
    """Who would see the record that stays and does not now, and who sees one of the two now and would see nothing then.

    The merge is made and taken back. A conflict of interest on either holds on the whole: nobody gains past one.
    """
    staff = staff_of(keep.school_id, on=on)
    people = [one.user.pk for one in staff]
    of_keep, of_other = (set(who_sees(record_behind(child), people)) for child in (keep, other))
    after = set[UUID]()
    with suppress(_Undone), transaction.atomic():
        change()
        after = set(who_sees(record_behind(keep), people))
        raise _Undone
    return Change(
        gain=[one for one in staff if one.user.pk in after - (of_keep & of_other)],
        lose=[one for one in staff if one.user.pk in (of_keep | of_other) - after],
    )
