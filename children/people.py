"""Who is around a child, and where does the child live? What the page "People" shows, from what its reader may see."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from safeguarding.audit.by_keys import Asked, Asks, ByKeys
from safeguarding.audit.reading import visible

from . import names
from .models import (
    BY_NAME,
    Child,
    ChildMerge,
    ChildUpdate,
    ClassEpisode,
    ConfidentialAddress,
    Contact,
    ContactLink,
    ContactRestriction,
    EarlierSchool,
    Enrolment,
    FormerUpn,
    HealthNote,
    Household,
    HouseholdMember,
    OtherName,
    ParentalResponsibility,
    Sibling,
)
from .secret import HOME_IS_SECRET
from .together import together

_M = ChildMerge.Status


@dataclass(slots=True)
class Person:
    """An adult on the page: what the adult is to the child, who decides, and what binds them today."""

    contact: Contact
    link: ContactLink
    # What stands, and where nothing does, what ended or was corrected last.
    responsibility: ParentalResponsibility | None = None
    was: ParentalResponsibility | None = None
    orders: list[ContactRestriction] = field(default_factory=list)
    # Whether the adult lives in a home of the child that the page shows.
    lives_here: bool = False

    @property
    def named(self) -> str:
        """Kerry Ashdown, Mother."""
        return ", ".join(filter(None, (self.contact.full_name, self.link.relationship)))


@dataclass(slots=True)
class Around:
    """Everything on the page that is about others, or about where the child has been."""

    adults: list[Person]
    # Those that bind first; those that were corrected only where they are asked for (`context.with_errors`).
    orders: list[ContactRestriction]
    # Why the address is or was confidential, the newest first.
    addresses: list[ConfidentialAddress]
    other_names: list[OtherName]
    former_upns: list[FormerUpn]
    enrolments: list[Enrolment]
    classes: list[ClassEpisode]
    earlier_schools: list[EarlierSchool]
    # Links to brothers and sisters, as somebody said.
    links: list[Sibling]
    # What other records have become part of this one, and the question whether one is of the same child.
    merges: list[ChildMerge]
    # Adults of the record whom the reader does not see, and homes: of a child who is hidden from the reader, too.
    unseen_adults: list[ContactLink]
    unseen_homes: list[HouseholdMember]

    @property
    def orders_in_force(self) -> list[ContactRestriction]:
        return [order for order in self.orders if order.binds]


def around(request: Asks, child: Child, *, today: date) -> Around:
    """What is known around the child, of the rows that the reader may see."""
    see: Callable[[type[Model]], QuerySet[Any]] = partial(visible, request)
    adults = people_of(request, child)
    for said in see(ParentalResponsibility).filter(child=child).order_by("ends_on", "pk"):
        about = adults.get(said.contact_id)
        if about is not None and said.ends_on is None:
            about.responsibility = said
        elif about is not None:
            about.was = said
    orders = orders_about(request, child, known={key: person.contact for key, person in adults.items()})
    for order in orders:
        order.binds = order.in_force(today)
        if order.binds and order.contact_id in adults:
            adults[order.contact_id].orders.append(order)
    return Around(
        adults=list(adults.values()),
        addresses=_addresses(request, child, today),
        orders=sorted(orders, key=lambda order: not order.binds),
        **together(
            request,
            child,
            other_names=see(OtherName).filter(child=child, corrected_at=None).order_by("added_at", "pk"),
            former_upns=see(FormerUpn).filter(child=child).order_by("until", "pk"),
            enrolments=see(Enrolment).filter(child=child, corrected_at=None).order_by("-entered_on", "pk"),
            classes=see(ClassEpisode).filter(child=child, corrected_at=None).order_by("-starts_on", "-ends_on", "pk"),
            earlier_schools=see(EarlierSchool).filter(child=child, corrected_at=None).order_by("-entered_on", "pk"),
            links=_links(request, child).order_by("pk"),
            merges=see(ChildMerge)
            .filter(Q(keep=child, status=_M.MERGED) | Q(status=_M.ASKED) & (Q(keep=child) | Q(other=child)))
            .order_by("-decided_at", "pk"),
            unseen_adults=see(ContactLink).filter(child=child, ends_on=None).exclude(contact__in=see(Contact)),
            unseen_homes=see(HouseholdMember).filter(child=child, ends_on=None).exclude(household__in=see(Household)),
        ),
    )


def _addresses(request: Asks, child: Child, today: date) -> list[ConfidentialAddress]:
    found = list(visible(request, ConfidentialAddress).filter(child=child).order_by("-starts_on", "-pk"))
    for one in found:
        one.binds = one.in_force(today)
    return found


def people_of(request: Asks, child: Child, also: Contact | None = None) -> dict[UUID, Person]:
    """The adults of the child by their key, in the order in which they are rung; `also` an adult who was one before."""
    links = visible(request, ContactLink).filter(child=child, contact__in=visible(request, Contact))
    links = links.filter(Q(ends_on=None) | Q(contact=also)) if also else links.filter(ends_on=None)
    rows = links.select_related("contact").order_by("order", "pk")
    return {link.contact_id: Person(link.contact, link) for link in rows}


_orders = ByKeys(
    lambda asked: visible(asked, ContactRestriction).filter(asked.of("child_id")).order_by("-starts_on", "pk")
)
_adults = ByKeys(lambda asked: visible(asked, Contact).filter(asked.of()))


def orders_about(
    request: Asks, *children: Child, known: Mapping[UUID, Contact] | None = None
) -> list[ContactRestriction]:
    """Orders and agreements about children, the newest first. The adult is None where one is not named, or not to be
    seen by the reader; `known` are adults whom the reader sees, by their key.
    """
    whose = {child.pk: child for child in children}
    found = _orders(request, whose)
    adults = dict(known or {})
    missing = {order.contact_id for order in found if order.contact_id} - adults.keys()
    adults |= {adult.pk: adult for adult in _adults(request, missing)}
    for order in found:
        order.child = whose[order.child_id]
        order.contact = adults.get(order.contact_id)  # type: ignore[arg-type]
    return found


def homes(request: Asks, child: Child) -> QuerySet[HouseholdMember]:
    """Where the child lives, the address of the register first."""
    found = _lived_in(request, child).filter(ends_on=None)
    return found.order_by("-is_main", "pk")


def _lived_in(request: Asks, child: Child) -> QuerySet[HouseholdMember]:
    found = visible(request, HouseholdMember).filter(child=child, household__in=visible(request, Household))
    return found.select_related("household")


def health(request: Asks, child: Child) -> list[HealthNote]:
    """What is to be known about the child's health today."""
    return list(visible(request, HealthNote).filter(child=child, ends_on=None).order_by("starts_on", "pk"))


@dataclass(slots=True)
class Past:
    """What was true of a child until a day, what never was, and each change by hand, the newest first."""

    adults: list[ContactLink]
    homes: list[HouseholdMember]
    names: list[OtherName]
    siblings: list[tuple[Sibling, Child]]
    health: list[HealthNote]
    # Orders, confidential addresses and responsibilities, each with the adult where the reader sees one.
    safeguards: list[Any]
    earlier: list[EarlierSchool]
    times: list[Enrolment]
    classes: list[ClassEpisode]
    updates: list[ChildUpdate]

    @property
    def has_any(self) -> bool:
        """Whether anything is over or was corrected."""
        return any(getattr(self, each.name) for each in fields(self) if each.name != "updates")


# More changes by hand than anybody makes on one record; the history of fields has them all.
MOST_UPDATES = 200


def _past_safeguards(request: Asks, child: Child, today: date) -> list[Any]:
    """What protected the child and is over, and what was corrected, the newest first: what was corrected only where it
    is asked for (`context.with_errors`).
    """
    said: list[Any] = list(visible(request, ParentalResponsibility).filter(child=child).order_by("pk"))
    said += _orders(request, [child.pk])
    adults = {adult.pk: adult for adult in _adults(request, {one.contact_id for one in said} - {None})}
    for one in said:
        one.child, one.contact = child, adults.get(one.contact_id)
    every = [*said, *_addresses(request, child, today)]
    last = today + timedelta(days=1)
    over = [
        one for one in every if one.corrected_at or (one.ends_on and one.ends_on < (last if one.ended_at else today))
    ]
    return sorted(over, key=lambda one: (one.corrected_at or one.ended_at or one.recorded_at, one.pk), reverse=True)


def past(request: Asks, child: Child, *, with_homes: bool, today: date) -> Past:
    """What has ended and what was corrected, of the rows that the reader may see. `with_homes`: addresses are shown,
    but none in which somebody lives whose address is confidential.
    """
    see: Callable[[type[Model]], QuerySet[Any]] = partial(visible, request)
    links = see(ContactLink).filter(child=child, contact__in=see(Contact)).select_related("contact")
    # Who is on the record again needs nobody to put them back.
    now = ContactLink.objects.filter(child=child, ends_on=None, contact=OuterRef("contact"))
    adults = list(links.annotate(is_back=Exists(now)).order_by("-ends_on", "pk"))
    lived_in = _lived_in(request, child).filter(~HOME_IS_SECRET).order_by("-ends_on", "pk") if with_homes else []
    stays = list(lived_in)
    pairs = see(Sibling).filter(Q(first=child) | Q(second=child), ends_on__isnull=False)
    updates = see(ChildUpdate).filter(child=child).select_related("made_by").order_by("-made_at", "-pk")
    return Past(
        adults=[link for link in adults if link.ends_on],
        homes=[stay for stay in stays if stay.ends_on],
        siblings=[
            (pair, pair.second if pair.first_id == child.pk else pair.first)
            for pair in pairs.select_related("first", "second").order_by("-ends_on", "pk")
        ],
        safeguards=_past_safeguards(request, child, today),
        health=list(see(HealthNote).filter(child=child, ends_on__isnull=False).order_by("-ends_on", "pk")),
        updates=_told_of(updates[:MOST_UPDATES], adults, stays),
        **together(
            request,
            child,
            names=see(OtherName).filter(child=child, corrected_at__isnull=False).order_by("-corrected_at", "pk"),
            earlier=see(EarlierSchool).filter(child=child, corrected_at__isnull=False).order_by("-entered_on", "pk"),
            times=see(Enrolment).filter(child=child, corrected_at__isnull=False).order_by("-entered_on", "pk"),
            classes=see(ClassEpisode).filter(child=child, corrected_at__isnull=False).order_by("-starts_on", "pk"),
        ),
    )


def _told_of(
    found: Iterable[ChildUpdate], adults: Iterable[ContactLink], homes: Iterable[HouseholdMember]
) -> list[ChildUpdate]:
    """The changes, each with whom or what it is `about` and, in `before`, what it was. Of an adult or a home that the
    reader does not see, and that is not among these, neither.
    """
    updates = list(found)
    shown = {"adult": {link.pk: link.contact.full_name for link in adults}, "home": {stay.pk: "" for stay in homes}}
    for one in updates:
        of_part = shown.get(one.part)
        is_shown = of_part is None or one.row_key in of_part
        one.about = of_part.get(one.row_key, "") if of_part and one.row_key else ""  # type: ignore[attr-defined]
        one.before = one.was if is_shown else ""  # type: ignore[attr-defined]
    return updates


def _sharing_a_parent(asks: Asks, child: Q) -> QuerySet[ParentalResponsibility]:
    """Who is responsible for other children, and for this one; `child` is which."""
    held = visible(asks, ParentalResponsibility).filter(held=True, ends_on=None)
    parents = held.filter(child, contact__organisation="").values("contact_id")
    return held.filter(contact__in=parents).exclude(child)


def _links(asks: Asks, child: Child) -> QuerySet[Sibling]:
    """What somebody said of brothers and sisters."""
    return visible(asks, Sibling).filter(Q(first=child) | Q(second=child), ends_on=None)


def _related(asked: Asked) -> QuerySet[Any]:
    """The keys of brothers and sisters, and of whoever lives in a home of the child."""
    said = visible(asked, Sibling).filter(ends_on=None)
    living = visible(asked, HouseholdMember).filter(ends_on=None)
    homes_of_child = living.filter(asked.of("child_id")).values("household_id")
    return (
        said.filter(asked.of("first_id"))
        .values_list("second_id", flat=True)
        .union(
            said.filter(asked.of("second_id")).values_list("first_id", flat=True),
            _sharing_a_parent(asked, asked.of("child_id")).values_list("child_id", flat=True),
            living.filter(household__in=homes_of_child).values_list("child_id", flat=True),
        )
    )


_kin = ByKeys(_related)


def siblings(request: Asks, child: Child) -> list[tuple[Child, str]]:
    """Brothers and sisters at the school with what they are called: as somebody said, or by a parent in common."""
    return [(other, how) for other, how, _ in siblings_linked(request, child)]


def siblings_linked(
    request: Asks, child: Child, links: Iterable[Sibling] | None = None
) -> list[tuple[Child, str, UUID | None]]:
    """The same, each with the key of what somebody said; None where a parent in common says it alone. `links` where the
    page has read them.
    """
    said = {
        link.second_id if link.first_id == child.pk else link.first_id: link
        for link in (_links(request, child) if links is None else links)
    }
    sharing = _sharing_a_parent(request, Q(child=child)).values("child_id")
    others = visible(request, Child).filter(Q(pk__in=said) | Q(pk__in=sharing))
    found = [
        (other, link.relationship, link.pk) if (link := said.get(other.pk)) else (other, "Shares a parent", None)
        for other in others
    ]
    return sorted(found, key=lambda one: (-(one[0].year_group or 0), names.fold(one[0].forename), one[0].pk))


@dataclass(slots=True)
class Beside:
    """Another child who lives in a home of a child, or shares adults with it, whose keys these are."""

    child: Child
    in_home: bool
    adults: set[UUID]
    # Whether its own record says that its address is confidential.
    is_confidential: bool = False

    @property
    def named(self) -> str:
        """Ben Ashdown, Year 3: lives in the same home."""
        about = "left the school" if self.child.left_on else self.child.year
        how = "lives in the same home" if self.in_home else "has an adult in common, lives elsewhere"
        return f"{', '.join(filter(None, (self.child.full_name, about)))}: {how}"


def beside(request: Asks, child: Child) -> dict[UUID, Beside]:
    """The other children who live in a home of the child or share an adult, by their key: as far as the reader sees
    it. A professional is nobody whom a family shares.
    """
    see: Callable[[type[Model]], QuerySet[Any]] = partial(visible, request)
    living = see(HouseholdMember).filter(ends_on=None)
    there = living.filter(household__in=living.filter(child=child).values("household"))
    in_home = set(there.values_list("child_id", flat=True)) - {child.pk}
    links = see(ContactLink).filter(ends_on=None, contact__in=see(Contact).filter(organisation=""))
    adults: dict[UUID, set[UUID]] = {}
    of_child = links.filter(child=child).values("contact")
    for other, adult in links.filter(contact__in=of_child).exclude(child=child).values_list("child_id", "contact_id"):
        adults.setdefault(other, set()).add(adult)
    said = see(ConfidentialAddress).filter(child=OuterRef("pk"), ended_at=None, corrected_at=None)
    found = see(Child).filter(pk__in=in_home | adults.keys()).order_by(*BY_NAME).annotate(is_confidential=Exists(said))
    return {one.pk: Beside(one, one.pk in in_home, adults.get(one.pk, set()), one.is_confidential) for one in found}


_MOST_SHARING = 20


def sharing_an_adult(request: Asks, child: Child) -> list[tuple[Child, str]]:
    """Children of whom nobody has said that they are brothers or sisters, and who have an adult in common with this
    child, each with that adult. Not one of an organisation, such as a social worker.
    """
    links = visible(request, ContactLink).filter(ends_on=None, contact__in=visible(request, Contact))
    own = links.filter(child=child, contact__organisation="").values("contact_id")
    said = _links(request, child).values_list("first_id", "second_id")
    linked = {key for pair in said for key in pair} | {child.pk}
    rows = links.filter(contact__in=own, child__in=visible(request, Child)).exclude(child__in=linked)
    found: dict[UUID, tuple[Child, str]] = {}
    for link in rows.select_related("child", "contact").order_by("child_id", "order", "pk"):
        found.setdefault(link.child_id, (link.child, Person(link.contact, link).named))
    return sorted(found.values(), key=lambda one: (names.fold(one[0].forename), one[0].pk))[:_MOST_SHARING]


def family(request: Asks, child: Child) -> set[UUID]:
    """Keys of the children who are brothers or sisters, or who live in a home of the child: as far as the reader sees
    it.
    """
    return set(_kin(request, [child.pk])) - {child.pk}
