"""What would the rows of a file do to the school's list? Each row's child is found, and what would change is worked
out.

Rows go through in chunks with a handful of queries each, so that sixty thousand need no more memory than four hundred.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from children.facts import Earlier, Home
from children.importing.adults import HeldAdult
from children.importing.differences import Held
from children.importing.held_facts import ON_ROLL, changes_by
from children.importing.problems import Problem, Severity, worst_first
from children.importing.rows import Facts, Parsed, kind_of, who_name
from children.models import (
    ChildDetail,
    ContactLink,
    EarlierSchool,
    FormerUpn,
    Household,
    HouseholdMember,
    ImportRow,
    OtherName,
    ParentalResponsibility,
)
from children.secret import ADDRESS_IS_SECRET, HOUSEHOLD_IS_SECRET
from children.services.held import load_said
from safeguarding.accounts.models import School

from .matching import Finder

CHUNK = 2000
Kind = ImportRow.Kind
COMPARED = ("kind", "child_id", "changes", "is_grave", "problems", "upn", "kin")


@dataclass(frozen=True)
class Addresses:
    """The homes that the school has at the addresses of some rows: their keys by identity, and the identities of those
    that nobody may be told.
    """

    keys: Mapping[str, UUID]
    secret: frozenset[str]


def addresses_in(school_id: UUID, said: Iterable[Facts]) -> Addresses:
    """The homes at the addresses that these rows give: one query, which asks of no other home."""
    wanted = {Home(**facts["address"]).identity for facts in said if "address" in facts}
    homes = Household.objects.filter(school=school_id, identity__in=wanted).annotate(is_secret=HOUSEHOLD_IS_SECRET)
    found = list(homes.values_list("identity", "pk", "is_secret")) if wanted else []
    return Addresses(
        keys={identity: key for identity, key, _ in found},
        secret=frozenset(identity for identity, _, is_secret in found if is_secret),
    )


def load(ids: Iterable[UUID], addresses: Addresses | None = None) -> dict[UUID, Held]:
    """What Harbour has of these children, and the list said last: nine queries, however many they are.

    `addresses` are those that the rows about them give, where the rows are compared.
    """
    wanted = list(ids)
    secret = addresses.secret if addresses is not None else frozenset()
    details = ChildDetail.objects.filter(child__in=wanted).select_related("child").annotate(is_secret=ADDRESS_IS_SECRET)
    held = {
        detail.child_id: Held(detail.child, detail, is_secret=detail.is_secret, secret_homes=secret)
        for detail in details
    }
    homes = HouseholdMember.objects.filter(child__in=wanted, is_main=True, ends_on=None).select_related("household")
    for home in homes:
        held[home.child_id].home = home.household
    links = ContactLink.objects.filter(child__in=wanted, ends_on=None).select_related("contact").order_by("order", "pk")
    adults: dict[tuple[UUID, UUID], HeldAdult] = {}
    for link in links:
        adult = adults[link.child_id, link.contact_id] = HeldAdult(link.contact, link)
        held[link.child_id].adults.append(adult)
    for said in ParentalResponsibility.objects.filter(child__in=wanted, ends_on=None):
        if (found := adults.get((said.child_id, said.contact_id))) is not None:
            found.responsibility = said
    _load_past(held)
    load_said(held)
    return held


def _load_past(held: dict[UUID, Held]) -> None:
    """What the children were called and numbered, and where they were before."""
    for name in OtherName.objects.filter(child__in=held):
        held[name.child_id].called.add(who_name(name.forename, name.surname))
    for former in FormerUpn.objects.filter(child__in=held):
        held[former.child_id].former_upns.add(former.upn)
    for school in EarlierSchool.objects.filter(child__in=held):
        facts = {field.name: getattr(school, field.name) for field in fields(Earlier)}
        held[school.child_id].earlier.add(Earlier(**facts).key)


def compare(school: School, rows: Sequence[Parsed], *, is_partial: bool = False) -> Iterator[dict[str, Any]]:
    """For each row, the fields of `ImportRow` that comparing decides: `COMPARED`. Its facts stay as they were read.

    `is_partial`: the rows are of a transfer file.
    """
    finder = Finder(school, rows)
    found = {row.number: _find(row, finder) for row in rows}
    named = {child for child, _ in found.values() if child}
    for row in rows:
        child_id, doubts = found[row.number]
        joins = child_id is None and row.kind not in (Kind.SKIPPED, Kind.REJECTED) and not _says(doubts, "several")
        if joins and (like := finder.added_like(row, named)):
            found[row.number] = like, [_doubt("added_here")]
    addresses = addresses_in(school.pk, (row.facts for row in rows))
    held = load((child for child, _ in found.values() if child), addresses)
    for row in rows:
        child_id, doubts = found[row.number]
        if finder.gives_former_of_another(row, child_id):
            doubts = [*doubts, _doubt("former_else")]
        judged = _judge(row, held[child_id] if child_id else None, doubts, is_partial)
        kin = finder.met(row).union(_kin(row, judged["changes"], held.get(child_id) if child_id else None, addresses))
        yield judged | {"kin": sorted(map(str, kin - {child_id, None}))}


def _says(doubts: Iterable[Problem], code: str) -> bool:
    return any(doubt.code == code for doubt in doubts)


def _find(row: Parsed, finder: Finder) -> tuple[UUID | None, list[Problem]]:
    """The child a row is about, and what is doubtful about that."""
    if row.kind == Kind.SKIPPED:
        return None, []
    numbered, by_name = finder.by_number(row), finder.by_name(row)
    if numbered is not None and not numbered.has_another_name(row):
        return numbered.child_id, [_doubt("former_upn")] if numbered.former else []
    if len(by_name) > 1:
        return None, [_doubt("several")]
    # A new name under a known UPN, unless the name is another child's: twins whose UPNs changed places.
    if numbered is not None and not by_name and not numbered.is_somebody_else(row):
        return numbered.child_id, [_doubt("former_upn")] if numbered.former else []
    if numbered is not None:
        return (by_name[0], [_doubt("wrong_upn")]) if by_name else (numbered.child_id, [_doubt("other_child")])
    if row.facts.get("upn"):
        if not by_name:
            return None, []
        return by_name[0], [_doubt("new_upn" if by_name[0] in finder.without_number else "other_upn")]
    # A UPN that cannot be right has been complained of already.
    told = any(problem.code == "bad_upn" for problem in row.problems)
    if by_name:
        return by_name[0], [] if told else [_doubt("by_name")]
    return None, [] if told or row.kind == Kind.REJECTED else [_doubt("no_upn")]


_DOUBTS = {
    "former_upn": (Severity.WARN, "This is a UPN the child had before. Harbour keeps the newer one."),
    "former_else": (Severity.WARN, "The former UPN is another child’s on the list. It was left out."),
    "by_name": (Severity.WARN, "The UPN is missing. The child was found by name and date of birth."),
    "new_upn": (Severity.WARN, "The child was on the list without a UPN. It was found by name and date of birth."),
    "no_upn": (
        Severity.HOLD,
        "The UPN is missing, and nobody on the list has this name and date of birth. Is it a new child?",
    ),
    "several": (
        Severity.HOLD,
        "Several children have this name and date of birth, and the UPN does not say which is meant. "
        "Enter the UPN in your own system and export again.",
    ),
    "other_upn": (
        Severity.HOLD,
        "A child of this name and date of birth is on the list with another UPN. Is it the same child?",
    ),
    "other_child": (
        Severity.HOLD,
        "This UPN is on the list for a child with another name and another date of birth. Is it the same child?",
    ),
    "added_here": (
        Severity.HOLD,
        "A child with a name like this or the same date of birth was added in Harbour, and no list has named it yet. "
        "Is it the same child?",
    ),
    "wrong_upn": (
        Severity.HOLD,
        "This UPN is another child’s on the list. The child of this name and date of birth has a different one.",
    ),
}
# What comparing adds to a row's problems, and takes away again before it compares anew.
CODES = frozenset(_DOUBTS) | {"twice", "who_twice", "child_twice", "former_twice", "disagree"}
# Which fact of a row is not the child's own, by what was said about the row: it is not taken over.
_NOT_ITS_OWN = {"former_upn": "upn", "wrong_upn": "upn", "former_twice": "former_upn", "former_else": "former_upn"}


def as_read(row: ImportRow) -> Parsed:
    """A row as it was before it was compared."""
    problems = [Problem(**p) for p in row.problems if p["code"] not in CODES]
    kind = Kind.SKIPPED if row.kind == Kind.SKIPPED else kind_of(problems)
    return Parsed(row.number, row.facts, problems, kind)


def own(facts: Facts, codes: Iterable[str]) -> Facts:
    """What a row says about the child it was found to be about: its facts, less a number that is another's or was
    before.
    """
    others = {_NOT_ITS_OWN[code] for code in codes if code in _NOT_ITS_OWN}
    return {name: value for name, value in facts.items() if name not in others} if others else facts


def _doubt(code: str) -> Problem:
    severity, message = _DOUBTS[code]
    return Problem(severity, "UPN", code, message)


def _judge(row: Parsed, held: Held | None, doubts: list[Problem], is_partial: bool) -> dict[str, Any]:
    facts = own(row.facts, (doubt.code for doubt in doubts))
    changes = changes_by(held, facts, is_partial=is_partial) if held is not None else []
    if held is not None and _has_gone(held):
        changes = []
    problems = worst_first([*row.problems, *doubts])
    return {
        "kind": row.kind or _kind(held, problems, bool(changes)),
        "child_id": held and held.child.pk,
        "changes": [change.as_dict() for change in changes],
        "is_grave": any(change.grave for change in changes),
        "problems": [problem.as_dict() for problem in problems],
        "upn": facts.get("upn", ""),
    }


def _kin(
    row: Parsed, changes: Iterable[Mapping[str, Any]], held: Held | None, addresses: Addresses
) -> Iterator[UUID | None]:
    """Of whom the row tells beside its child and the children it led to: adults whom it changes, the home it ends, and
    the one that the school has at its address already, where the child joins or moves.
    """
    moves = held is None
    for change in changes:
        if change["contact"]:
            yield UUID(change["contact"])
        elif change["field"] == "address":
            moves = True
            yield held.home.pk if held is not None and held.home is not None else None
    if moves and "address" in row.facts:
        yield addresses.keys.get(Home(**row.facts["address"]).identity)


def _kind(held: Held | None, problems: Sequence[Problem], changes: bool) -> Kind:
    if any(problem.severity in (Severity.HOLD, Severity.ASK) for problem in problems):
        return Kind.HELD
    if held is None:
        return Kind.JOINS
    if held.child.left_on is not None:
        return Kind.SAME if _has_gone(held) else Kind.RETURNS
    return Kind.CHANGES if changes else Kind.SAME


def _has_gone(held: Held) -> bool:
    """Somebody has said that the child has left, and the list goes on naming it."""
    return held.child.left_on is not None and held.said.get((ON_ROLL, "")) is True
