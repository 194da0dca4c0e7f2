"""What does a chronology tell of a meeting about a concern in full? The minutes, who was there, what was decided, and
what was added to them since: those have no entries of their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

from safeguarding.accounts.titles import Titles, with_names
from safeguarding.audit.by_keys import Asked, ByKeys
from safeguarding.audit.reading import visible
from safeguarding.concerns.chronology import Substance
from safeguarding.concerns.models import Meeting, MeetingAddition, MeetingAttendee, MeetingDecision
from safeguarding.dates import full_moment
from safeguarding.http import Request

from .full import in_full, lines

M = TypeVar("M", bound=Model)


def _of_meetings(model: type[M], person: str, order: str, **only: Any) -> ByKeys[M]:
    """The rows of some meetings in their order, each with the name of this person; of some only these."""

    def written(asked: Asked) -> Any:
        return with_names(visible(asked, model).filter(asked.of("meeting_id"), **only).order_by(order, "pk"), person)

    return ByKeys(written)


_there = _of_meetings(MeetingAttendee, "user", "pk", ended_at=None)
_decided = _of_meetings(MeetingDecision, "author", "added_at")
_added = _of_meetings(MeetingAddition, "author", "added_at")


def told_of_meetings(request: Request, meetings: Sequence[Meeting], titles: Titles) -> Mapping[UUID, Substance | None]:
    """The whole of each, by its key: three queries, and none for no meeting."""
    keys = [one.pk for one in meetings]
    there, decided, added = (_by_meeting(rows(request, keys)) for rows in (_there, _decided, _added))
    return {
        one.pk: in_full(
            ("", one.minutes),
            ("Decided", lines(row.text for row in decided.get(one.pk, ()))),
            ("Who was there", "; ".join(sorted(titles.of(row.user, one.held_at) for row in there.get(one.pk, ())))),
            ("Others who were there", one.others),
            ("Apologies", one.apologies),
            ("Where", one.place),
            *((_addition(row, titles), row.text or "No reason was given.") for row in added.get(one.pk, ())),
        )
        for one in meetings
    }


def _by_meeting(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.meeting_id, []).append(row)
    return found


def _addition(row: MeetingAddition, titles: Titles) -> str:
    """What an addition is, until when it was to be held, who wrote it and when."""
    was = f", until then {full_moment(row.was_at)}" if row.was_at else ""
    return f"{row.get_kind_display()}{was} ({titles.signed(row.author, row.added_at)})"
