"""What happened at a practice school in years?

Rows in the proportions of the demo school, made fast and in order of time.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from django.db import models

from safeguarding.accounts.calendar import LONDON
from safeguarding.concerns.models import (
    Account,
    Action,
    Amendment,
    BodyMapMark,
    Closing,
    Concern,
    ConcernChild,
    ConcernNote,
    Decision,
    ReferenceCounter,
    Subcategory,
)
from safeguarding.demo import source, words
from safeguarding.demo.copying import Values
from safeguarding.demo.days import Days
from safeguarding.demo.followed import OUTCOMES, RECEIPTS
from safeguarding.demo.written import HOW_KNOWN

Row = tuple[type[models.Model], Values]
_MORE_CHILDREN = (ConcernChild.Role.WITNESS, ConcernChild.Role.MAY_HAVE_CAUSED_HARM, ConcernChild.Role.MENTIONED)
_PLACES = [place.value for place in Account.Place]
_TWO, _THREE = 0.28, 0.06
_ADDED, _MARKED, _KEPT_OPEN = 0.07, 0.05, 0.05
# Younger than this a concern may be at any stage; older, it is closed or waits for a review.
_RECENT = timedelta(days=21)


@dataclass(frozen=True)
class Person:
    id: UUID
    role: str
    title: str
    forename: str
    surname: str


@dataclass(frozen=True)
class Place:
    """A practice school: its people, its children (key and name), its days."""

    school_id: UUID
    people: Sequence[Person]
    children: Sequence[tuple[UUID, str]]
    days: Days


class History:
    """The concerns of one school between two days."""

    def __init__(self, place: Place, first: date, last: date, chance: Random) -> None:
        self.place, self.chance = place, chance
        self.school = str(place.school_id)
        self.days = place.days.between(first, last - timedelta(days=1))
        self.now = datetime.combine(place.days.today, time(15, 59), LONDON)
        self.notes = source.vignettes()
        self.leads = [p for p in place.people if p.role in ("lead", "deputy_lead")]
        self.subcategories = {(s.category_id, s.name): str(s.pk) for s in Subcategory.objects.all()}
        self.numbers: dict[int, int] = defaultdict(int)

    def concerns(self, count: int) -> Iterator[list[Row]]:
        """The rows of `count` concerns, one list for each, oldest first."""
        moments = sorted(
            datetime.combine(self.chance.choice(self.days), time(8), LONDON)
            + timedelta(seconds=self.chance.randrange(8 * 3600))
            for _ in range(count)
        )
        for moment in moments:
            yield self._one(moment)

    def number_on(self) -> None:
        """The next concern of the school gets the next number."""
        ReferenceCounter.objects.bulk_create(
            ReferenceCounter(school_id=self.place.school_id, year=year, last=last)
            for year, last in self.numbers.items()
        )

    def _one(self, logged: datetime) -> list[Row]:
        chance, note = self.chance, self.chance.choice(self.notes)
        by, lead, key = chance.choice(self.place.people), chance.choice(self.leads), self._key(logged)
        named = self._named()
        who = words.Names(
            {
                "child": _two(named[0][1]),
                "other_child": _two(named[-1][1]),
                "sibling": _two(named[-1][1]),
                "parent": (f"{by.title} {named[0][1]}",) * 2,
                "staff": (f"{lead.title} {lead.surname}",) * 2,
            },
            {"class": "their class", "place": "the hall"},
        )
        rows = self._written(note, who, key, by, logged, named)
        opened = logged + timedelta(minutes=chance.randrange(3, 1200))
        decided = opened + timedelta(minutes=chance.randrange(10, 2000))
        closed = decided + timedelta(days=chance.randrange(3, 60))
        stage = self._stage(logged, opened, decided, closed)
        self.numbers[logged.year] += 1
        if stage > 1:
            reference = Concern(year=logged.year, number=self.numbers[logged.year]).reference
            rows += self._followed(note, who, key, reference, lead, decided)
        at, who_at = [_iso(m) for m in (opened, decided, closed)], str(lead.id)
        kind = Decision.Kind(note["decision"])
        receipt, outcome = RECEIPTS.get(kind, "action_taken"), OUTCOMES.get(kind, "social_care")
        why = words.CLOSING[kind][0]
        if stage > 2:
            rows.append((Closing, (self._key(closed), key, self.school, outcome, why, receipt, at[2], who_at)))
        concern: Values = (
            key,
            self.school,
            self._token(),
            logged.year,
            self.numbers[logged.year],
            ("new", "acknowledged", "decided", "closed")[stage],
            note["level"],
            note["category"],
            self.subcategories.get((note["category"], note["subcategory"])),
            note["title"] if stage > 1 else "",
            _iso(logged),
            str(by.id),
            _iso(logged),
            *((at[0], who_at) if stage > 0 else (None, None)),
            note["level"] if stage > 1 else None,
            *((at[1], who_at) if stage > 1 else (None, None)),
            (decided.date() + timedelta(days=42)).isoformat() if stage == 2 else None,
            receipt if stage > 1 else "",
            *((at[2], who_at, outcome, why) if stage > 2 else (None, None, "", "")),
            stage + 1,
        )
        return [(Concern, concern), *rows]

    def _stage(self, logged: datetime, opened: datetime, decided: datetime, closed: datetime) -> int:
        """How far it has come: 0 new, 1 read, 2 decided, 3 closed."""
        reached = sum(moment < self.now for moment in (opened, decided, closed))
        if reached == 3 and self.chance.random() < _KEPT_OPEN:
            return 2
        if self.now - logged < _RECENT and self.chance.random() < 0.3:
            return self.chance.randint(0, min(reached, 1))
        return reached

    def _named(self) -> list[tuple[UUID, str]]:
        """One to three children; a few children are named again and again."""
        children = self.place.children
        wanted = self.chance.random()
        count = 3 if wanted < _THREE else 2 if wanted < _TWO else 1
        return list(
            {
                key: (key, name)
                for key, name in (children[int(len(children) * self.chance.random() ** 1.5)] for _ in range(count))
            }.values()
        )

    def _written(
        self,
        note: source.Entry,
        who: words.Names,
        concern: str,
        by: Person,
        logged: datetime,
        named: list[tuple[UUID, str]],
    ) -> list[Row]:
        chance, at, author, account = self.chance, _iso(logged), str(by.id), self._key(logged)
        seen = logged - timedelta(minutes=chance.randrange(5, 90))
        rows: list[Row] = [
            (
                Account,
                (
                    account,
                    concern,
                    self.school,
                    author,
                    seen.date().isoformat(),
                    seen.strftime("%H:%M"),
                    chance.choice(_PLACES),
                    HOW_KNOWN[note["how"]],
                    who.fill(note["account"], full=True),
                    who.fill(note["child_words"]),
                    note["presentation"],
                    note["done_at_once"],
                    "lead" if note["told"] == "lead" else "nobody",
                    at,
                ),
            )
        ]
        for n, (child, _) in enumerate(named):
            role = "worried_about" if n == 0 else chance.choice(_MORE_CHILDREN)
            rows.append((ConcernChild, (self._key(logged), concern, self.school, str(child), role, at, author)))
        if chance.random() < _MARKED:
            mark = (self._key(logged), account, concern, self.school, author, chance.randint(1, 34), "Small round mark")
            rows.append((BodyMapMark, mark))
        if chance.random() < _ADDED:
            reason, text = chance.choice(words.ADDITIONS)
            later = logged + timedelta(hours=chance.randrange(1, 30))
            added = (
                self._key(later),
                account,
                concern,
                self.school,
                author,
                self._token(),
                who.fill(text),
                reason,
                _iso(later),
            )
            rows.append((Amendment, added))
        return rows

    def _followed(
        self, note: source.Entry, who: words.Names, concern: str, reference: str, lead: Person, decided: datetime
    ) -> list[Row]:
        chance, at, by = self.chance, _iso(decided), str(lead.id)
        kind = Decision.Kind(note["decision"])
        why = chance.choice(words.RATIONALE[kind])
        rows: list[Row] = [
            (
                Decision,
                (
                    self._key(decided),
                    concern,
                    self.school,
                    self._token(),
                    note["level"],
                    kind.value,
                    why,
                    "yes",
                    at,
                    by,
                ),
            )
        ]
        for step in note["follow_up"]:
            when = decided + timedelta(days=step["day"], minutes=chance.randrange(5, 300))
            text, result = who.fill(step["text"]), who.fill(step["outcome"])
            if step["kind"] == "action" and step["day"]:
                done = when < self.now
                ended = ("done", at, by, _iso(when), by, result) if done else ("to_do", at, by, None, None, "")
                action = (
                    self._key(decided),
                    concern,
                    reference,
                    self.school,
                    self._token(),
                    text,
                    by,
                    when.date().isoformat(),
                    *ended,
                )
                rows.append((Action, action))
            elif when < self.now:
                written = (self._key(when), concern, self.school, by, self._token(), f"{text}: {result}", _iso(when))
                rows.append((ConcernNote, written))
        return rows

    def _key(self, moment: datetime) -> str:
        """A UUIDv7 of a moment, as text."""
        bits = self.chance.getrandbits(74)
        time_part, variant = f"{int(moment.timestamp() * 1000):012x}", 0x8000 | bits >> 48 & 0x3FFF
        return f"{time_part[:8]}-{time_part[8:]}-7{bits >> 62:03x}-{variant:04x}-{bits & 0xFFFFFFFFFFFF:012x}"

    def _token(self) -> str:
        bits = self.chance.getrandbits(122)
        hexed = f"{bits:031x}"
        return f"{hexed[:8]}-{hexed[8:12]}-4{hexed[12:15]}-8{hexed[15:18]}-{hexed[18:30]}"


def _two(name: str) -> tuple[str, str]:
    return name, name.split()[0]


def _iso(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="seconds")
