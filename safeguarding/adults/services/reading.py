"""All that the pages of concerns about adults show.

Read only: whatever is fetched comes through `see`, the gate of its reader.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Case, Prefetch, Q, QuerySet, When
from django.utils import timezone

from children.models import Child
from safeguarding import dates
from safeguarding.accounts.models import User
from safeguarding.accounts.services import staff_of
from safeguarding.accounts.services.looked import Asked, Line, events_about, in_words
from safeguarding.adults.models import (
    AdultNamed,
    LowLevelEnd,
    Outcome,
    Raised,
    StaffConcern,
    StaffConcernChild,
    StaffConcernGrant,
    StaffEntry,
    Threshold,
)
from safeguarding.adults.services.rulings import (
    REMOVED,
    Lado,
    Ruling,
    employed_elsewhere,
    lacking,
    lado,
    personnel_ruling,
    reference_ruling,
    retention_in_words,
)
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.protection import who_sees

See = Callable[[type[models.Model]], QuerySet[Any]]
K = StaffEntry.Kind
LAST_LOOKED = 8
# What was done, where it is said otherwise than of a concern about a child.
DID: dict[str, str] = {
    Verb.CREATE: "raised it",
    Verb.DECIDE: "assessed it or recorded the outcome",
    Verb.LINK: "linked a child",
    Verb.DECLARE: "named an adult",
    Verb.WITHDRAW: "took out an adult, a child or an access",
    Verb.REVIEW: "looked at the concerns about this adult together",
}
_WHY = {
    "role": "Reads it by their role",
    "recipient": "Receives low-level concerns at this school",
    "named": "Access given by name",
}
# The parts of the page, in its order: heading, and the kinds of entry that belong there.
PARTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("lado", "Local authority designated officer (LADO)", (K.LADO,)),
    ("others", "Police, DBS and TRA", (K.POLICE, K.DBS, K.TRA)),
    ("employer", "Employer or agency", (K.EMPLOYER,)),
    ("meanwhile", "For now, and telling the adult", (K.INTERIM, K.TOLD)),
    ("personnel", "Personnel record", (K.REMOVED, K.KEPT)),
    ("child-record", "The child’s record stays", (K.CHILD_RECORD,)),
    ("kept", "How long it is kept", (K.PENSION, K.LEFT)),
    ("notes", "Notes", (K.NOTE,)),
)
DECISIONS = (K.ASSESSMENT, K.OUTCOME, K.CLOSING, K.REOPENING)
_RESULTS = {**dict(Threshold.choices), **dict(Outcome.choices), **dict(LowLevelEnd.choices)}


@dataclass(frozen=True)
class Written:
    """An entry as the page shows it.

    `result`: what was found, in words; `address`: the record that it quotes, where it may be seen.
    """

    entry: StaffEntry
    result: str
    address: str = ""


@dataclass(frozen=True)
class Touched:
    """A child whom it touches.

    `child` is None for a reader who does not see the child's card, such as the chair of governors, and where its record
    was destroyed.
    """

    linked: StaffConcernChild
    child: Child | None

    @property
    def who(self) -> str:
        if self.linked.child_id is None:
            return f"{self.linked.child_was}. The record of this child was destroyed."
        return self.child.full_name if self.child else "A child whose card you may not see"


@dataclass(frozen=True)
class Whole:
    """All that the page of one concern about an adult shows."""

    concern: StaffConcern
    words: Sequence[Raised]
    adults: Sequence[AdultNamed]
    children: Sequence[Touched]
    employed_elsewhere: bool
    entries: Sequence[StaffEntry]
    lado: Lado | None
    reference: Ruling
    personnel: Ruling | None
    retention: str
    lacking: Sequence[str]
    looked: Sequence[Line]

    @property
    def about(self) -> list[AdultNamed]:
        return [one for one in self.adults if one.part == AdultNamed.Part.ABOUT]

    @property
    def involved(self) -> list[AdultNamed]:
        return [one for one in self.adults if one.part == AdultNamed.Part.INVOLVED]

    def shows(self, part: str) -> bool:
        """Whether a part belongs on the page as things stand; what was written in it always does."""
        kinds = next(kinds for key, _, kinds in PARTS if key == part)
        if any(entry.kind in kinds for entry in self.entries):
            return True
        if part in ("lado", "others"):
            return self.concern.is_harm
        if part == "employer":
            return self.employed_elsewhere
        if part == "personnel":
            return self.personnel is not None and self.personnel.waits
        return part != "kept" or bool(self.asked(kinds))

    def asked(self, kinds: Sequence[str]) -> list[str]:
        """Those of some kinds of entry that are asked of its reader as things stand: of the days from which a period
        counts, the one that Harbour does not know by itself.
        """
        ended, harm = bool(self.concern.outcome), self.concern.is_harm
        no_account = any(one.user_id is None for one in self.about)
        unasked = {
            K.PENSION: not (ended and harm and self.concern.outcome not in REMOVED),
            K.LEFT: not (ended and not harm and no_account),
        }
        return [kind for kind in kinds if not unasked.get(K(kind), False)]

    def of(self, kinds: Sequence[str], find: Callable[[str], str] = lambda quoted: "") -> list[Written]:
        """Its entries of some kinds, newest first."""
        return [
            Written(entry, _RESULTS.get(entry.result, ""), find(entry.quoted) if entry.kind == K.CHILD_RECORD else "")
            for entry in reversed(self.entries)
            if entry.kind in kinds
        ]


def whole(concern: StaffConcern, see: See, *, today: date) -> Whole:
    """Everything on the page of a concern about an adult."""
    entries = list(see(StaffEntry).filter(staff_concern=concern).select_related("added_by").order_by("added_at", "pk"))
    adults = list(
        see(AdultNamed).filter(staff_concern=concern, withdrawn_at=None).select_related("user").order_by("named_at")
    )
    elsewhere = employed_elsewhere(adults)
    return Whole(
        concern=concern,
        words=list(see(Raised).filter(staff_concern=concern).select_related("author").order_by("written_at", "pk")),
        adults=adults,
        children=_touched(concern, see),
        employed_elsewhere=elsewhere,
        entries=entries,
        lado=lado(concern, entries, today=today),
        reference=reference_ruling(concern),
        personnel=personnel_ruling(concern, entries),
        retention=retention_in_words(concern, entries),
        lacking=lacking(concern, entries, employed_elsewhere=elsewhere),
        looked=in_words(looked_at(concern, today=today).order_by("-at", "-pk")[:LAST_LOOKED], DID),
    )


def _touched(concern: StaffConcern, see: See) -> list[Touched]:
    """Every link, with the card where its reader sees it: a join would leave out the link with the card."""
    links = list(see(StaffConcernChild).filter(staff_concern=concern, withdrawn_at=None).order_by("linked_at"))
    cards = see(Child).in_bulk([link.child_id for link in links if link.child_id])
    return [Touched(link, cards.get(link.child_id)) for link in links]  # type: ignore[arg-type]


def looked_at(concern: StaffConcern, *, today: date) -> QuerySet[Event]:
    """Every time it was opened, listed by itself or changed."""
    return events_about([concern.pk], Asked(), today=today)


def for_list(concerns: QuerySet[StaffConcern]) -> QuerySet[StaffConcern]:
    """The concerns of a list with whom each is about and who raised it."""
    about = AdultNamed.objects.filter(part=AdultNamed.Part.ABOUT, withdrawn_at=None).select_related("user")
    return concerns.select_related("raised_by").prefetch_related(Prefetch("adults", about, to_attr="about"))


@dataclass(frozen=True)
class Row:
    """A concern about an adult as a list shows it. `next_step` is what waits and by when; empty where nothing does."""

    concern: StaffConcern
    who: str
    tone: str
    lado_late: bool
    has_news: bool
    next_step: str


def rows_of(concerns: Sequence[StaffConcern], see: See, *, today: date) -> list[Row]:
    """What a list says of each: three queries more, however many there are."""
    keys = [one.pk for one in concerns]
    contacts: dict[UUID, list[StaffEntry]] = {key: [] for key in keys}
    for entry in see(StaffEntry).filter(staff_concern__in=keys, kind=K.LADO):
        contacts[entry.staff_concern_id].append(entry)
    unread = see(Raised).filter(staff_concern__in=keys, read_at=None, is_addition=True)
    news = set(unread.values_list("staff_concern_id", flat=True))
    found = []
    for one in concerns:
        standing = lado(one, contacts[one.pk], today=today)
        late = bool(standing and standing.is_late and standing.contacted_on is None and one.status != "closed")
        tone = {"raised": "solid", "closed": "line"}.get(one.status, "info")
        about = ", ".join(a.who for a in one.about)  # type: ignore[attr-defined]
        found.append(Row(one, about, tone, late, one.pk in news, _next_step(one, standing, today=today)))
    return found


def _next_step(concern: StaffConcern, standing: Lado | None, *, today: date) -> str:
    """Contact the LADO by the end of today; Read it."""
    if standing and standing.contacted_on is None and concern.status != StaffConcern.Status.CLOSED:
        if standing.is_late:
            return f"Contact the LADO now: due by the end of {dates.near_day(standing.due_on, today)}"
        return f"Contact the LADO by the end of {dates.day_ahead(standing.due_on, today).removeprefix('on ')}"
    return "Read it" if concern.status == StaffConcern.Status.RAISED else ""


def most_pressing(concerns: QuerySet[StaffConcern], contacts: QuerySet[StaffEntry]) -> QuerySet[StaffConcern]:
    """Open ones: where the LADO has still to be contacted, the longest known first; then unread ones, then the newest.

    `contacts` are the entries that the reader sees.
    """
    harm = Q(threshold=Threshold.HARM) | Q(threshold="", raised_as=Threshold.HARM)
    contacted = contacts.filter(kind=K.LADO).values("staff_concern")
    urgent = harm & Q(harm_since__isnull=False) & ~Q(pk__in=contacted)
    place = Case(When(urgent, then=0), When(status=StaffConcern.Status.RAISED, then=1), default=2)
    since = Case(When(urgent, then="harm_since"))
    found = concerns.exclude(status=StaffConcern.Status.CLOSED).order_by(place, since, "-raised_at", "-pk")
    return for_list(found)


def unread(concerns: QuerySet[StaffConcern]) -> QuerySet[StaffConcern]:
    """Those that nobody has opened yet."""
    return concerns.filter(status=StaffConcern.Status.RAISED)


def steps(concern: StaffConcern, *, at: datetime) -> list[dict[str, str]]:
    """The life of a concern about an adult for its page."""
    today = timezone.localdate(at)

    def when(moment: datetime | None, who: User | None) -> str:
        return f"{dates.moment(moment, today)}, {who.full_name}" if moment and who else ""

    raiser = dates.moment(concern.raised_at, today)
    order = list(StaffConcern.Status)
    reached = order.index(StaffConcern.Status(concern.status))
    found = [
        ("Raised", raiser, True),
        ("Read", when(concern.read_at, concern.read_by) or "not yet", reached >= 1),
        (
            "Assessed",
            when(concern.assessed_at, concern.assessed_by) if reached >= 2 else "low-level or not",
            reached >= 2,
        ),
        ("Outcome", when(concern.outcome_at, concern.outcome_by) if reached >= 3 else "with the reason", reached >= 3),
        ("Closed", when(concern.closed_at, concern.closed_by) or "when all is on record", reached >= 4),
    ]
    now = next((label for label, _, done in found if not done), "")
    return [
        {"label": label, "sub": sub, "state": "done" if done else "now" if label == now else "todo"}
        for label, sub, done in found
    ]


@dataclass(frozen=True)
class Seer:
    """Somebody who reads it, what they are at the school, and why."""

    name: str
    titles: str
    why: Sequence[str]


def seers(concern: StaffConcern, *, on: date) -> list[Seer]:
    """Who of the school's people reads it today, and why."""
    staff = staff_of(concern.school_id, on=on)
    seen = who_sees(concern, [one.user.pk for one in staff])
    return [
        Seer(one.user.full_name, one.titles, [_WHY[reason] for reason in seen[one.user.pk]])
        for one in staff
        if one.user.pk in seen
    ]


def grants_of(concern: StaffConcern, see: See) -> list[StaffConcernGrant]:
    """What was given by name and has not been withdrawn, with those that have run out."""
    rows = see(StaffConcernGrant).filter(content_object=concern, ended_at=None)
    return list(rows.select_related("user", "granted_by").order_by("granted_at"))


def own_words(mine: QuerySet[Raised]) -> QuerySet[Raised]:
    """What somebody has raised, less what they added."""
    return mine.filter(is_addition=False)
