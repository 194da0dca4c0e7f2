"""Where was something written? The words of concerns are opened and read one after another, newest first.

No index holds them: it would keep what is destroyed (design section 6). So a search goes as far as it comes in two
seconds or to fifty concerns, says how far that was, and goes on from there.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import itemgetter
from uuid import UUID

from django.db.models import BooleanField, Func, Model, Q, Value

from children.models import ChildFile
from safeguarding.concerns.models import Attachment, Concern
from safeguarding.concerns.services.passages import Passage, Pattern, passages_in, pattern_of, plain, sieve
from safeguarding.concerns.services.reading import listed
from safeguarding.concerns.services.whole import See
from safeguarding.paging import newest_first, place_of
from safeguarding.records import of_concerns, records
from safeguarding.sealing.fields import SealedField
from safeguarding.sealing.ring import ring
from safeguarding.sealing.services.rows import as_text, open_rows, raw_rows, sealed_fields

# Texts as their reader reads them.
Tell = Callable[[Sequence[str]], list[str]]

# Concerns of which the texts are opened at a time.
BATCH = 4000
# A search ends at so many concerns, or after so many seconds. See perf.md.
MOST, SECONDS = 50, 2.0

# A file that is withheld is named nowhere.
_TOLD: dict[type[Model], Q] = {Attachment: Q(withheld_at=None)}
# Kept twice: as each closing has it, and as the concern stands now.
_COPIES = frozenset({"closing_reason"})


@dataclass(frozen=True)
class Hit:
    """A concern in which everything stands that was looked for."""

    concern: Concern
    passages: list[Passage]


@dataclass(frozen=True)
class Found:
    """A document of a child's record, with its name, in which what was looked for is marked."""

    file: ChildFile
    name: Passage


@dataclass(frozen=True)
class FoundDocuments:
    """What a search of documents came to, newest first. `is_cut`: there was more to look through, or to show."""

    found: list[Found]
    is_cut: bool


@dataclass(frozen=True)
class Searched:
    """What a search came to. `older` is where it goes on, empty at the end; `back_to` when the last concern in it was
    logged.

    `from_newest`: it did not go on from an earlier one.
    """

    hits: list[Hit]
    older: str
    back_to: datetime | None
    from_newest: bool


def search_words(
    see: See,
    school_id: UUID,
    terms: Sequence[str],
    *,
    before: str = "",
    tell: Tell = list,
    clock: Callable[[], float] = time.monotonic,
) -> Searched:
    """Concerns of the school in which each of `terms` stands somewhere, at the beginning of a word, newest first.

    `see` is the read gate: of each kind of text only what the person may see is opened. `tell` gives texts as the
    person reads them: a mention is found by what it says to them, and by nothing else. `before` is the `older` of a
    search that ended early.
    """
    looked_for = [pattern_of(term) for term in terms]
    begun, back_to, from_newest = clock(), None, True
    hits: list[Hit] = []
    while looked_for:
        concerns = see(Concern).filter(school_id=school_id).values_list("pk", "logged_at", named=True)
        page = newest_first(concerns, "logged_at", before, size=BATCH)
        if back_to is None:
            from_newest = page.is_first
        if not page.rows:
            before = ""
            break
        texts = _holding(see, [concern.pk for concern in page.rows], looked_for, tell)
        fitting: dict[UUID, list[Passage]] = {}
        for last in page.rows:
            if passages := passages_in(texts.get(last.pk, ()), looked_for):
                fitting[last.pk] = passages
                if len(hits) + len(fitting) == MOST:
                    break
        hits += _hits(see, fitting)
        back_to = last.logged_at
        before = place_of(last, "logged_at") if page.older or last is not page.rows[-1] else ""
        if not before or len(hits) == MOST or clock() - begun > SECONDS:
            break
    return Searched(hits, before, back_to, from_newest)


def search_documents(see: See, school_id: UUID, terms: Sequence[str]) -> FoundDocuments:
    """Documents of children's records, newest first, of which the name has each of `terms` at the beginning of a word.

    Their names are looked at as texts of concerns are: those of the newest `BATCH`, until `MOST` fit. Two queries,
    three where there are any.
    """
    looked_for = [pattern_of(term) for term in terms]
    if not looked_for:
        return FoundDocuments([], False)
    may_hold = sieve([pattern.needle for pattern in looked_for])
    rows = (
        see(ChildFile)
        .filter(school_id=school_id, removed_at=None, withheld_at=None)
        .order_by("-attached_at", "-pk")[: BATCH + 1]
    )
    names = raw_rows(rows.values_list(as_text("pk"), as_text("child_id"), "name"))
    ring().fetch(list({UUID(child).bytes for _, child, _ in names}))
    fitting: dict[UUID, Passage] = {}
    for row, _, texts in open_rows(sealed_fields(ChildFile), names[:BATCH]):
        for name in (words.decode() for words in texts if may_hold(words)):
            if passages := passages_in([("", name, plain(name))], looked_for):
                fitting[UUID(row)] = passages[0]
        if len(fitting) > MOST:
            break
    is_cut, newest = len(names) > BATCH or len(fitting) > MOST, list(fitting)[:MOST]
    shown = see(ChildFile).select_related("child").in_bulk(newest) if newest else {}
    return FoundDocuments([Found(shown[key], fitting[key]) for key in newest if key in shown], is_cut)


def _hits(see: See, fitting: Mapping[UUID, list[Passage]]) -> list[Hit]:
    """The concerns that fit, in the order in which they were read, with what their rows show."""
    shown = listed(see(Concern)).in_bulk(list(fitting)) if fitting else {}
    return [Hit(shown[key], passages) for key, passages in fitting.items() if key in shown]


def _holding(
    see: See, concerns: Sequence[UUID], looked_for: Sequence[Pattern], tell: Tell
) -> dict[UUID, list[tuple[str, str, str]]]:
    """Of everything written about these concerns, the texts in which something may stand: where, as written, and plain.

    One query for each kind of text. Only the few texts that hold something are looked at again (`passages_in`).
    """
    found: defaultdict[str, list[tuple[int, str, str, str, str]]] = defaultdict(list)
    may_hold = sieve([pattern.needle for pattern in looked_for])
    keys = Value(f"{{{','.join(map(str, concerns))}}}")
    mentioning: list[tuple[int, str, str, str, str]] = []
    ring().fetch([concern.bytes for concern in concerns])
    for place, (model, where) in enumerate(searched().items()):
        link = "pk" if model is Concern else "concern_id"
        # In the order of the page once they are found, which few are.
        rows = see(model).filter(_OneOf(link, keys), _TOLD.get(model, Q())).order_by()
        fields = _narratives(model)
        wanted = rows.values_list(as_text("pk"), as_text(link), *(field.name for field in fields))
        for row, concern, texts in open_rows(fields, raw_rows(wanted)):
            for words in texts:
                if b"@[" in words:
                    mentioning.append((place, row, where, concern, words.decode()))
                elif may_hold(words):
                    text = words.decode()
                    found[concern].append((place, row, where, text, plain(text)))
    # Told together: whom they name is asked for once.
    for (place, row, where, concern, _), text in zip(mentioning, tell([each[-1] for each in mentioning]), strict=True):
        if may_hold(text.encode()):
            found[concern].append((place, row, where, text, plain(text)))
    return {UUID(key): [text[2:] for text in sorted(texts, key=itemgetter(0, 1))] for key, texts in found.items()}


class _OneOf(Func):  # type: ignore[misc]
    """Whether a column is one of many keys, sent as one text: sent one by one, they took longer than the rows to
    come.
    """

    template, arg_joiner = "%(expressions)s::uuid[])", " = ANY ("
    output_field = BooleanField()  # type: ignore[assignment]


def searched() -> dict[type[Model], str]:
    """Each model whose words are looked through, and what they are called there (`records.py`), in the order of the
    page of a concern: what is sealed of a concern, and of all that hangs on one.
    """
    of_concern = {Concern, *(record.model for record in of_concerns())}
    return {
        record.model: record.search_label
        for record in records()
        if record.model in of_concern and record.search_label and sealed_fields(record.model)
    }


@cache
def _narratives(model: type[Model]) -> list[SealedField]:
    return [field for field in sealed_fields(model) if field.name not in _COPIES]
