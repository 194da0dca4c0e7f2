"""Put children on a school's list, with their families, in one place for a single child and for sixty thousand."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from children import names
from children.facts import Adult, Home, NewChild
from children.models import (
    Child,
    ChildDetail,
    ClassEpisode,
    ConfidentialAddress,
    Contact,
    ContactLink,
    EarlierSchool,
    Enrolment,
    FormerUpn,
    Household,
    HouseholdMember,
    OtherName,
    ParentalResponsibility,
)
from safeguarding.accounts.models import School
from safeguarding.keys import uuid7

from . import bulk
from .held import listed_contacts
from .unseen import adults_at, homes_at

Row = dict[str, Any]
WITHHELD = "The school’s own system withholds the address."


@transaction.atomic
def register_children(*, school: School, children: Sequence[NewChild], today: date) -> list[UUID]:
    """Put many children on the school's list at once; returns their keys in order. The caller records the event.

    Adults and addresses that the school has already are shared, not made twice. Locks the school's list until the
    transaction ends, so that no two children get one record number.
    """
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    first = _last_number(school) + 1
    keys = [uuid7() for _ in children]
    pairs = list(zip(keys, children, strict=True))
    of = {"school_id": school.pk}
    bulk.insert(Child, (of | _card(key, child, first + n) for n, (key, child) in enumerate(pairs)))
    bulk.insert(
        ChildDetail,
        (of | {"child_id": key, "address_confidential": child.withheld} | child.details for key, child in pairs),
    )
    withhold(school.pk, [key for key, child in pairs if child.withheld], today)
    bulk.insert(Enrolment, (of | {"child_id": key} | _enrolment(child) for key, child in pairs))
    bulk.insert(ClassEpisode, (of | row for row in _classes(pairs, today)))
    bulk.insert(OtherName, (of | row for row in _each(pairs, "called", ("kind", "forename", "surname"))))
    bulk.insert(EarlierSchool, (of | row for row in _each(pairs, "earlier", _EARLIER)))
    bulk.insert(
        FormerUpn,
        (of | {"child_id": key, "upn": upn, "until": today} for key, child in pairs for upn in child.former_upns),
    )
    homes = ensure_households(school, (home for _, child in pairs for home in child.homes))
    bulk.insert(HouseholdMember, (of | row for row in _memberships(pairs, homes)))
    write_adults(school, [(key, child.adults, child.homes) for key, child in pairs], homes)
    return keys


def withhold(school_id: UUID, children: Iterable[UUID], today: date) -> None:
    """The school's own system does not tell where these children live. Whoever calls says so in their details."""
    said = {"school_id": school_id, "reason": WITHHELD, "starts_on": today}
    bulk.insert(ConfidentialAddress, (said | {"child_id": key} for key in children))


def _last_number(school: School) -> int:
    """Of every record of the school, those hidden from whoever asks and those that have become part of another among
    them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(rules.last_number_at(%s), 1000)", [school.pk])
        [last] = cursor.fetchone()
    return int(last)


def ensure_households(school: School, homes: Iterable[Home]) -> dict[str, UUID]:
    """The key of each address at the school, by its identity; those the school has not are made."""
    wanted = {home.identity: home for home in homes}
    have = homes_at(school.pk, wanted) if wanted else {}
    missing = {identity: uuid7() for identity in wanted if identity not in have}
    bulk.insert(
        Household,
        (
            {"id": key, "school_id": school.pk, "identity": identity, **_address(wanted[identity])}
            for identity, key in missing.items()
        ),
    )
    return have | missing


def write_adults(
    school: School,
    families: Sequence[tuple[UUID, Sequence[Adult], Sequence[Home]]],
    homes: dict[str, UUID],
) -> None:
    """Link adults to children, with their responsibility. One adult in several families is made once."""
    adults = [
        (child_id, adult, homes[lived_in[adult.home].identity] if adult.home is not None else None)
        for child_id, of_child, lived_in in families
        for adult in of_child
    ]
    contacts = _ensure_contacts(school, adults)
    of = {"school_id": school.pk}
    linked = [(child_id, adult, contacts[_adult_key(child_id, adult)]) for child_id, adult, _ in adults]
    bulk.insert(
        ContactLink,
        (
            of | {"child_id": child_id, "contact_id": contact_id} | _link(adult)
            for (child_id, contact_id), adult in {(c, k): a for c, a, k in reversed(linked)}.items()
        ),
    )
    bulk.insert(
        ParentalResponsibility,
        (
            of | {"child_id": child_id, "contact_id": contact_id} | _responsibility(adult)
            for (child_id, contact_id), adult in {
                (c, k): a for c, a, k in reversed(linked) if a.responsibility is not None
            }.items()
        ),
    )


# --- how each part of a new child becomes a row

_EARLIER = ("name", "local_authority", "establishment", "entered_on", "left_on")


def _card(key: UUID, child: NewChild, number: int) -> Row:
    texts = child.names()
    return {
        "id": key,
        "number": number,
        "forename": child.forename,
        "surname": child.surname,
        "known_forename": child.known_forename,
        "known_surname": child.known_surname,
        "year_group": child.year_group,
        "class_name": child.class_name,
        "entered_on": child.entered_on,
        "left_on": child.leaving and child.leaving.on,
        "sort_name": names.sort_key(child.forename, child.surname),
        "search_text": names.searchable(texts),
        "name_sounds": names.sounds(*texts),
    }


def _enrolment(child: NewChild) -> Row:
    row: Row = {"entered_on": child.entered_on}
    if (left := child.leaving) is not None:
        row |= {
            "left_on": left.on,
            "leaving_reason": left.reason,
            "destination": left.destination,
            "destination_authority": left.destination_authority,
            "destination_establishment": left.destination_establishment,
            "destination_confirmed": left.destination_confirmed,
        }
    return row


def _classes(pairs: Sequence[tuple[UUID, NewChild]], today: date) -> Iterator[Row]:
    """Since when a child has been in its class nobody says, unless it has only just come."""
    for key, child in pairs:
        if child.class_name or child.year_group is not None:
            yield {
                "child_id": key,
                "year_group": child.year_group,
                "class_name": child.class_name,
                "starts_on": child.entered_on if child.entered_on and child.entered_on >= today else None,
                "ends_on": child.leaving and child.leaving.on,
            }


def _each(pairs: Sequence[tuple[UUID, NewChild]], what: str, fields: Sequence[str]) -> Iterator[Row]:
    for key, child in pairs:
        for entry in getattr(child, what):
            yield {"child_id": key} | {name: getattr(entry, name) for name in fields}


def _address(home: Home) -> Row:
    return {"address": home.address, "town": home.town, "county": home.county, "postcode": home.postcode}


def _memberships(pairs: Sequence[tuple[UUID, NewChild]], homes: dict[str, UUID]) -> Iterator[Row]:
    for key, child in pairs:
        for home in child.homes[:1]:
            yield {
                "child_id": key,
                "household_id": homes[home.identity],
                "ends_on": child.leaving and child.leaving.on,
            }


def _adult_key(child_id: UUID, adult: Adult) -> str:
    """By what an adult is one adult: the identity, or within the family alone where there is no way to tell."""
    return adult.identity or f"{child_id}|{adult.key}"


def _ensure_contacts(school: School, adults: Sequence[tuple[UUID, Adult, UUID | None]]) -> dict[str, UUID]:
    wanted = {_adult_key(child_id, adult): (adult, home) for child_id, adult, home in reversed(adults)}
    named = [adult.identity for adult, _ in wanted.values() if adult.identity]
    have = adults_at(school.pk, named) if named else {}
    if listed := listed_contacts(school.pk) if set(named) - have.keys() else {}:
        have |= {key: listed[key] for key in set(named) - have.keys() if key in listed}
    missing = {key: uuid7() for key in wanted if key not in have}
    bulk.insert(
        Contact,
        (
            {
                "id": missing[key],
                "school_id": school.pk,
                "household_id": home,
                "identity": adult.identity,
                **{name: getattr(adult, name) for name in _CONTACT},
            }
            for key, (adult, home) in wanted.items()
            if key in missing
        ),
    )
    return have | missing


_CONTACT = ("title", "forename", "surname", "organisation", "mobile", "telephone", "email")


def _link(adult: Adult) -> Row:
    return {
        "relationship": adult.relationship,
        "order": adult.order,
        "is_emergency": adult.is_emergency,
        "delegated_authority": adult.delegated_authority,
    }


def _responsibility(adult: Adult) -> Row:
    return {
        "held": adult.responsibility,
        "basis": adult.basis,
        "told_by": adult.told_by,
        "evidence": adult.evidence,
    }
