"""What do concerns put into a child's chronology? What was logged, decided, done or withdrawn, noted, added, closed and
filed.

The child a concern is about, or who may have caused harm in it, has the whole story, until a lead decides otherwise.
What stands in the other files is told in `apart.py`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from children.models import ChildFile
from safeguarding.accounts.titles import Titles, inside
from safeguarding.audit.by_keys import ByKeys
from safeguarding.audit.reading import visible
from safeguarding.chronicling import Placed, london, on_concern
from safeguarding.concerns import bodymap
from safeguarding.concerns.chronology import Entry, Source, Substance, When
from safeguarding.concerns.models import (
    Account,
    Action,
    Amendment,
    BodyMapMark,
    ChronologyEntry,
    Closing,
    Concern,
    ConcernNote,
    Decision,
)
from safeguarding.dates import counted
from safeguarding.http import Request

from .full import in_full
from .rows import rows_of

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
_CAME_OF_IT = {Action.Status.DONE: "What came of it", Action.Status.WITHDRAWN: "Why it was withdrawn"}


def first_sentence(text: str, longest: int = LONGEST) -> str:
    """The first sentence of a narrative, cut at a word where it is long."""
    sentence = _END_OF_SENTENCE.split(" ".join(text.split()), maxsplit=1)[0]
    if len(sentence) <= longest:
        return sentence
    return f"{sentence[:longest].rsplit(' ', 1)[0]}…"


# What the entry shows of a concern and of its account, which have some sixty more columns.
_OF_LOGGED = (
    "title",
    "status",
    "called_at",
    "logged_at",
    "category__name",
    "subcategory__name",
    "logged_by__first_name",
    "logged_by__last_name",
    *(
        f"account__{name}"
        for name in (
            "concern", "facts", "child_words", "presentation", "done_at_once", "marks_seen", "place", "place_detail",
            "others_present", "observed_on", "observed_at", "recorded_at",
        )
    ),
)  # fmt: skip
_concerns = rows_of(Concern, "logged_by", beside=("category", "subcategory", "account"), only=_OF_LOGGED)
# No entries of their own: the rule is theirs, and not that of the index.
_marks = ByKeys[BodyMapMark](
    lambda asked: visible(asked, BodyMapMark).filter(asked.of("account_id")).order_by("account_id", "region")
)
_decisions = rows_of(Decision, "decided_by")
_closings = rows_of(Closing, "closed_by")
_actions = rows_of(Action, "ended_by")
_notes = rows_of(ConcernNote, "author")
_amendments = rows_of(Amendment, "author")
_files = rows_of(ChildFile, "author")
_by_hand = rows_of(ChronologyEntry, "added_by", "withdrawn_by")


# --- logged


def _tell_logged(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    concerns = _concerns(request, when)
    marks = _marks_of(request, concerns)
    return {
        concern.pk: Entry(
            at=when[concern.pk],
            timed=_timed(account),
            title=_headline(concern),
            sentence=first_sentence(account.facts if account else ""),
            source=f"written by {titles.signed(concern.logged_by, concern.logged_at)}{_late(account)}",
            icon="flag",
            tone="hot",
            tag=(concern.get_status_display(), _STATUS_TONE[Concern.Status(concern.status)]),
            concern_id=concern.pk,
            substance=_account_told(account, marks.get(account.pk, [])) if account else None,
        )
        for concern in concerns
        for account in [getattr(concern, "account", None)]
    }


def _marks_of(request: Request, concerns: Sequence[Concern]) -> dict[UUID, list[tuple[str, str]]]:
    """The marks of these concerns in words, by the account: where each was, and what it looked like.

    One query, and none where nobody saw any.
    """
    accounts = (getattr(concern, "account", None) for concern in concerns)
    found: dict[UUID, list[tuple[str, str]]] = {}
    for mark in _marks(request, [account.pk for account in accounts if account and account.marks_seen]):
        found.setdefault(mark.account_id, []).append((bodymap.BY_NUMBER[mark.region].label, mark.note))
    return found


def _account_told(account: Account, marks: Sequence[tuple[str, str]]) -> Substance | None:
    """All that its author wrote: what was seen first, the child's own words apart from it."""
    where = ": ".join(filter(None, (account.get_place_display() if account.place else "", account.place_detail)))
    return in_full(
        ("", account.facts),
        ("How the child seemed", account.presentation),
        ("What was done at once", account.done_at_once),
        ("Where", where),
        ("Who else was there", account.others_present),
        words=account.child_words,
        marks=marks,
    )


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


def _tell_decided(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        decision.pk: Entry(
            at=decision.decided_at,
            title=f"Decided: {inside(decision.get_kind_display())}",
            sentence=f"{decision.get_level_display()}. {first_sentence(decision.rationale)}",
            source=f"decided by {titles.of(decision.decided_by, decision.decided_at)}",
            icon="flag",
            tone="plan",
            concern_id=decision.concern_id,
            substance=in_full(
                ("", f"{decision.get_level_display()}. {decision.rationale}"),
                ("Why it is not referred", decision.not_referred),
                ("Who disagreed, and why", decision.dissent),
            ),
        )
        for decision in _decisions(request, when)
    }


def _tell_closed(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        closing.pk: Entry(
            at=closing.closed_at,
            title=f"Concern closed: {inside(closing.get_outcome_display())}",
            sentence=first_sentence(closing.reason),
            source=f"closed by {titles.of(closing.closed_by, closing.closed_at)}",
            icon="tick",
            tone="plan",
            concern_id=closing.concern_id,
            substance=in_full(("", closing.reason)),
        )
        for closing in _closings(request, when)
    }


# --- done or withdrawn, noted, added


def _tell_ended(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        action.pk: Entry(
            at=ended_at,
            title=f"{ended}: {first_sentence(action.text, 80).rstrip('.')}",
            sentence=first_sentence(action.result),
            source=f"{inside(ended)} by {titles.of(action.ended_by, ended_at)}",
            icon=_ENDED[status],
            concern_id=action.concern_id,
            substance=in_full(("What was to be done", action.text), (_CAME_OF_IT[status], action.result)),
        )
        for action in _actions(request, when)
        if (ended_at := action.ended_at) is not None
        for ended, status in [(action.get_status_display(), Action.Status(action.status))]
    }


def _tell_noted(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        note.pk: Entry(
            at=note.added_at,
            title="Note",
            sentence=first_sentence(note.text),
            source=f"note by {titles.of(note.author, note.added_at)}",
            concern_id=note.concern_id,
            substance=in_full(("", note.text)),
        )
        for note in _notes(request, when)
    }


def _tell_added(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        added.pk: Entry(
            at=added.added_at,
            title=f"Added to an account: {inside(added.get_reason_display())}",
            sentence=first_sentence(added.text),
            source=f"added by {titles.of(added.author, added.added_at)}",
            concern_id=added.concern_id,
            substance=in_full(("", added.text)),
        )
        for added in _amendments(request, when)
    }


# --- documents of the record itself


def _tell_filed(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        file.pk: Entry(
            at=when[file.pk],
            timed=file.dated is None,
            title=f"File: {inside(file.get_what_display())}",
            sentence="Withheld: nobody opens it." if file.is_withheld else file.name,
            source=f"attached by {titles.of(file.author, file.attached_at)}",
            icon="note",
            tone="plan",
            reference="Files",
            link=file.get_absolute_url(),
        )
        for file in _files(request, when)
    }


# --- added by hand


def _tell_by_hand(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {entry.pk: _written_by_hand(entry, when[entry.pk], titles) for entry in _by_hand(request, when)}


def _written_by_hand(entry: Any, at: datetime, titles: Titles) -> Entry:
    """One that was withdrawn says that, and why; what it said is on its own page."""
    what = entry.get_what_display()
    source = f"added by {titles.signed(entry.added_by, entry.added_at)}"
    if entry.withdrawn_at is not None:
        title, text = f"Withdrawn: {inside(what)}", entry.withdrawn_reason
        source = f"withdrawn by {titles.signed(entry.withdrawn_by, entry.withdrawn_at)}"
    else:
        title, text = f"Added: {inside(what)}" if entry.adds_to_id else what, entry.text
        source = f"{source}; told by {entry.told_by}" if entry.told_by else source
    return Entry(
        at=at,
        timed=entry.happened_at is not None,
        title=title,
        sentence=text if entry.withdrawn_at else first_sentence(text),
        source=source,
        tag=("Withdrawn", "line") if entry.withdrawn_at else ("", ""),
        reference="Entry",
        link=entry.get_absolute_url(),
        substance=in_full(("", text)),
    )


def _timed(account: Account | None) -> bool:
    """Whether the time of day is known: said by the author, or the moment of logging."""
    return account is None or account.observed_on is None or account.observed_at is not None


# When what a concern tells of happened: as its author says, else when it was logged.
_HAPPENED = "rules.moment_of_concern({})"


CONCERN = (
    Source(
        "logged",
        "concerns",
        _tell_logged,
        Placed("concerns.concern", _HAPPENED.format("n.id"), concern="n.id"),
        Placed(
            "concerns.account",
            _HAPPENED.format("n.concern_id"),
            row="n.concern_id",
            concern="n.concern_id",
        ),
    ),
    Source("decided", "decisions", _tell_decided, on_concern("concerns.decision", "n.decided_at")),
    Source("closed", "decisions", _tell_closed, on_concern("concerns.closing", "n.closed_at")),
    Source(
        "ended",
        "actions",
        _tell_ended,
        on_concern("concerns.action", "n.ended_at", "n.status IN ('done', 'withdrawn')"),
    ),
    Source("noted", "notes", _tell_noted, on_concern("concerns.concernnote", "n.added_at")),
    Source("added", "notes", _tell_added, on_concern("concerns.amendment", "n.added_at")),
    Source(
        "filed",
        "files",
        _tell_filed,
        # By the date on it, else by when it was attached.
        Placed(
            "children.childfile",
            f"coalesce({london('n.dated')}, n.attached_at)",
            where="n.removed_at IS NULL",
            child="n.child_id",
        ),
    ),
    Source(
        "by_hand",
        "entries",
        _tell_by_hand,
        Placed("concerns.chronologyentry", london("n.happened_on", "n.happened_at"), child="n.child_id"),
    ),
)
