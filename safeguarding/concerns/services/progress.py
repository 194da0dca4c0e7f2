"""What does a reporter learn of what became of a report? Received, read or closed, and a safe phrase: nothing else.

The narrow door between the lead's side of a concern and its author: a page of a reporter gets what is defined here,
never a `Concern`. No level, no decision, no note, nobody else's words, no child that somebody else linked.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.audit.context import door
from safeguarding.concerns.models import Account, Attachment, BodyMapMark, Concern, ConcernChild, Question, Receipt
from safeguarding.concerns.services.error import Told, told_of_errors
from safeguarding.concerns.services.questions import waiting_questions
from safeguarding.dates import as_day, counted, moment


class Stage(StrEnum):
    """How far a report has got, in the only words that its author is told."""

    WRITING = "Not finished"
    RECEIVED = "Received"
    READ = "Read"
    CLOSED = "Closed"


@dataclass(frozen=True)
class Progress:
    """One report of one's own. `about` counts children and names a class, never a child. `is_asked`: a lead has asked
    about it, and waits for the answer.
    """

    concern_id: UUID
    token: UUID
    reference: str
    how_soon: str
    began_at: datetime
    stage: Stage
    called_at: datetime | None
    read_by: str
    read_at: datetime | None
    phrase: str
    about: str
    # Whether `about` counts more than one.
    names_many: bool
    # Marked as entered in error by two people, in which roles and when; None for nearly all.
    in_error: Told | None = None
    is_asked: bool = False

    @property
    def steps(self) -> list[dict[str, str]]:
        """Received, read, closed, as the stages of a lifecycle: who and when, and which it has reached."""
        order = (Stage.RECEIVED, Stage.READ, Stage.CLOSED)
        reached = order.index(self.stage) if self.stage in order else 0
        said = {Stage.RECEIVED: moment(self.began_at)}
        if self.read_at:
            said[Stage.READ] = f"{self.read_by}, {moment(self.read_at)}"
        states = ("done", "now", "todo")
        return [
            {"label": stage.value, "sub": said.get(stage, ""), "state": states[(n >= reached) + (n > reached)]}
            for n, stage in enumerate(order)
        ]

    @property
    def is_waiting(self) -> bool:
        """Nobody has read it yet."""
        return self.read_at is None


@dataclass(frozen=True)
class Named:
    """A child as the reporter named it: the name and what tells it apart, or the description; and its role."""

    name: str
    about: str
    role: str


@dataclass(frozen=True)
class Addition:
    """What the author added, when and why; what it answers, where a lead had asked."""

    text: str
    reason: str
    added_at: datetime
    asked: str = ""


@dataclass(frozen=True)
class Asked:
    """What a lead asks the author: in whose name, when, and whether it has been answered."""

    key: UUID
    text: str
    by: str
    asked_at: datetime
    is_answered: bool


@dataclass(frozen=True)
class OwnReport:
    """One's own account, as it was written. `told` is a sentence; the rest are the fields of the form."""

    progress: Progress
    account_id: UUID
    children: list[Named]
    observed_on: date | None
    observed_at: time | None
    place: str
    how_known: str
    # Taken down from the police: what stands in `facts` is theirs, and no adult here saw it.
    is_of_police: bool
    others_present: str
    facts: str
    child_words: str
    presentation: str
    marks: dict[int, str]
    done_at_once: str
    told: str
    recorded_at: datetime
    is_late: bool
    additions: list[Addition]
    asked: list[Asked]
    files: list[Attachment]

    @property
    def open_questions(self) -> list[Asked]:
        """What a lead has asked, and nobody has answered yet."""
        return [one for one in self.asked if not one.is_answered]

    @property
    def words(self) -> list[str]:
        """Everything in which its author may have mentioned somebody."""
        account = [self.facts, self.child_words, self.presentation, self.others_present, self.done_at_once]
        return account + [addition.text for addition in self.additions]

    @property
    def is_being_written(self) -> bool:
        """A call that its author has not finished."""
        return self.progress.stage is Stage.WRITING


@dataclass(frozen=True)
class UnfinishedCall:
    """A call for a lead of which the account is still to be written: the line and the children it began with.

    A child is its record's key, or None and a description; and its role.
    """

    concern_id: UUID
    school_id: UUID
    called_at: datetime
    line: str
    children: list[tuple[UUID | None, str, str]]
    seen_by: str
    seen_at: datetime | None


# The columns of a concern from which a reporter's page is made.
_COLUMNS = (
    "token",
    "year",
    "number",
    "how_soon",
    "status",
    "called_at",
    "finished_at",
    "acknowledged_at",
    "receipt",
    "in_error",
    "acknowledged_by__first_name",
    "acknowledged_by__last_name",
)


def as_reporter() -> AbstractContextManager[None]:
    """For the pages of one's own reports: one that was entered in error is there too, which the leads' pages do not
    show.
    """
    return door("reporting")


def own_reports(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """The reports that their author sees, for a list of them: nothing of what is written in them."""
    return accounts.only("concern", "recorded_at", "author", "school")


def progress_of(accounts: Sequence[Account], *, by: User) -> list[Progress]:
    """How far these reports, all of them `by`'s own, have got: two queries whatever their number, three where a lead
    asks about one.

    Raises `ValueError` for an account of somebody else: the caller has asked for the wrong rows.
    """
    if any(account.author_id != by.pk for account in accounts):
        raise ValueError("progress is told to the author alone")
    return _progress_of(accounts, by) if accounts else []


@door("reporting")
def _progress_of(accounts: Sequence[Account], by: User) -> list[Progress]:
    concerns = (
        Concern.objects.filter(pk__in=[a.concern_id for a in accounts])
        .select_related("acknowledged_by")
        .only(*_COLUMNS)
    ).in_bulk()
    named: dict[UUID, list[ConcernChild]] = {}
    for row in _named_by(by, list(concerns)):
        named.setdefault(row.concern_id, []).append(row)
    told = told_of_errors([c.pk for c in concerns.values() if c.is_in_error])
    asked = {question.concern_id for question in waiting_questions(Question.objects.all(), by)}
    found = []
    for account in accounts:
        key = account.concern_id
        one = _progress(account, concerns[key], named.get(key, []), told.get(key))
        found.append(replace(one, is_asked=key in asked))
    return found


@door("reporting")
def unfinished_call(token: UUID, *, by: User) -> UnfinishedCall | None:
    """The call for a lead that `by` made with this token and has not finished writing about; else None."""
    concern = (
        Concern.objects.select_related("acknowledged_by", "account")
        .filter(token=token, logged_by=by, finished_at=None, called_at__isnull=False)
        .first()
    )
    if concern is None or concern.called_at is None:
        return None
    return UnfinishedCall(
        concern_id=concern.pk,
        school_id=concern.school_id,
        called_at=concern.called_at,
        line=concern.account.facts,
        children=[
            (row.child_id if _as_reported(row) else None, row.description, row.role)
            for row in _named_by(by, [concern.pk])
        ],
        seen_by=concern.acknowledged_by.full_name if concern.acknowledged_by else "",
        seen_at=concern.acknowledged_at,
    )


@door("reporting")
def own_report(account: Account, *, by: User) -> OwnReport:
    """The whole of one's own report, for its author. Seven queries."""
    (progress,) = progress_of([account], by=by)
    return OwnReport(
        progress=progress,
        account_id=account.pk,
        children=names_in([account.concern_id], by=by)[account.concern_id],
        observed_on=account.observed_on,
        observed_at=account.observed_at,
        place=": ".join(filter(None, (account.get_place_display(), account.place_detail))),
        how_known=account.get_how_known_display(),
        is_of_police=account.how_known == Account.HowKnown.POLICE,
        others_present=account.others_present,
        facts=account.facts,
        child_words=account.child_words,
        presentation=account.presentation,
        marks={mark.region: mark.note for mark in BodyMapMark.objects.filter(account=account, author=by)},
        done_at_once=account.done_at_once,
        told=_told(account),
        recorded_at=account.recorded_at,
        is_late=account.observed_on is not None and account.observed_on < as_day(account.recorded_at),
        additions=[
            Addition(a.text, a.get_reason_display(), a.added_at, a.question.text if a.question else "")
            for a in account.amendments.filter(author=by).select_related("question").order_by("added_at", "pk")
        ],
        asked=asked_about(account, by=by),
        files=_own_files(account, by),
    )


@door("reporting")
def asked_about(account: Account, *, by: User) -> list[Asked]:
    """What leads have asked `by` about their own account, in the order in which they asked: one query."""
    rows = Question.objects.filter(concern=account.concern_id, reporter=by).select_related("asked_by")
    return [
        Asked(q.pk, q.text, q.asked_by.full_name, q.asked_at, q.answered_at is not None)
        for q in rows.order_by("asked_at", "pk")
    ]


def _own_files(account: Account, by: User) -> list[Attachment]:
    """The files that they attached to it themselves."""
    rows = Attachment.objects.filter(concern=account.concern_id, author=by, action=None, meeting=None)
    files = list(rows.order_by("attached_at", "pk"))
    for file in files:
        file.author = by
    return files


@door("reporting")
def references_of(concern_ids: Collection[UUID], *, by: User) -> dict[UUID, str]:
    """What `by` quotes for each of these concerns that are their own reports: one query."""
    found = Concern.objects.filter(pk__in=concern_ids, logged_by=by).only("year", "number")
    return {concern.pk: concern.reference for concern in found}


@door("reporting")
def names_in(concern_ids: Sequence[UUID], *, by: User) -> dict[UUID, list[Named]]:
    """The children that `by` named in each of these concerns: one query. Record who asked before calling it."""
    named: dict[UUID, list[Named]] = {pk: [] for pk in concern_ids}
    for row in _named_by(by, concern_ids):
        named[row.concern_id].append(_as_named(row))
    return named


def _named_by(by: User, concern_ids: Sequence[UUID]) -> QuerySet[ConcernChild]:
    return (
        ConcernChild.objects.filter(concern_id__in=concern_ids, added_by=by)
        .select_related("child")
        .order_by("added_at", "pk")
    )


def _as_named(row: ConcernChild) -> Named:
    child = _as_reported(row)
    if child is None:
        kind = row.get_kind_display()
        return Named(row.description or kind, kind if row.description else "", row.get_role_display())
    about = ", ".join(filter(None, (child.class_name, child.year)))
    return Named(child.full_name, about, row.get_role_display())


def _as_reported(row: ConcernChild) -> Child | None:
    """The child whom the reporter chose. Whom a lead took a description to mean is not the reporter's to know."""
    return row.child if row.kind == ConcernChild.Kind.ON_RECORD else None


def _progress(account: Account, concern: Concern, named: list[ConcernChild], in_error: Told | None) -> Progress:
    reader = concern.acknowledged_by
    return Progress(
        concern_id=concern.pk,
        token=concern.token,
        reference=concern.reference,
        how_soon=concern.get_how_soon_display(),
        began_at=account.recorded_at,
        stage=_stage(concern),
        called_at=concern.called_at,
        read_by=reader.full_name if reader else "",
        read_at=concern.acknowledged_at,
        phrase=Receipt(concern.receipt).label if concern.receipt else "",
        about=_about([_as_reported(row) for row in named]),
        names_many=len(named) > 1,
        in_error=in_error,
    )


def _stage(concern: Concern) -> Stage:
    if concern.finished_at is None:
        return Stage.WRITING
    match concern.status:
        case Concern.Status.NEW:
            return Stage.RECEIVED
        case Concern.Status.CLOSED:
            return Stage.CLOSED
        case _:
            return Stage.READ


def _about(children: list[Child | None]) -> str:
    """2 children; 1 child in 5B, where all are in one class."""
    if not children:
        return ""
    number = counted(len(children), "child", "children")
    classes = {child.class_name if child else "" for child in children}
    return f"{number} in {classes.pop()}" if len(classes) == 1 and "" not in classes else number


def _told(account: Account) -> str:
    """Whom the author had told, as a sentence."""
    match account.told:
        case Account.Told.LEAD if account.told_person:
            return f"{account.told_person.full_name}, in person"
        case Account.Told.OTHER:
            return account.told_other
        case "":
            return ""
        case _:
            return Account.Told(account.told).label
