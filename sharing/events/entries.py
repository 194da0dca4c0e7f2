"""What does sharing put into a child's chronology? What was sent or said, what was asked back, what was not shared.

Where the entries stand depends on the reader, who may not see one of the concerns that a decision names: so the rows
are asked for, and no index has them.
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.urls import reverse

from children.models import Child
from safeguarding.accounts.titles import Titles, with_names
from safeguarding.audit.by_keys import ByKeys
from safeguarding.audit.reading import visible
from safeguarding.concerns.chronology import Entry, Source, Substance, When
from safeguarding.concerns.entries.full import in_full
from safeguarding.concerns.places import Row
from safeguarding.http import Request
from safeguarding.once import once

from .models import SHARED, SharingEvent

KIND = "outside"
_S = SharingEvent.Status
_placed = ByKeys[SharingEvent](
    lambda asked: (
        visible(asked, SharingEvent)
        .filter(asked.of("child_id"), status__in=(*SHARED, _S.NOT_SHARED))
        .only("id", "child_id", "status", "sent_at", "decided_at", "asked_back_at")
    )
)
_told = ByKeys[SharingEvent](
    lambda asked: with_names(
        visible(asked, SharingEvent).filter(asked.of()).select_related("recipient", "reason"),
        "sent_by",
        "decided_by",
        "asked_back_by",
    )
)


def _sent(request: Request, children: Sequence[Child]) -> list[Row]:
    return list(_rows(request, children, "shared", "sent_at", SHARED))


def _refused(request: Request, children: Sequence[Child]) -> list[Row]:
    return list(_rows(request, children, "not_shared", "decided_at", (_S.NOT_SHARED,)))


def _back(request: Request, children: Sequence[Child]) -> list[Row]:
    return list(_rows(request, children, "asked_back", "asked_back_at", (_S.ASKED_BACK,)))


def _rows(
    request: Request, children: Sequence[Child], source: str, moment: str, states: Sequence[str]
) -> Iterator[Row]:
    keys = [child.pk for child in children]
    for one in once(("shares placed", *keys), lambda: _placed(request, keys)):
        if one.status in states:
            yield Row(getattr(one, moment), one.pk, source, None, one.child_id)


def _tell_sent(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        one.pk: _entry(
            one,
            when,
            f"{'Told by telephone' if one.is_call else 'Shared'}: {one.recipient.called}",
            f"{one.reason.title}." if one.reason else "",
            f"sent by {titles.of(one.sent_by, one.sent_at)}",
            _whole(one, f"{one.reason.title}." if one.reason else "", ("What was shared", one.content)),
        )
        for one in _told(request, when)
        if one.sent_at
    }


def _tell_refused(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        one.pk: _entry(
            one,
            when,
            f"Not shared: {one.recipient.called}",
            f"{one.get_because_display()}.",
            f"decided by {titles.of(one.decided_by, one.decided_at)}",
            _whole(one, f"{one.get_because_display()}.", ("Why", one.because_why)),
        )
        for one in _told(request, when)
        if one.decided_at
    }


def _tell_back(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        one.pk: _entry(
            one,
            when,
            f"Asked back: {one.recipient.called}",
            "",
            f"by {titles.of(one.asked_back_by, one.asked_back_at)}",
        )
        for one in _told(request, when)
        if one.asked_back_at
    }


def _whole(one: SharingEvent, says: str, what: tuple[str, str]) -> Substance | None:
    """All that was written of a decision; not what was taken out of its pack, which is words that are not shared."""
    return in_full(
        ("", says),
        what,
        ("Who there", one.person),
        ("What for", one.purpose),
        ("What was left out, and why", one.left_out),
        ("Why this much, and why now", one.necessity),
        ("Which harm was considered", one.harm),
        ("Why there is no consent", one.consent_why),
        ("Why the family is not told", one.not_told_why),
        ("Why other children are named", one.named_why),
        ("What was advised", one.advice_said),
        ("What they may do with it", one.onward),
        ("Why it went all the same", one.lift_why),
    )


def _entry(one: SharingEvent, when: When, title: str, says: str, source: str, whole: Substance | None = None) -> Entry:
    return Entry(
        at=when[one.pk],
        title=title,
        sentence=says,
        source=source,
        icon="out",
        reference=one.reference,
        link=reverse("share", args=[one.pk]),
        substance=whole,
    )


SOURCES = (
    Source("shared", KIND, _tell_sent, rows=_sent),
    Source("not_shared", KIND, _tell_refused, rows=_refused),
    Source("asked_back", KIND, _tell_back, rows=_back),
)
