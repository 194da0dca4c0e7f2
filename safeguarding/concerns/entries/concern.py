"""What do concerns put into a child's chronology? What was logged, decided, done or withdrawn, noted, added, closed and filed.

The child a concern is about, or who may have caused harm in it, has the whole story, until a lead decides otherwise. What
stands in the other files is told in `apart.py`.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, F, Func, QuerySet, TimeField, Value
from django.db.models.functions import Coalesce

from children.models import ChildFile
from safeguarding.accounts.titles import Titles, inside
from safeguarding.audit.reading import visible
from safeguarding.concerns.chronology import Entry
from safeguarding.concerns.models import (
    Account,
    Action,
    Amendment,
    ChronologyEntry,
    Closing,
    Concern,
    ConcernChild,
    ConcernNote,
    Decision,
)
from safeguarding.dates import counted
from safeguarding.http import Request

from .told import from_concerns, of_child

R = ConcernChild.Role
LONGEST = 220
_END_OF_SENTENCE = re.compile(r"(?<=[.!?])[”’\"')]*\s")
_STATUS_TONE = {
    Concern.Status.NEW: "bad",
    Concern.Status.ACKNOWLEDGED: "warn",
    Concern.Status.DECIDED: "info",
    Concern.Status.CLOSED: "",
}

# Not to do what was asked for is a decision with a reason, as doing it is.
_ENDED = {Action.Status.DONE: "tick", Action.Status.WITHDRAWN: "note"}


class LondonMoment(Func):
    """A day and a time of day, as people write them down, as a moment."""

    template = "((%(expressions)s) AT TIME ZONE 'Europe/London')"
    arg_joiner = " + "
    output_field = DateTimeField()


def happened(concern: str = "") -> Coalesce:
    """When what a concern tells of happened: as its author says, else when it was logged. `concern`: the path to it."""
    midnight = Value(time(), output_field=TimeField())
    at = Coalesce(F(f"{concern}account__observed_at"), midnight)
    return Coalesce(LondonMoment(F(f"{concern}account__observed_on"), at), F(f"{concern}logged_at"))


def first_sentence(text: str, longest: int = LONGEST) -> str:
    """The first sentence of a narrative, cut at a word where it is long."""
    sentence = _END_OF_SENTENCE.split(" ".join(text.split()), maxsplit=1)[0]
    if len(sentence) <= longest:
        return sentence
    return f"{sentence[:longest].rsplit(' ', 1)[0]}…"


# --- logged


def _logged(request: Request, concerns: Iterable[UUID]) -> QuerySet[Concern]:
    return visible(request, Concern).filter(pk__in=concerns).annotate(moment=happened())


def _tell_logged(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = (
        visible(request, Concern)
        .filter(pk__in=keys)
        .annotate(moment=happened())
        .select_related("category", "subcategory", "logged_by", "account", "account__author")
    )
    return {
        concern.pk: Entry(
            at=concern.moment,
            timed=_timed(account),
            title=_headline(concern),
            sentence=first_sentence(account.facts if account else ""),
            source=f"written by {titles.signed(concern.logged_by, concern.logged_at)}{_late(account)}",
            icon="flag",
            tone="hot",
            tag=(concern.get_status_display(), _STATUS_TONE[Concern.Status(concern.status)]),
            reference=concern.reference,
            concern_id=concern.pk,
        )
        for concern in rows
        for account in [getattr(concern, "account", None)]
    }


def _late(account: Account | None) -> str:
    """That it was written down on a later day than it was seen (domain reference 1.2, 12)."""
    late = account.days_late if account else 0
    return f"; late entry, {counted(late, 'day')} after it was seen" if late else ""


def _headline(concern: Concern) -> str:
    """What people wrote stands as they wrote it: it may begin with a name."""
    if concern.title:
        return f"Concern logged: {concern.title}"
    # "Concern" is the label of one that has neither title nor category yet.
    if concern.label == "Concern":
        return "Concern logged"
    return f"Concern logged: {', '.join(inside(words) for words in concern.label.split(': '))}"


# --- decided and closed


def _decided(request: Request, concerns: Iterable[UUID]) -> QuerySet[Decision]:
    return visible(request, Decision).filter(concern__in=concerns).annotate(moment=F("decided_at"))


def _tell_decided(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = visible(request, Decision).filter(pk__in=keys).select_related("concern", "decided_by")
    return {
        decision.pk: Entry(
            at=decision.decided_at,
            title=f"Decided: {inside(decision.get_kind_display())}",
            sentence=f"{decision.get_level_display()}. {first_sentence(decision.rationale)}",
            source=f"decided by {titles.of(decision.decided_by, decision.decided_at)}",
            icon="flag",
            tone="plan",
            reference=decision.concern.reference,
            concern_id=decision.concern_id,
        )
        for decision in rows
    }


def _closed(request: Request, concerns: Iterable[UUID]) -> QuerySet[Closing]:
    return visible(request, Closing).filter(concern__in=concerns).annotate(moment=F("closed_at"))


def _tell_closed(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = visible(request, Closing).filter(pk__in=keys).select_related("concern", "closed_by")
    return {
        closing.pk: Entry(
            at=closing.closed_at,
            title=f"Concern closed: {inside(closing.get_outcome_display())}",
            sentence=first_sentence(closing.reason),
            source=f"closed by {titles.of(closing.closed_by, closing.closed_at)}",
            icon="tick",
            tone="plan",
            reference=closing.concern.reference,
            concern_id=closing.concern_id,
        )
        for closing in rows
    }


# --- done or withdrawn, noted, added


def _ended(request: Request, concerns: Iterable[UUID]) -> QuerySet[Action]:
    return visible(request, Action).filter(concern__in=concerns, status__in=_ENDED).annotate(moment=F("ended_at"))


def _tell_ended(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = visible(request, Action).filter(pk__in=keys).select_related("concern", "ended_by")
    return {
        action.pk: Entry(
            at=ended_at,
            title=f"{ended}: {first_sentence(action.text, 80).rstrip('.')}",
            sentence=first_sentence(action.result),
            source=f"{inside(ended)} by {titles.of(action.ended_by, ended_at)}",
            icon=_ENDED[Action.Status(action.status)],
            reference=action.reference,
            concern_id=action.concern_id,
        )
        for action in rows
        if (ended_at := action.ended_at) is not None
        for ended in [action.get_status_display()]
    }


def _noted(request: Request, concerns: Iterable[UUID]) -> QuerySet[ConcernNote]:
    return visible(request, ConcernNote).filter(concern__in=concerns).annotate(moment=F("added_at"))


def _tell_noted(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = visible(request, ConcernNote).filter(pk__in=keys).select_related("concern", "author")
    return {
        note.pk: Entry(
            at=note.added_at,
            title="Note",
            sentence=first_sentence(note.text),
            source=f"note by {titles.of(note.author, note.added_at)}",
            reference=note.concern.reference,
            concern_id=note.concern_id,
        )
        for note in rows
    }


def _added(request: Request, concerns: Iterable[UUID]) -> QuerySet[Amendment]:
    return visible(request, Amendment).filter(concern__in=concerns).annotate(moment=F("added_at"))


def _tell_added(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = visible(request, Amendment).filter(pk__in=keys).select_related("account__concern", "author")
    return {
        added.pk: Entry(
            at=added.added_at,
            title=f"Added to an account: {inside(added.get_reason_display())}",
            sentence=first_sentence(added.text),
            source=f"added by {titles.of(added.author, added.added_at)}",
            reference=added.account.concern.reference,
            concern_id=added.account.concern_id,
        )
        for added in rows
    }


# --- documents of the record itself


def _files(request: Request) -> QuerySet[Any]:
    """By the date on them, else by when they were attached."""
    midnight = Value(time(), output_field=TimeField())
    dated = Coalesce(LondonMoment(F("dated"), midnight), F("attached_at"))
    return visible(request, ChildFile).filter(removed_at=None).annotate(moment=dated)


def _tell_filed(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = _files(request).filter(pk__in=keys).select_related("author")
    return {
        file.pk: Entry(
            at=file.moment,
            timed=file.dated is None,
            title=f"File: {inside(file.get_what_display())}",
            sentence="Withheld: nobody opens it." if file.is_withheld else file.name,
            source=f"attached by {titles.of(file.author, file.attached_at)}",
            icon="note",
            tone="plan",
            reference="Files",
            link=file.get_absolute_url(),
        )
        for file in rows
    }


# --- added by hand


def _by_hand(request: Request) -> QuerySet[Any]:
    at = Coalesce(F("happened_at"), Value(time(), output_field=TimeField()))
    return visible(request, ChronologyEntry).annotate(moment=LondonMoment(F("happened_on"), at))


def _tell_by_hand(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = _by_hand(request).filter(pk__in=keys).select_related("added_by", "withdrawn_by")
    return {entry.pk: _written_by_hand(entry, titles) for entry in rows}


def _written_by_hand(entry: Any, titles: Titles) -> Entry:
    """One that was withdrawn says that, and why; what it said is on its own page."""
    what = entry.get_what_display()
    source = f"added by {titles.signed(entry.added_by, entry.added_at)}"
    if entry.withdrawn_at is not None:
        title, sentence = f"Withdrawn: {inside(what)}", entry.withdrawn_reason
        source = f"withdrawn by {titles.signed(entry.withdrawn_by, entry.withdrawn_at)}"
    else:
        title, sentence = f"Added: {inside(what)}" if entry.adds_to_id else what, first_sentence(entry.text)
        source = f"{source}; told by {entry.told_by}" if entry.told_by else source
    return Entry(
        at=entry.moment,
        timed=entry.happened_at is not None,
        title=title,
        sentence=sentence,
        source=source,
        tag=("Withdrawn", "line") if entry.withdrawn_at else ("", ""),
        reference="Entry",
        link=entry.get_absolute_url(),
    )


def _timed(account: Account | None) -> bool:
    """Whether the time of day is known: said by the author, or the moment of logging."""
    return account is None or account.observed_on is None or account.observed_at is not None


CONCERN = (
    from_concerns("logged", "concerns", _logged, _tell_logged, "pk"),
    from_concerns("decided", "decisions", _decided, _tell_decided, "concern_id"),
    from_concerns("closed", "decisions", _closed, _tell_closed, "concern_id"),
    from_concerns("ended", "actions", _ended, _tell_ended, "concern_id"),
    from_concerns("noted", "notes", _noted, _tell_noted, "concern_id"),
    from_concerns("added", "notes", _added, _tell_added, "concern_id"),
    of_child("filed", "files", _files, _tell_filed),
    of_child("by_hand", "entries", _by_hand, _tell_by_hand),
)
