"""What do people at a meeting about a child need on two pages? Who is who, what happened, what the child said.

Gathered anew whenever it is shown or printed, from what its reader may see. What does not fit on two pages is counted
on them; `SIZES` says in which order things give way. Other children are named as "another child (Year 5)"; the adults
of the child, staff and professionals by name.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from children.before_acting import Line, in_secret_home, lines_around, without_homes
from children.models import Child
from children.names.instead import LeftOut
from children.own_adults import own_adults
from children.people import Person, around, family, siblings
from children.social_workers import is_social_worker
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services.classes import who_teaches
from safeguarding.accounts.titles import Titles
from safeguarding.audit.reading import visible
from safeguarding.http import Request

from . import chronology
from .chronology import Entry, Marked, Narrowed
from .left_out import children_left_out
from .models import Account, Brief, ConcernChild, Meeting
from .services.apart import named_beside
from .told import told_of

DAYS = 90
# More than two pages ever hold.
MOST_EVENTS = 40
OFFERED, TICKED = 20, 3
# Of what must be known before anybody acts, as much as two pages hold with everything else.
WARNINGS = 5


@dataclass(frozen=True)
class Said:
    """The child's own words from one account: who wrote them down and when, and the concern that they are from."""

    account: UUID
    concern_id: UUID
    reference: str
    text: str
    cite: str
    on: date
    ticked: bool


@dataclass(frozen=True)
class Block:
    """What an app above adds to the two pages: lines, each a name and what is known of it, the first ones first.

    `names_social_worker`: it names the newest, and the one of the school's own system is left out. `in_sentences`: what
    is known of each was written in sentences, of which more stands where there is room. `is_of_adults`: each line is
    about one adult, by key, and no child is looked for in it.
    """

    title: str
    lines: list[tuple[str, str]]
    where: str = "the record"
    names_social_worker: bool = False
    in_sentences: bool = False
    is_of_adults: bool = False


# What an app has of a child for a meeting, as far as the reader sees it.
_blocks: list[Callable[[Request, Child, date], list[Block]]] = []


# Of which entries of the chronology people at a meeting are told, whether or not somebody marked them: those that
# happened between two moments.
Told = Callable[[Request, Child, datetime, datetime], list[Marked]]
_told: list[Told] = []


def add_blocks(gathering: Callable[[Request, Child, date], list[Block]]) -> None:
    """Let an app above add blocks to the two pages. Called when the apps are ready."""
    _blocks.append(gathering)


def tell_of(told: Told) -> None:
    """Let an app above say of which of its entries the two pages tell in any case. Called when the apps are ready."""
    _told.append(told)


@dataclass(frozen=True)
class Gathered:
    """Everything that is there for the two pages, before any of it gives way."""

    adults: list[Person]
    warnings: list[Line]
    staff: list[tuple[User, str]]
    siblings: list[str]
    events: list[Entry]
    events_in_all: int
    # Entries of these days that are neither marked nor told of in any case.
    other_entries: int
    said: list[Said]
    blocks: list[Block]
    out: LeftOut

    @property
    def responsible(self) -> list[Person]:
        """Who has parental responsibility, as far as somebody said."""
        return [one for one in self.adults if one.responsibility and one.responsibility.held]


@dataclass(frozen=True)
class Size:
    """How much of each stands on paper: rows of adults, events, words of the child, characters of each of the last two,
    and lines of each block.
    """

    adults: int
    events: int
    said: int
    sentence: int
    words: int
    lines: int


# The first that fits on two pages. The last always does: names, and three full boxes.
SIZES = (
    Size(12, 40, 6, 220, 900, 12),
    Size(10, 16, 4, 220, 600, 8),
    Size(8, 10, 3, 160, 450, 6),
    Size(8, 6, 2, 120, 300, 5),
    Size(6, 4, 1, 100, 240, 4),
    Size(4, 2, 1, 80, 120, 3),
    Size(3, 0, 0, 80, 0, 2),
)


def gather(request: Request, child: Child, brief: Brief | None, *, at: datetime) -> Gathered:
    """What there is for a meeting about the child, as far as the reader sees it. The caller records the reading."""
    today = timezone.localdate(at)
    known, kin = around(request, child, today=today), siblings(request, child)
    secret = in_secret_home(request, child)
    lines = lines_around(child, known, in_secret_home=secret)
    titles = Titles(child.school_id)
    days = Narrowed(since=today - timedelta(days=DAYS), until=today)
    beside = _told_in_any_case(request, child, days, at)
    marked = replace(days, significant=True)
    found = chronology.read(request, child, marked, size=MOST_EVENTS, titles=titles, beside=beside)
    blocks = [block for gathering in _blocks for block in gathering(request, child, today)]
    is_named = any(block.names_social_worker for block in blocks)
    return Gathered(
        adults=[one for one in known.adults if not (is_named and is_social_worker(one.link))],
        warnings=without_homes(lines),
        staff=_staff(child, titles, today),
        siblings=[_sibling(other, how) for other, how in kin],
        events=found.entries,
        events_in_all=found.total,
        other_entries=chronology.number_of(request, [child], days) - found.total,
        said=_said(request, child, brief, titles, today),
        blocks=blocks,
        out=children_left_out(_others(request, child), but=child, adults=own_adults(request, child)),
    )


def _told_in_any_case(request: Request, child: Child, days: Narrowed, at: datetime) -> set[Marked]:
    """Conferences and strategy discussions that were held, and what apps above tell of."""
    since = days.begins or at
    return set(_met(request, child, since, at)).union(*(told(request, child, since, at) for told in _told))


def _met(request: Request, child: Child, since: datetime, at: datetime) -> list[Marked]:
    kinds = (Meeting.Kind.STRATEGY, Meeting.Kind.CONFERENCE)
    rows = visible(request, Meeting).filter(concern__in=told_of(request, child), kind__in=kinds)
    held = rows.filter(held_at__gte=since, held_at__lte=at).exclude(state=Meeting.State.CALLED_OFF)
    return [("meetings", key) for key in held.values_list("pk", flat=True)]


def _sibling(other: Child, how: str) -> str:
    """A brother or sister as paper says it: what they are called and the year, never a name."""
    return f"{how[:1].lower()}{how[1:]}, {'has left the school' if other.left_on else other.year or 'year not known'}"


def _staff(child: Child, titles: Titles, today: date) -> list[tuple[User, str]]:
    """Whom to ring at the school: who teaches the child, and who takes calls as safeguarding leads do."""
    teachers = who_teaches(child.school_id, child.class_name, on=today)
    leads = list(people_with(Capability.RECEIVE_CALLS, child.school_id, today))
    return [(person, titles.role(person, today)) for person in [*leads, *teachers]]


def _said(request: Request, child: Child, brief: Brief | None, titles: Titles, today: date) -> list[Said]:
    """The newest accounts of worries about the child that hold words of the child."""
    worried = visible(request, ConcernChild).filter(child=child, role=ConcernChild.Role.WORRIED_ABOUT)
    rows = (
        visible(request, Account)
        .filter(concern__in=worried.filter(concern__in=told_of(request, child)).values("concern"))
        .exclude(child_words="")
        .select_related("author", "concern")
        .order_by("-recorded_at", "-pk")[:OFFERED]
    )
    since = today - timedelta(days=DAYS)
    found: list[Said] = []
    for account in rows:
        on = account.observed_on or timezone.localdate(account.recorded_at)
        recent = on >= since and sum(one.ticked for one in found) < TICKED
        found.append(
            Said(
                account=account.pk,
                concern_id=account.concern_id,
                reference=account.concern.reference,
                text=account.child_words,
                cite=f"Written down by {titles.signed(account.author, account.recorded_at)}",
                on=on,
                ticked=account.pk in brief.words if brief else recent,
            )
        )
    return found


def _others(request: Request, child: Child) -> list[Child]:
    """The other children whom concerns of this child name, and those of the family: their names stand on no such
    paper.
    """
    keys = named_beside(told_of(request, child), child) | family(request, child)
    return list(visible(request, Child).filter(pk__in=keys).exclude(pk=child.pk)) if keys else []


def on_paper(found: Gathered, brief: Brief | None, size: Size) -> dict[str, Any]:
    """What of it stands on the two pages at this size, and how much more there is of each.

    Names of others are left out.
    """
    said = [one for one in found.said if one.ticked]
    return {
        "adults": found.adults[: size.adults],
        "more_adults": max(len(found.adults) - size.adults, 0),
        "events": [_short(entry, found.out, size.sentence) for entry in found.events[: size.events]],
        "more_events": max(found.events_in_all - size.events, 0),
        "other_entries": found.other_entries,
        "said": [replace(one, text=_cut(found.out(one.text), size.words)) for one in said[: size.said]],
        "more_said": max(len(said) - size.said, 0),
        "blocks": [_block(block, found.out, size) for block in found.blocks],
        "warnings": [replace(line, words=_cut(found.out(line.words), 160)) for line in found.warnings[:WARNINGS]],
        "more_warnings": max(len(found.warnings) - WARNINGS, 0),
        "boxes": {name: found.out(getattr(brief, name)) if brief else "" for name in ("worries", "works", "asks")},
    }


def _block(block: Block, out: LeftOut, size: Size) -> dict[str, Any]:
    longest = max(160, size.words) if block.in_sentences else 160
    tell = str if block.is_of_adults else out
    lines = [(_cut(tell(name), 90), _cut(tell(said), longest)) for name, said in block.lines[: size.lines]]
    more = max(len(block.lines) - size.lines, 0)
    return {"title": block.title, "lines": lines, "more": more, "where": block.where}


def _short(entry: Entry, out: LeftOut, longest: int) -> tuple[Entry, str]:
    """An entry as a line, and why it matters."""
    why = _cut(out(entry.pin.analysis), 300) if entry.pin else ""
    return replace(entry, title=_cut(out(entry.title), 120), sentence=_cut(out(entry.sentence), longest)), why


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return f"{text[:longest].rsplit(' ', 1)[0]} … (cut: the whole is in the record)"


def sizes(found: Gathered, brief: Brief | None) -> Iterable[dict[str, Any]]:
    """The two pages at each size, the fullest first."""
    return (on_paper(found, brief, size) for size in SIZES)
