"""Everything that the page of one concern shows: the words, who was involved, what was decided and done, who has read
it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Model, QuerySet

from safeguarding.accounts.models import User
from safeguarding.accounts.roles import ROLES
from safeguarding.audit.context import door
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import (
    Account,
    Action,
    Amendment,
    Attachment,
    BodyMapMark,
    Closing,
    Concern,
    ConcernChild,
    ConcernNote,
    Decision,
    Question,
)

from . import reading
from .named import in_order

# The read gate of a request: model to the rows of it that this person may see.
See = Callable[[type[Model]], QuerySet[Any]]


@dataclass(frozen=True)
class Viewer:
    """Somebody who has had the concern on the screen or on paper: in which role, and when last."""

    name: str
    role: str
    at: datetime


@dataclass(frozen=True)
class ActionRow:
    """An action as the table of the concern shows it."""

    action: Action
    is_due: bool

    @property
    def tone(self) -> str:
        return {Action.Status.TO_DO: "warn", Action.Status.DONE: "ok"}.get(Action.Status(self.action.status), "")


@dataclass(frozen=True)
class Whole:
    """A concern with all that belongs to it, as far as its reader may see it. Lists are in the order of the page."""

    concern: Concern
    account: Account | None
    children: Sequence[ConcernChild]
    marks: dict[int, str]
    amendments: Sequence[Amendment]
    questions: Sequence[Question]
    files: Sequence[Attachment]
    notes: Sequence[ConcernNote]
    actions: Sequence[ActionRow]
    decisions: Sequence[Decision]
    closings: Sequence[Closing]
    similar: Sequence[Concern]
    viewers: Sequence[Viewer]

    @property
    def worried_about(self) -> list[ConcernChild]:
        return [named for named in self.children if named.role == ConcernChild.Role.WORRIED_ABOUT]

    @property
    def story_of(self) -> list[UUID]:
        """The children with a record whose story it is: whom a mention names on paper too."""
        return [named.child_id for named in self.worried_about if named.child_id]

    @property
    def to_do(self) -> list[Action]:
        return [row.action for row in self.actions if row.action.status == Action.Status.TO_DO]

    @property
    def decision(self) -> Decision | None:
        """The one that stands: the newest."""
        return self.decisions[0] if self.decisions else None

    @property
    def linked(self) -> list[ConcernChild]:
        """The children whose record is linked: by their reporter, or by a lead to whom a reporter described."""
        return [named for named in self.children if named.child]

    @property
    def earlier_closings(self) -> Sequence[Closing]:
        """Those after which the concern was opened again, newest first."""
        return self.closings[1:] if self.concern.status == Concern.Status.CLOSED else self.closings

    @property
    def days_late(self) -> int:
        """Days between what was seen and its being written down.

        A late entry is one of more than none (domain reference 1.2).
        """
        return self.account.days_late if self.account else 0


def whole(concern: Concern, see: See, *, today: date, on_paper: bool = False) -> Whole:
    """The concern with all that belongs to it: one query for each kind, whatever their number, and one for all people.

    Paper does not say who has read the concern nor which others are like it: these are left out of it.
    """
    account = see(Account).filter(concern=concern).first()
    children = in_order(reading.with_cards(see(ConcernChild).filter(concern=concern)))
    amendments = list(see(Amendment).filter(account=account).order_by("added_at", "pk"))
    questions = list(see(Question).filter(concern=concern).order_by("asked_at", "pk"))
    files = list(see(Attachment).filter(concern=concern).order_by("attached_at", "pk"))
    notes = list(see(ConcernNote).filter(concern=concern).order_by("added_at", "pk"))
    actions = list(see(Action).filter(concern=concern).order_by(F("ended_at").desc(nulls_first=True), "due_on", "pk"))
    decided = see(Decision).filter(concern=concern).order_by("-decided_at", "-pk")
    decisions = list(decided) if concern.decided_at else []
    ended = see(Closing).filter(concern=concern).order_by("-closed_at", "-pk")
    closings = list(ended) if concern.decided_at else []
    views = [] if on_paper else _last_views(concern)
    people = _name_people(
        [
            ((concern,), ("logged_by", "acknowledged_by", "decided_by", "closed_by")),
            ((account,) if account else (), ("author", "told_person")),
            (amendments, ("author",)),
            (questions, ("asked_by", "reporter")),
            (files, ("author",)),
            (notes, ("author",)),
            (actions, ("owner", "ended_by")),
            (decisions, ("decided_by",)),
            (closings, ("closed_by",)),
        ],
        also={view["actor_id"] for view in views},
    )
    return Whole(
        concern=concern,
        account=account,
        children=children,
        marks={mark.region: mark.note for mark in see(BodyMapMark).filter(account=account)},
        amendments=_with_questions(amendments, questions),
        questions=questions,
        files=files,
        notes=notes,
        actions=[ActionRow(a, is_due=a.ended_at is None and a.due_on <= today) for a in actions],
        decisions=decisions,
        closings=closings,
        similar=[] if on_paper else reading.similar(see(Concern), concern, children),
        viewers=[_viewer(people[view["actor_id"]], view) for view in views if view["actor_id"] in people],
    )


def _with_questions(amendments: list[Amendment], questions: Sequence[Question]) -> list[Amendment]:
    """Give each answer the question that it answers, without asking for it again."""
    asked = {question.pk: question for question in questions}
    for added in amendments:
        if added.question_id in asked:
            added.question = asked[added.question_id]
    return amendments


@door("reporting")
def whole_report(account: Account, see: See, *, today: date) -> Whole:
    """One's own report for paper: what `see` shows its author of it."""
    return whole(account.concern, see, today=today, on_paper=True)


def _name_people(groups: Iterable[tuple[Sequence[Any], Sequence[str]]], *, also: set[UUID]) -> dict[UUID, User]:
    """Give every row its people. They are asked for once: a join for each of a dozen links would carry them a dozen
    times.

    `groups` are rows with the names of their links to people; `also` are keys of further people. Returns all by key.
    """
    links = [(row, name) for rows, names in groups for row in rows for name in names]
    wanted = {key for row, name in links if (key := getattr(row, f"{name}_id"))} | also
    people = User.objects.defer("password", "email", "last_login").in_bulk(wanted)
    for row, name in links:
        if key := getattr(row, f"{name}_id"):
            setattr(row, name, people[key])
    return people


def _last_views(concern: Concern) -> list[dict[str, Any]]:
    """The last time each person read this concern, and in which role, the latest first: from the events."""
    seen = (
        Event.objects.filter(object_id=concern.pk, verb__in=(Verb.VIEW, Verb.PRINT), actor_id__isnull=False)
        .values("actor_id", "acting_role")
        .annotate(last=Max("at"))
        .order_by("-last")
    )
    latest: dict[Any, Any] = {}
    for view in seen:
        latest.setdefault(view["actor_id"], view)
    return list(latest.values())


def _viewer(person: User, view: dict[str, Any]) -> Viewer:
    role = ROLES.get(view["acting_role"])
    return Viewer(person.full_name, role.title if role else "", view["last"])
