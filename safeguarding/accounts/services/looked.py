"""Who has looked at a record, and what was done at a school?

The events in words, for those who may read them. Read only.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet

from safeguarding.accounts.models import User
from safeguarding.accounts.roles import ROLES
from safeguarding.audit.models import Event, Outcome, Verb
from safeguarding.audit.page_lists import from_text, kept_apart
from safeguarding.audit.verbs import VERBS
from safeguarding.dates import full_moment, start_of
from safeguarding.spreadsheet import as_csv

# Why somebody was turned away: an event keeps the number of the answer (`middleware.py`).
_TURNED_AWAY = {
    "400": "what was sent could not be read",
    "403": "not theirs to do",
    "404": "nothing there, or not theirs to see",
    "405": "opened as no page",
    "408": "too slow to arrive",
    "409": "it had changed in between",
    "413": "too large",
    "422": "what was sent could not be read",
    "429": "too often",
    "500": "a fault of Harbour",
    "503": "a fault of Harbour",
    "csrf": "the page was too old",
}
# More than this is narrowed first.
MOST_EXPORTED = 20_000
HEADINGS = ("When", "Who", "Role", "What", "Of what", "How many", "Page", "Outcome", "From address")


@dataclass(frozen=True)
class Asked:
    """How the events are narrowed: who, what, how many days back, from when to when (both days count), of which child.

    None and "" narrow nothing. `in_passing`: with what a page fetched by itself, such as the photograph beside a name,
    and lists that had nothing in them.
    """

    person: UUID | None = None
    verb: str = ""
    days: int | None = None
    since: date | None = None
    until: date | None = None
    child: UUID | None = None
    in_passing: bool = True


@dataclass(frozen=True)
class Line:
    """An event in words. `of` is the kind of record, never which one by name."""

    at: datetime
    who: str
    role: str
    did: str
    of: str
    count: int | None
    page: str
    outcome: str
    address: str

    @property
    def is_refusal(self) -> bool:
        return self.outcome == Outcome.REFUSED


# Kinds of records that a page shows beside what somebody asked for.
_in_passing: set[str] = set()
Request = Any
# Which children somebody may narrow the log of a school by, as choices; and the keys of what events of one are about.
_children: list[Callable[[Request], list[tuple[str, str]]]] = []
_about_child: list[Callable[[Request, UUID], Collection[UUID]]] = []


def passes_by(what: str) -> None:
    """Leave the looks at a kind of record ("app.model") out until they are asked for: a page fetches them by itself."""
    _in_passing.add(what)


def narrow_by_child(children: Callable[[Request], list[tuple[str, str]]]) -> None:
    """Offer these children to those who may open their records."""
    _children.append(children)


def tell_about_child(keys: Callable[[Request, UUID], Collection[UUID]]) -> None:
    """Say which keys events of a child are about, as far as who asks may see them."""
    _about_child.append(keys)


def children_offered(request: Request) -> list[tuple[str, str]]:
    """Choices for the filter; none for who opens no child's record."""
    return [choice for offered in _children for choice in offered(request)]


def keys_of_child(request: Request, child: UUID) -> set[UUID]:
    """What events of a child are about."""
    return {key for keys in _about_child for key in keys(request, child)}


def events_about(keys: Collection[UUID], asked: Asked, *, today: date) -> QuerySet[Event]:
    """The events about these records, as asked for."""
    return _narrowed(Event.objects.filter(object_id__in=keys), asked, today)


def events_at(school_id: UUID, asked: Asked, *, today: date, about: Collection[UUID] | None = None) -> QuerySet[Event]:
    """Everything that was done at a school, as asked for; only what is `about` these keys, where some are given."""
    events = Event.objects.filter(school_id=school_id)
    if about is not None:
        events = events.filter(object_id__in=about)
    # Who looks at these stands on their own pages, for their readers alone.
    for prefix in kept_apart():
        events = events.exclude(object_type__startswith=prefix)
    return _narrowed(events, asked, today)


def _narrowed(events: QuerySet[Event], asked: Asked, today: date) -> QuerySet[Event]:
    if asked.person:
        events = events.filter(actor_id=asked.person)
    if asked.verb:
        events = events.filter(verb=asked.verb)
    if asked.days:
        events = events.filter(at__gte=start_of(today - timedelta(days=asked.days)))
    if asked.since:
        events = events.filter(at__gte=start_of(asked.since))
    if asked.until:
        events = events.filter(at__lt=start_of(asked.until + timedelta(days=1)))
    if not asked.in_passing:
        events = events.exclude(verb=Verb.LIST, count=0)
        events = events.exclude(verb__in=(Verb.VIEW, Verb.LIST), object_type__in=_in_passing)
    return events


def in_words(
    events: Iterable[Event], did: Mapping[str, str] = MappingProxyType({}), *, in_passing: bool = True
) -> list[Line]:
    """Events as a page or a file shows them: one query for all people. `did` holds the verbs that are said otherwise of
    these records, `in_passing` is that of `Asked`. At most `MOST_EXPORTED` lines.
    """
    events = list(events)
    people: Mapping[UUID, User] = User.objects.in_bulk({event.actor_id for event in events if event.actor_id})
    lines = (line for event in events for line in _lines(event, people, did, in_passing))
    return list(islice(lines, MOST_EXPORTED))


def _lines(event: Event, people: Mapping[UUID, User], did: Mapping[str, str], in_passing: bool) -> list[Line]:
    """One line for an event; of a page with lists one for each list, as if it were an event of its own."""
    line = _line(event, people, did)
    if not event.shown:
        return [line]
    return [
        replace(line, of=_kind(one.kind), count=one.number, page=one.purpose)
        for one in from_text(event.shown)
        if in_passing or (one.number and one.kind not in _in_passing)
    ]


def _line(event: Event, people: Mapping[UUID, User], did: Mapping[str, str]) -> Line:
    person = people.get(event.actor_id) if event.actor_id else None
    return Line(
        at=event.at,
        who=person.full_name if person else "Harbour itself" if event.actor_id is None else "Somebody unknown",
        role=ROLES[event.acting_role].title if event.acting_role in ROLES else "",
        did=did.get(event.verb) or VERBS.words(event.verb),
        of=_kind(event.object_type),
        count=event.count,
        page=_page(event),
        outcome=event.outcome,
        address=event.source_address or "",
    )


def _page(event: Event) -> str:
    """Which page or part it was; where somebody was turned away or met an error, why."""
    if event.verb in (Verb.DENY, Verb.ERROR):
        return _TURNED_AWAY.get(event.purpose, event.purpose)
    return event.purpose


def _kind(object_type: str) -> str:
    """What a kind of record is called: events name it by app and model."""
    app, _, name = object_type.rpartition(".")
    try:
        return str(apps.get_model(app, name)._meta.verbose_name)
    except LookupError:
        return name


def people_in(keys: Collection[UUID]) -> list[tuple[str, str]]:
    """Who has ever done something with these records: choices for the filter, by name."""
    actors = Event.objects.filter(object_id__in=keys, actor_id__isnull=False).values("actor_id").distinct()
    people = User.objects.filter(pk__in=actors).order_by("last_name", "first_name")
    return [(str(person.pk), person.full_name) for person in people]


def as_file(lines: Sequence[Line]) -> bytes:
    """The events as CSV, in the order of the page. No cell is run as a formula."""
    return as_csv(
        HEADINGS,
        ((full_moment(x.at), x.who, x.role, x.did, x.of, x.count, x.page, x.outcome, x.address) for x in lines),
    )
