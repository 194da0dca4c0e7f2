"""Remember what the school's own system says where Harbour keeps something else, until both say the same.

`hold` is called by whatever changes a record by hand, `keep` by a decision to keep what Harbour has, `settle` by a list
that was taken. What a list then does with it is in `importing/differences.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, Q
from django.utils import timezone

from children.facts import Adult
from children.importing.adults import REACH
from children.importing.differences import Held, plain
from children.importing.held_facts import (
    ADDRESS,
    ADULT,
    CONFIDENTIAL,
    HOME_PARTS,
    NAME,
    OF_ADULT,
    OF_CHILD,
    ON_ROLL,
    UNLISTED,
    Place,
    adult_of,
    here,
    name_of,
    place_of,
    same,
)
from children.models import Child, ChildUpdate, Contact, ContactLink, Enrolment, HeldFact, Household, HouseholdMember
from children.services import bulk
from safeguarding.accounts.models import User
from safeguarding.keys import uuid7

# A fact before a change and after it.
Changes = Mapping[str, tuple[Any, Any]]
_ANY_CHILD = Q(contact__isnull=False) & ~Q(field__in=(ADULT, "responsibility"))


def hold(
    *, child: Child, changes: Changes, by: User | None, contact: Contact | None = None, at: datetime | None = None
) -> None:
    """Facts of a child, or of one of its adults, were changed by hand: {field: (before, after)}.

    What stood there before is what the list last said, unless that is remembered already. Facts of which no list speaks
    are passed over.
    """
    of = OF_ADULT if contact is not None else OF_CHILD
    wanted = {field: (plain(was), plain(now)) for field, (was, now) in changes.items() if field in of}
    there: dict[str, HeldFact] = {}
    for fact in _about(child, contact).filter(field__in=wanted):
        there[fact.field] = fact
    for field, (was, now) in wanted.items():
        fact = there.get(field)
        said = fact.said if fact is not None else _or_nothing(was)
        if same(field, said, now):
            _about(child, contact).filter(field=field).delete()
        elif fact is None:
            _write([_row(child, field, said, contact.pk if contact is not None else None, by, at)])
        else:
            fact.held_by, fact.held_at = by, at or timezone.now()
            fact.save(update_fields=["held_by", "held_at"])


def hold_ended_adult(*, child: Child, contact: Contact, by: User | None, at: datetime | None = None) -> None:
    """An adult is no longer on the child's record: a list that goes on naming that adult adds nobody.

    Of an adult who was added here no list has said anything until one names the adult.
    """
    said: dict[str, Any] = adult_of(contact)
    is_listed = not _is_added_here(child, contact)
    for field, value in _about(child, contact).filter(field__in=(NAME, *REACH)).values_list("field", "said"):
        said |= (value or {}) if field == NAME else {field: value}
        is_listed = is_listed and (field != NAME or bool(value))
    if not is_listed:
        said[UNLISTED] = True
    _write([_row(child, ADULT, said, contact.pk, by, at)])


def hold_added_adult(*, child: Child, contact: Contact, by: User | None, at: datetime | None = None) -> None:
    """An adult is on the child's record, who may have been taken off it, or kept off it when a list named the adult.

    Of one whom the school did not have before no list has said anything: name and numbers are kept; the numbers alone
    where a list named the adult, who was kept off.
    """
    gone = HeldFact.objects.filter(child=child, field=ADULT)
    over = [one.pk for one in gone if one.contact_id == contact.pk or same(ADULT, one.said, name_of(contact))]
    HeldFact.objects.filter(pk__in=over).delete()
    if ContactLink.objects.filter(contact=contact).count() == 1:
        typed: dict[str, tuple[Any, Any]] = {way: ("", value) for way in REACH if (value := getattr(contact, way))}
        if not over:
            typed[NAME] = "", name_of(contact)
        hold(child=child, changes=typed, contact=contact, by=by, at=at)


def hold_split(*, child: Child, contact: Contact, own: Contact) -> None:
    """The child has an adult of its own in the place of `contact`: of it the list says what it said of the other."""
    facts = HeldFact.objects.filter(_ANY_CHILD, contact=contact).select_related("held_by")
    for fact in list(facts):
        _write([_row(child, fact.field, fact.said, own.pk, fact.held_by, fact.held_at)])
    HeldFact.objects.filter(child=child, field="responsibility", contact=contact).update(contact=own)


def _is_added_here(child: Child, contact: Contact) -> bool:
    links = ContactLink.objects.filter(child=child, contact=contact).values("pk")
    way = ChildUpdate.Way.ADDED
    return ChildUpdate.objects.filter(child=child, part=ChildUpdate.Part.ADULT, way=way, row_key__in=links).exists()


def hold_added(*, child: Child, changes: Changes, by: User | None, at: datetime | None = None) -> None:
    """A child was added by hand: it is on roll though no list names it, and of what was typed no list has said
    anything.
    """
    rows = [
        _row(child, field, "", None, by, at)
        for field, (_, now) in changes.items()
        if field in OF_CHILD and now not in (None, "", [])
    ]
    _write([*rows, _row(child, ON_ROLL, False, None, by, at)])


def hold_update(
    child: Child,
    changes: Changes,
    *,
    row: Model | None,
    is_added: bool,
    by: User | None,
    at: datetime | None = None,
    shared_with: Iterable[UUID] = (),
) -> None:
    """Remember what the list said of what was changed by hand. `row` is the row that was added, changed or ended.

    A home that several children share was changed for those in `shared_with` too.
    """
    match row:
        case Child():
            hold_added(child=child, changes=changes, by=by, at=at)
        case ContactLink():
            _hold_adult(child, changes, row, is_added=is_added, by=by, at=at)
        case HouseholdMember() if is_added:
            pass  # as a main home it was remembered already
        case HouseholdMember():
            others = Child.objects.filter(pk__in=list(shared_with)).exclude(pk=child.pk)
            for one in (child, *others):
                _hold_home(one, changes, row, by=by, at=at)
        case Enrolment() if (row.entered_on, row.left_on) != (child.entered_on, child.left_on):
            pass  # an earlier time on roll
        case Enrolment() | None:
            roll = {ON_ROLL: tuple(day is None for day in changes["left_on"])} if "left_on" in changes else {}
            hold(child=child, changes={**changes, **roll}, by=by, at=at)  # type: ignore[dict-item]
        case _:
            pass  # another name, an earlier school: a row of its own, of which no list says anything else


def _hold_adult(
    child: Child, changes: Changes, link: ContactLink, *, is_added: bool, by: User | None, at: datetime | None
) -> None:
    contact = link.contact
    if is_added:
        hold_added_adult(child=child, contact=contact, by=by, at=at)
    elif link.ends_on is not None:
        hold_ended_adult(child=child, contact=contact, by=by, at=at)
    else:
        now = name_of(contact)
        was = now | {part: before for part, (before, _) in changes.items() if part in now}
        hold(
            child=child, changes={**changes, NAME: (was, now)} if was != now else changes, contact=contact, by=by, at=at
        )


def _hold_home(child: Child, changes: Changes, row: HouseholdMember, *, by: User | None, at: datetime | None) -> None:
    """The list knows one address: that of the main home, which was ended, mended or is the main home no more.

    Another main home is remembered where it takes the place of this one (`hold_main_home`).
    """
    now = _main_home(child)
    if "ends_on" in changes or "is_main" in changes:
        if now is None and (row.is_main or changes.get("is_main", (False,))[0]):
            hold_main_home(child=child, before=row.household, by=by, at=at)
        return
    mended = {part: values for part, values in changes.items() if part in HOME_PARTS}
    if now is not None and mended and all(getattr(now, part) == value for part, (_, value) in mended.items()):
        before = place_of(now) | {part: was for part, (was, _) in mended.items()}
        hold(child=child, changes={ADDRESS: (before, place_of(now))}, by=by, at=at)


def hold_main_home(*, child: Child, before: Household | None, by: User | None, at: datetime | None = None) -> None:
    """The child has another main home than `before`, or none: that one is the address which the list last gave."""
    hold(child=child, changes={ADDRESS: (place_of(before), place_of(_main_home(child)))}, by=by, at=at)


def keep(facts: Iterable[tuple[Child, Place, Any]], *, by: User | None, at: datetime | None = None) -> None:
    """Somebody keeps what Harbour has: for each fact, what the list says instead."""
    rows = []
    for child, (field, contact), said in facts:
        if field != ADULT:
            _about(child, UUID(contact) if contact else None).filter(field=field).delete()
        rows.append(_row(child, field, said, UUID(contact) if contact else None, by, at))
    _write(rows)


def _about(child: Child, contact: Contact | UUID | None) -> Any:
    """What is remembered of a child's own facts, or of an adult: whichever child it was changed for."""
    if contact is None:
        return HeldFact.objects.filter(child=child, contact=None)
    return HeldFact.objects.filter(_ANY_CHILD | Q(child=child), contact=contact)


def _or_nothing(value: Any) -> Any:
    return "" if value in (None, {}) else value


def _row(
    child: Child, field: str, said: Any, contact: UUID | None, by: User | None, at: datetime | None
) -> dict[str, Any]:
    return {
        "held_at": at or timezone.now(),
        "school_id": child.school_id,
        "child_id": child.pk,
        "contact_id": contact,
        "field": field,
        "said": _or_nothing(said),
        "held_by_id": by and by.pk,
    }


def _write(rows: Sequence[dict[str, Any]]) -> None:
    bulk.insert(HeldFact, rows)


def hold_merged(mine: Child, theirs: Child, *, by: User | None, at: datetime | None = None) -> list[UUID]:
    """Two records have become one: the values of the one that stays count, and a list that names the child by the
    other's changes nothing. Returns the keys of what is remembered for it.

    What is remembered of the other record comes over with it.
    """
    cards = {child.pk: Held(child, child.detail, _main_home(child)) for child in (mine, theirs)}
    ours, other = cards[mine.pk], cards[theirs.pk]
    there = set(HeldFact.objects.filter(child__in=cards, contact=None).values_list("field", flat=True))
    rows = []
    for field in sorted(OF_CHILD - there - {ON_ROLL, CONFIDENTIAL}):
        said = here(other, (field, ""))
        if said not in (None, "", [], {}) and not same(field, said, here(ours, (field, ""))):
            rows.append({"id": uuid7()} | _row(mine, field, said, None, by, at))
    _write(rows)
    return [row["id"] for row in rows]


def _main_home(child: Child) -> Any:
    stays = HouseholdMember.objects.filter(child=child, is_main=True, ends_on=None).select_related("household").first()
    return stays and stays.household


def load_said(held: Mapping[UUID, Held]) -> None:
    """Put beside what Harbour has of these children what the list last said where it differs: one query."""
    if not held:
        return
    having: dict[str, list[Held]] = {}
    for one in held.values():
        for adult in one.adults:
            having.setdefault(str(adult.contact.pk), []).append(one)
    facts = HeldFact.objects.filter(Q(child__in=list(held)) | Q(_ANY_CHILD, contact__in=list(having)))
    for fact in facts:
        contact = str(fact.contact_id) if fact.contact_id else ""
        if fact.field == ADULT:
            held[fact.child_id].gone.append(fact.said)
        elif not contact or fact.field == "responsibility":
            held[fact.child_id].said[fact.field, contact] = fact.said
        else:
            for one in having.get(contact, ()):
                one.said[fact.field, contact] = fact.said
    for one in held.values():
        for adult in one.adults:
            adult.listed = one.said.get((NAME, str(adult.contact.pk)))


def listed_contacts(school_id: UUID) -> dict[str, UUID]:
    """Adults of a school by the identity that the list gives them, where somebody has changed name or number here."""
    facts = HeldFact.objects.filter(_ANY_CHILD, school=school_id).select_related("contact")
    found: dict[UUID, dict[str, Any]] = {}
    for fact in facts:
        said = found.setdefault(fact.contact.pk, adult_of(fact.contact))
        said |= fact.said or {} if fact.field == NAME else {fact.field: fact.said}
    return {identity: key for key, said in found.items() if (identity := Adult(**said).identity)}


def settle(facts: Iterable[HeldFact], held: Mapping[UUID, Held], said: Mapping[UUID, Mapping[Place, Any]]) -> None:
    """Forget the facts of which the rows of a list, `said` by child, say what Harbour says by now."""
    over = []
    of_adults: dict[Place, list[tuple[UUID, Any]]] = {}
    for child, told in said.items():
        for place in told:
            if place[1]:
                of_adults.setdefault(place, []).append((child, told[place]))
    for fact in facts:
        place = (fact.field, str(fact.contact_id) if fact.contact_id else "")
        mine = said.get(fact.child_id, {})
        own = [(fact.child_id, mine[place])] if place in mine else []
        values = of_adults.get(place, []) if place[1] else own
        if values and all(same(fact.field, value, here(held[child], place)) for child, value in values):
            over.append(fact.pk)
    HeldFact.objects.filter(pk__in=over).delete()
