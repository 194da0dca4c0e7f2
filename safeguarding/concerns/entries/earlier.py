"""What do records of an earlier system put into a child's chronology?

Each with where it is from, who wrote it there, and when.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from safeguarding.accounts.titles import Titles
from safeguarding.addresses import address_of
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record_many
from safeguarding.chronicling import Placed
from safeguarding.concerns.chronology import Entry, Source, When
from safeguarding.concerns.models import EarlierFile, EarlierRecord
from safeguarding.http import Request

from .concern import first_sentence
from .full import in_full, lines
from .rows import rows_of

_records = rows_of(EarlierRecord)
_files = rows_of(EarlierFile, "author")


def _tell_earlier(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    rows = _records(request, when)
    _note_shown(rows)
    return {
        record.pk: Entry(
            at=record.happened_at,
            timed=record.is_timed,
            title=f"From {record.source}{f': {record.category}' if record.category else ''}",
            sentence=first_sentence(record.narrative),
            source=f"written there by {record.author}" if record.author else "who wrote it is not known",
            icon="document",
            reference=f"Number {record.number_there} there" if record.number_there else "Earlier record",
            link=address_of("earlier_record", record.pk),
            substance=in_full(("", record.narrative), *map(_action, record.actions), *map(_heading, record.more)),
        )
        for record in rows
    }


def _action(action: Mapping[str, str]) -> tuple[str, str]:
    """What was done about it there, by whom and when, and what came of it."""
    by = ", ".join(filter(None, (action["day"], action.get("action_by", ""))))
    return f"Action ({by})" if by else "Action", lines((action.get("action", ""), action.get("outcome", "")))


def _heading(more: Sequence[str]) -> tuple[str, str]:
    name, text = more
    return name, text


def _tell_earlier_files(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    rows = _files(request, when)
    _note_shown(rows)
    return {
        file.pk: Entry(
            at=file.attached_at,
            title=f"File from {file.source}",
            sentence="Withheld: nobody opens it." if file.is_withheld else file.name,
            source=f"brought in by {titles.of(file.author, file.attached_at)}",
            icon="document",
            reference="Files",
            link=file.get_absolute_url(),
        )
        for file in rows
    }


def _note_shown(rows: Sequence[EarlierRecord | EarlierFile]) -> None:
    """Each of them, not their number alone: where all of it is withdrawn, it is on record who had seen what."""
    if rows:
        label, keys = rows[0]._meta.label_lower, [row.pk for row in rows]
        record_many(Verb.LIST, label, keys, school_id=rows[0].school_id, purpose="chronology")


EARLIER = (
    Source(
        "earlier",
        "earlier",
        _tell_earlier,
        Placed(
            "concerns.earlierrecord",
            "n.happened_at",
            child="n.child_id",
            batch="n.batch_id",
            readers="n.readers",
        ),
    ),
    Source(
        "earlier_files",
        "earlier",
        _tell_earlier_files,
        Placed(
            "concerns.earlierfile",
            "n.attached_at",
            where="n.removed_at IS NULL",
            child="n.child_id",
            batch="n.batch_id",
            readers="n.readers",
        ),
    ),
)
