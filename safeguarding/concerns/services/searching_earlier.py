"""Where was something written in an earlier system of the school? Its records and the names of its files, newest first.

They are no concerns, and stand beside them in what a search shows. Opened and read as the words of concerns are
(`searching.py`).
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from safeguarding.concerns.models import EarlierFile, EarlierRecord
from safeguarding.concerns.services.whole import See
from safeguarding.sealing.fields import SealedField
from safeguarding.sealing.ring import ring
from safeguarding.sealing.services.rows import as_text, open_rows, raw_rows, sealed_fields

from .passages import Passage, Pattern, passages_in, pattern_of, plain, sieve
from .searching import BATCH, MOST, SECONDS

# What each field is called where something is found in it.
_WHERE = {
    "author": "Who wrote it",
    "category": "Filed as",
    "narrative": "What was written",
    "further": "What was done, and more",
    "name": "Name of a file",
}
# It ends after so many batches, whatever the time.
MOST_BATCHES = 100


@dataclass(frozen=True)
class FoundEarlier:
    """A record or a file of an earlier system in which everything stands that was looked for, with its child."""

    row: EarlierRecord | EarlierFile
    passages: list[Passage]

    @property
    def is_file(self) -> bool:
        return isinstance(self.row, EarlierFile)


@dataclass(frozen=True)
class SearchedEarlier:
    """What a search of earlier records came to. `is_cut`: there was more to look through, or to show."""

    hits: list[FoundEarlier]
    is_cut: bool


def search_earlier(
    see: See, school_id: UUID, terms: Sequence[str], *, clock: Callable[[], float] = time.monotonic
) -> SearchedEarlier:
    """Records and files of the school in which each of `terms` stands at the beginning of a word, newest first.

    At most fifty of each, and as far back as it comes in two seconds, which are 100,000 records.
    """
    looked_for, ends = [pattern_of(term) for term in terms], clock() + SECONDS
    if not looked_for:
        return SearchedEarlier([], False)
    records = see(EarlierRecord).filter(school_id=school_id).order_by("-happened_at", "-pk")
    files = see(EarlierFile).filter(school_id=school_id, removed_at=None, withheld_at=None)
    found, is_cut = list[FoundEarlier](), False
    for model, rows in ((EarlierRecord, records), (EarlierFile, files.order_by("-attached_at", "-pk"))):
        fitting: dict[UUID, list[Passage]] = {}
        for start in range(0, MOST_BATCHES * BATCH, BATCH):
            number = _look(model, rows[start : start + BATCH], looked_for, fitting)
            if number < BATCH:
                is_cut |= len(fitting) > MOST
                break
            if len(fitting) >= MOST or clock() > ends:
                is_cut = True
                break
        else:
            is_cut = True
        shown = see(model).select_related("child").in_bulk(list(fitting)[:MOST]) if fitting else {}
        found += [FoundEarlier(shown[key], passages) for key, passages in fitting.items() if key in shown]
    return SearchedEarlier(found, is_cut)


def _look(model: Any, rows: Any, looked_for: Sequence[Pattern], fitting: dict[UUID, list[Passage]]) -> int:
    """Look through some rows; what fits goes into `fitting`, in their order. How many there were."""
    fields = sealed_fields(model)
    raw = raw_rows(rows.values_list(as_text("pk"), as_text("child_id"), *(field.name for field in fields)))
    if raw:
        ring().fetch(list({UUID(child).bytes for _, child, *_ in raw}))
    may_hold = sieve([pattern.needle for pattern in looked_for])
    texts: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for place, field in enumerate(fields):
        one_field = ((row, child, sealed[place]) for row, child, *sealed in raw)
        for row, _, words in open_rows([field], one_field):
            for text in (text for one in words if may_hold(one) for text in _texts(field, one)):
                texts[row].append((_WHERE[field.name], text, plain(text)))
    for row, *_ in raw:
        if passages := passages_in(texts.get(row, ()), looked_for):
            fitting[UUID(row)] = passages
    return len(raw)


def _texts(field: SealedField, words: bytes) -> Iterator[str]:
    """The texts in what was opened: one, or those of an action or a column."""
    if field.name != "further":
        yield words.decode()
        return
    further = json.loads(words)
    for action in further.get("actions", ()):
        yield " ".join(action.values())
    for heading, text in further.get("more", ()):
        yield f"{heading}: {text}"
