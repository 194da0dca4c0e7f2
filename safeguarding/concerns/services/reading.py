"""What do the lists of safeguarding leads show? The queue, what has news, what is due, and the rows that pages print.

Every function takes rows that the read gate has made visible and narrows them. None asks once per row.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from safeguarding import dates
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.permissions import live, may
from safeguarding.accounts.roles import Capability
from safeguarding.audit.by_keys import ByKeys
from safeguarding.concerns.models import Action, Attachment, Chronicled, Concern, ConcernChild, HowSoon, Level
from safeguarding.concerns.services.clocks import waited
from safeguarding.concerns.services.kinds import give_kinds
from safeguarding.concerns.services.named import Named, children_of
from safeguarding.glance import glance, look_for

look_for(given_actions="was_given_actions", filters="has_filters")
S = Concern.Status
# What waits for a decision.
OPEN = (S.NEW, S.ACKNOWLEDGED)
# Reviews show up this long before their day.
REVIEWS_AHEAD = timedelta(days=7)
# School days without anything after which a decided concern without a review is looked for: practice, not law.
QUIET_AFTER = 30
# Concerns of one kind about one child within this time are shown side by side; nothing is scored.
SIMILAR_WITHIN = timedelta(days=90)
_REFERENCE = re.compile(r"\s*+(?:c\s*+(?:[-/]\s*+)?)?(?:(20\d\d)(?:\s*+[-/]\s*+|\s++))?0*(\d{1,7})\s*+", re.IGNORECASE)
# What the rows of lists show, read along the line.
_LISTED = (
    "year", "number", "status", "how_soon", "title", "logged_at", "called_at", "finished_at", "news_at", "review_on",
    "reopened_at", "level", "decided_at", "in_error", "school", "category", "subcategory", "logged_by",
    "acknowledged_by", "revision",
)  # fmt: skip
_people = ByKeys(lambda asked: User.objects.filter(asked.of()).only("first_name", "last_name", "job"))


@dataclass(frozen=True)
class Row:
    """A concern as a list shows it.

    `waited` is in school hours; where it is needed today or right now it is the time that has passed, and `in_school`
    says how much of it was in school hours. `state` and `tone` say where it stands and how that looks.
    """

    concern: Concern
    child: Named | None
    others: int
    today: date
    waited: str = ""
    in_school: str = ""
    state: str = ""
    tone: str = ""

    @property
    def reporter(self) -> str:
        """Jon Beckett, Class teacher."""
        person = self.concern.logged_by
        return ", ".join(filter(None, (person.full_name, person.job)))

    @property
    def is_unread(self) -> bool:
        return self.concern.status == S.NEW

    @property
    def level(self) -> str:
        """Level 2 Early help; empty before a decision."""
        return str(Level(self.concern.level).label) if self.concern.level else ""

    @property
    def how_soon(self) -> str:
        """Today."""
        return str(HowSoon(self.concern.how_soon).label)

    @property
    def is_now(self) -> bool:
        return self.concern.how_soon == HowSoon.RIGHT_NOW and self.concern.status in OPEN

    @property
    def is_unanswered(self) -> bool:
        """Needed right now, and nobody has opened it: red at every hour of every day."""
        return self.is_now and self.is_unread

    @property
    def is_today(self) -> bool:
        return self.concern.how_soon == HowSoon.TODAY and self.concern.status in OPEN

    @property
    def is_review_late(self) -> bool:
        return self.concern.review_on is not None and self.concern.review_on < self.today

    @property
    def is_review_today(self) -> bool:
        return self.concern.review_on == self.today


@dataclass(frozen=True)
class ToDo:
    """An action as a short list shows it. `mark` is empty while there is time: the date is enough then.

    `who` has to do it, where the list is not of one's own.
    """

    action: Action
    child: Named | None
    mark: str
    tone: str
    who: str = ""


@dataclass(frozen=True)
class Given:
    """Whether a person was ever given something to do, and how much of it waits now."""

    ever: bool
    to_do: int


def listed(concerns: QuerySet[Concern]) -> QuerySet[Concern]:
    """With what a row needs but kinds, people and children, which `dress` gives to the rows of several lists at once.

    Only the columns that rows show: the table has forty more, which the database would send fifty times. And no join:
    the database took ten times longer to plan six of them than to read the rows.
    """
    return concerns.only(*_LISTED)


def first_of_each[M: Model](lists: Mapping[str, QuerySet[M]], most: Mapping[str, int]) -> dict[str, list[M]]:
    """The first rows of several lists of one model, in one query; `most` says how many of each.

    All have the same columns, and what belongs to a row of another table comes after.
    """
    first, *others = (
        rows.select_related(None).annotate(of_list=Value(name))[: most[name]] for name, rows in lists.items()
    )
    found: dict[str, list[M]] = {name: [] for name in lists}
    for row in first.union(*others, all=True):
        found[row.of_list].append(row)  # type: ignore[attr-defined]
    return found


def dress(
    concerns: Iterable[Concern], people: Iterable[User] = (), *, actions: Iterable[Action] = ()
) -> dict[UUID, list[Named]]:
    """Give each concern of a list its kind, its people and, as `named`, the children in it: two queries for all.

    One where `people` has everybody: a page that has fetched its school's staff for a filter fetches nobody again. With
    `actions`, each of them is given its owner. Returns the children by concern, those of the actions too.
    """
    concerns, actions = list(concerns), list(actions)
    give_kinds(concerns)
    named = children_of({*(concern.pk for concern in concerns), *(action.concern_id for action in actions)})
    keys = {key for concern in concerns for key in (concern.logged_by_id, concern.acknowledged_by_id) if key}
    keys |= {action.owner_id for action in actions}
    at_hand = {person.pk: person for person in people}
    at_hand |= {person.pk: person for person in _people.whoever_asks(keys - at_hand.keys())}
    for concern in concerns:
        concern.named = named[concern.pk]  # type: ignore[attr-defined]
        concern.logged_by = at_hand[concern.logged_by_id]
        if concern.acknowledged_by_id:
            concern.acknowledged_by = at_hand[concern.acknowledged_by_id]
    for action in actions:
        action.owner = at_hand[action.owner_id]
    return named


def for_page() -> QuerySet[Concern]:
    """One concern with its school and its kind. The people on its page come together, in `whole`."""
    return Concern.objects.select_related("school", "category", "subcategory")


def with_cards(children: QuerySet[ConcernChild]) -> QuerySet[ConcernChild]:
    """Children of concerns with their cards, as they were added."""
    return children.select_related("child").order_by("added_at", "pk")


def queue(concerns: QuerySet[Concern], school_id: UUID) -> QuerySet[Concern]:
    """What waits for a decision: soonest first, then unread, then the longest waiting."""
    # Of the two that wait, "new" comes after "acknowledged" in the alphabet.
    return concerns.filter(school_id=school_id, status__in=OPEN).order_by(
        "-how_soon", "-status", Coalesce("reopened_at", "logged_at"), "pk"
    )


def unread(concerns: QuerySet[Concern]) -> QuerySet[Concern]:
    """What nobody has opened yet."""
    return concerns.filter(status=S.NEW)


def with_news(concerns: QuerySet[Concern], school_id: UUID) -> QuerySet[Concern]:
    """Decided or closed, and something was added that no lead has opened. What is in the queue shows its news there."""
    return (
        concerns.filter(school_id=school_id, news_at__isnull=False).exclude(status__in=OPEN).order_by("-news_at", "-pk")
    )


def to_review(concerns: QuerySet[Concern], school_id: UUID, *, today: date) -> QuerySet[Concern]:
    """Decided, and the day on which to look again is near or past, soonest first."""
    return concerns.filter(school_id=school_id, status=S.DECIDED, review_on__lte=today + REVIEWS_AHEAD).order_by(
        "review_on", "pk"
    )


def quiet(concerns: QuerySet[Concern], school_id: UUID, *, today: date) -> QuerySet[Concern]:
    """Decided, with no day on which to look again, and nothing has happened for `QUIET_AFTER` school days.

    What happened is what stands in the chronology, as far as whoever asks sees it.
    """
    last = SchoolCalendar.of(school_id).school_days_ago(today, QUIET_AFTER)
    since = dates.start_of(last + timedelta(days=1))
    lately = Chronicled.objects.filter(concern=OuterRef("pk"), moment__gte=since)
    decided = concerns.filter(school_id=school_id, status=S.DECIDED, review_on=None, decided_at__lt=since)
    return decided.filter(~Exists(lately))


def last_read(concerns: QuerySet[Concern], school_id: UUID) -> Concern | None:
    """The concern that was read last, for the empty queue: it says since when there has been nothing."""
    recent = concerns.filter(school_id=school_id, acknowledged_at__isnull=False).order_by("-logged_at", "-pk")[:50]
    return max(recent, key=lambda c: c.acknowledged_at, default=None)  # type: ignore[arg-type, return-value]


def actions_of(actions: QuerySet[Action], owner: User) -> QuerySet[Action]:
    """What this person has to do, soonest first, with the reference to quote.

    Not asked for where `glance` says there is none.
    """
    return _soonest_first(actions.filter(owner=owner)) if glance(owner)["given_actions"] else actions.none()


def given(actions: QuerySet[Action], owner: User) -> Given:
    """What the navigation says of a person's actions: for most people a part of `glance`."""
    if not glance(owner)["given_actions"]:
        return Given(False, 0)
    to_do = Count("pk", filter=Q(status=Action.Status.TO_DO))
    found = actions.filter(owner=owner).aggregate(ever=Count("pk"), to_do=to_do)
    return Given(found["ever"] > 0, found["to_do"])


def adrift(actions: QuerySet[Action], school_id: UUID, *, reader: User, today: date) -> QuerySet[Action]:
    """What others at the school have not done in time, and what nobody has to do any more, soonest first.

    Nobody else would see it: it stands on its owner's page alone, and who has left has no page.
    """
    return undone(actions, school_id, today=today).exclude(owner=reader).select_related("owner")


def undone(actions: QuerySet[Action], school_id: UUID, *, today: date) -> QuerySet[Action]:
    """What is to do and past its day, or has nobody who does it any more, soonest first."""
    found = with_standing(actions.filter(school_id=school_id), today=today)
    return _soonest_first(found.filter(Q(due_on__lt=today) | Q(owner_gone=True)))


def with_standing(actions: QuerySet[Action], *, today: date) -> QuerySet[Action]:
    """With `owner_gone`: whoever has to do it has no role at the school that day, so that nobody does it."""
    here = RoleAssignment.objects.filter(live(today), user=OuterRef("owner"), school=OuterRef("school"))
    return actions.annotate(owner_gone=~Exists(here.filter(user__is_active=True)))


def _soonest_first(actions: QuerySet[Action]) -> QuerySet[Action]:
    return actions.filter(status=Action.Status.TO_DO).order_by("due_on", "pk")


def actions() -> QuerySet[Action]:
    """One action with who asked for it."""
    return Action.objects.select_related("school", "owner", "created_by", "ended_by")


def files_of(files: QuerySet[Attachment], action: Action) -> QuerySet[Attachment]:
    """The files of an action, in the order in which they came."""
    return files.filter(action=action).select_related("author").order_by("attached_at", "pk")


def described_children() -> QuerySet[ConcernChild]:
    """The children of concerns whom their reporters could only describe, those too who have been linked to a record
    since; not those whose record was destroyed.
    """
    described = ConcernChild.objects.filter(Q(child=None) | Q(linked_at__isnull=False))
    return described.exclude(kind=ConcernChild.Kind.DESTROYED).select_related("concern")


def similar(concerns: QuerySet[Concern], concern: Concern, children: Iterable[ConcernChild]) -> list[Concern]:
    """Other concerns of the same kind about the same children in the 90 days before: a plain rule, not a score."""
    about = [c.child_id for c in children if c.child_id and c.role == ConcernChild.Role.WORRIED_ABOUT]
    if not about or concern.category_id is None or concern.is_in_error:
        return []
    found = concerns.filter(
        children__child_id__in=about,
        children__role=ConcernChild.Role.WORRIED_ABOUT,
        category_id=concern.category_id,
        logged_at__gt=concern.logged_at - SIMILAR_WITHIN,
        logged_at__lte=concern.logged_at,
    )
    return list(found.exclude(pk=concern.pk).distinct().order_by("logged_at", "pk")[:20])


def by_reference(concerns: QuerySet[Concern], school_id: UUID, words: str) -> Concern | None:
    """The concern whose reference somebody typed: C-2026-0412, 2026-412 or 412, which is the newest of that number."""
    if (found := _REFERENCE.fullmatch(words)) is None:
        return None
    year, number = found.groups()
    numbered = concerns.filter(school_id=school_id, number=int(number))
    if year:
        numbered = numbered.filter(year=int(year))
    return numbered.order_by("-year").first()


def about_child(concerns: QuerySet[Concern], child_id: UUID) -> QuerySet[Concern]:
    """Concerns that name this child in whatever role."""
    return concerns.filter(children__child_id=child_id)


def rows(concerns: Sequence[Concern], *, reader: User, at: datetime, child_id: UUID | None = None) -> list[Row]:
    """Concerns of one school as rows. `child_id` puts that child first in each row, whatever the role, also where it is
    only mentioned.
    """
    waiting = next((concern for concern in concerns if concern.status in OPEN), None)
    calendar = SchoolCalendar.of(waiting.school_id) if waiting else None
    return [_row(concern, reader, at, calendar, child_id) for concern in concerns]


def _row(concern: Concern, reader: User, at: datetime, calendar: SchoolCalendar | None, child_id: UUID | None) -> Row:
    named: list[Named] = concern.named  # type: ignore[attr-defined]
    first = next((c for c in named if c.child_id == child_id), _mentioned(child_id)) if child_id else None
    state, tone = standing(concern, reader)
    passed, in_school = waited(concern, calendar, at) if calendar and concern.status in OPEN else ("", "")
    return Row(
        concern=concern,
        child=first or (named[0] if named else None),
        others=max(len(named) - 1, 0),
        today=timezone.localdate(at),
        waited=passed,
        in_school=in_school,
        state=state,
        tone=tone,
    )


def _mentioned(child_id: UUID) -> Named:
    return Named(child_id, ConcernChild.Role.MENTIONED, name="", class_name="", words="")


def to_do(
    actions_: Sequence[Action], *, reader: User, today: date, named: Mapping[UUID, Sequence[Named]] | None = None
) -> list[ToDo]:
    """Actions as a short list shows them, in the order given: with a child where `reader` reads that school's
    concerns. `named` has the children in these concerns, where the page has read them.
    """
    about = {a.concern_id for a in actions_ if may(reader, Capability.VIEW_CONCERNS, a.school_id)}
    if named is None:
        named = children_of(about) if about else {}
    return [
        _to_do(a, named[a.concern_id] if a.concern_id in about else (), (today - a.due_on).days, reader)
        for a in actions_
    ]


def _to_do(action: Action, named: Sequence[Named], late: int, reader: User) -> ToDo:
    mark, tone = (
        (f"{dates.counted(late, 'day')} late", "bad") if late > 0 else ("Today", "warn") if late == 0 else ("", "")
    )
    return ToDo(action, named[0] if named else None, mark, tone, _who(action, reader))


def _who(action: Action, reader: User) -> str:
    """Who has to do it; empty for what is the reader's own."""
    if action.owner_id == reader.pk:
        return ""
    name = action.owner.full_name
    return f"{name}, no longer here" if action.owner_gone else name  # type: ignore[attr-defined]


def standing(concern: Concern, reader: User) -> tuple[str, str]:
    """Where a concern stands, as a lead's list says it, and the tone of the tag."""
    match concern.status:
        case S.NEW:
            return "Unread", "solid"
        case S.CLOSED:
            return ("Added to", "warn") if concern.news_at else ("Closed", "")
    if concern.news_at:
        return "Added to", "warn"
    if concern.finished_at is None:
        return "Being written", "warn"
    if concern.status == S.DECIDED:
        return (concern.waits.brief, concern.waits.tone) if concern.waits else ("Decided", "ok")
    if concern.reopened_at:
        return "Opened again", "warn"
    opened_by = concern.acknowledged_by
    # First names, as colleagues say them: this is a list. The record has the full name.
    return f"Opened by {'you' if opened_by == reader else opened_by.first_name}" if opened_by else "Read", "info"
