"""What do requests about data put into a child’s chronology? What those say who disagree with a concern."""

from collections.abc import Mapping
from uuid import UUID

from safeguarding.accounts.titles import Titles
from safeguarding.chronicling import on_concern
from safeguarding.concerns.chronology import Entry, Source, When
from safeguarding.concerns.entries.concern import first_sentence
from safeguarding.concerns.entries.full import in_full
from safeguarding.concerns.entries.rows import rows_of
from safeguarding.http import Request

from .models import Statement

_statements = rows_of(Statement, "made_by")


def _tell(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        one.pk: Entry(
            at=when[one.pk],
            title="Statement of disagreement",
            sentence=first_sentence(one.text),
            source=f"to {one.reference}, added by {titles.of(one.made_by, one.made_at)}",
            concern_id=one.concern_id,
            substance=in_full(("", one.text)),
        )
        for one in _statements(request, when)
    }


SOURCES = (Source("statements", "notes", _tell, on_concern("requests.statement", "n.made_at")),)
