"""Where was something written? The words of concerns are opened and read one after another, newest first.

No index holds them: it would keep what is destroyed (design section 6). So a search goes as far as it comes in two
seconds or to fifty concerns, says how far that was, and goes on from there.
"""

import re
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Func, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from children.models import ChildFile
from safeguarding.concerns.models import Attachment, Concern
from safeguarding.concerns.services.reading import listed
from safeguarding.concerns.services.whole import See
from safeguarding.paging import newest_first, place_of
from safeguarding.records import of_concerns, records
from safeguarding.sealing.fields import SealedField
from safeguarding.sealing.ring import ring
from safeguarding.sealing.services.rows import open_rows, sealed_fields

# Texts as their reader reads them.
Tell = Callable[[Sequence[str]], list[str]]

# Concerns of which the texts are opened at a time.
BATCH = 4000
# A search ends at so many concerns, or after so many seconds. See perf.md.
MOST, SECONDS = 50, 2.0
# What is shown of each concern, and of the text around what was looked for.
PASSAGES, AROUND = 3, 70
# Words and phrases that one search takes: each of them must be there.
TERMS = 8

# A file that is withheld is named nowhere.
_TOLD: dict[type[Model], Q] = {Attachment: Q(withheld_at=None)}
_PHRASE = re.compile(r'"([^"]+)"|(\S+)')
_WORD = re.compile(r"\w")
_CLINGING = re.compile(r"^\W+|[^\w\u0300-\u036f\u0900-\u0dff\u064b-\u0652]+$")
# Kept twice: as each closing has it, and as the concern stands now.
_COPIES = frozenset({"closing_reason"})
_OTHER = re.compile(r"[^\x00-\x7f]")
# Letters that no decomposition takes apart, and marks that a keyboard does not have.
_ALIKE = str.maketrans("øłđðı‘’ʼ´“”„«»‐‑–—\u00a0", "olddi''''" + 5 * '"' + "---- ")


@dataclass(frozen=True)
class Pattern:
    """What is looked for: `whole` at the beginning of a word; `needle`, its first word, in any text in which it may
    be.
    """

    needle: str
    whole: re.Pattern[str]


@dataclass(frozen=True)
class Passage:
    """A piece of a text: `where` it stands, and its parts in order, each with whether it is what was looked for."""

    where: str
    parts: list[tuple[str, bool]]


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


def terms_of(words: str) -> list[str]:
    """The words and "phrases in quotation marks" of a search, in plain small letters. One letter alone is no word.

    What clings to a word is left off ("toast." is toast); a phrase stays as it was typed.
    """
    found = (phrase or _CLINGING.sub("", word) for phrase, word in _PHRASE.findall(_plain(words)))
    tidy = (" ".join(term.split()) for term in found)
    return list(dict.fromkeys(term for term in tidy if len(term) > 1 and _WORD.search(term)))[:TERMS]


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
    looked_for = [_pattern(term) for term in terms]
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
            if passages := _passages(texts.get(last.pk, ()), looked_for):
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
    looked_for = [_pattern(term) for term in terms]
    if not looked_for:
        return FoundDocuments([], False)
    may_hold = _sieve([pattern.needle for pattern in looked_for])
    rows = (
        see(ChildFile)
        .filter(school_id=school_id, removed_at=None, withheld_at=None)
        .order_by("-attached_at", "-pk")[: BATCH + 1]
    )
    names = _raw(rows.values_list(_as_text("pk"), _as_text("child_id"), "name"))
    ring().fetch(list({UUID(child).bytes for _, child, _ in names}))
    fitting: dict[UUID, Passage] = {}
    for row, _, texts in open_rows(sealed_fields(ChildFile), names[:BATCH]):
        for name in (words.decode() for words in texts if may_hold(words)):
            if passages := _passages([("", name, _plain(name))], looked_for):
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

    One query for each kind of text. Only the few texts that hold something are looked at again (`_passages`).
    """
    found: defaultdict[str, list[tuple[int, str, str, str, str]]] = defaultdict(list)
    may_hold = _sieve([pattern.needle for pattern in looked_for])
    keys = Value(f"{{{','.join(map(str, concerns))}}}")
    mentioning: list[tuple[int, str, str, str, str]] = []
    ring().fetch([concern.bytes for concern in concerns])
    for place, (model, where) in enumerate(searched().items()):
        link = "pk" if model is Concern else "concern_id"
        # In the order of the page once they are found, which few are.
        rows = see(model).filter(_OneOf(link, keys), _TOLD.get(model, Q())).order_by()
        fields = _narratives(model)
        wanted = rows.values_list(_as_text("pk"), _as_text(link), *(field.name for field in fields))
        for row, concern, texts in open_rows(fields, _raw(wanted)):
            for words in texts:
                if b"@[" in words:
                    mentioning.append((place, row, where, concern, words.decode()))
                elif may_hold(words):
                    text = words.decode()
                    found[concern].append((place, row, where, text, _plain(text)))
    # Told together: whom they name is asked for once.
    for (place, row, where, concern, _), text in zip(mentioning, tell([each[-1] for each in mentioning]), strict=True):
        if may_hold(text.encode()):
            found[concern].append((place, row, where, text, _plain(text)))
    return {UUID(key): [text[2:] for text in sorted(texts, key=itemgetter(0, 1))] for key, texts in found.items()}


def _sieve(needles: Sequence[str]) -> Callable[[bytes], bool]:
    """Whether one of these stands in a text, in plain letters.

    Nearly every text is ASCII: its bytes are looked at as they are.
    """
    sought = [needle.encode() for needle in needles]

    def may_hold(words: bytes) -> bool:
        plain = words.lower() if words.isascii() else _plain(words.decode()).encode()
        return any(map(plain.__contains__, sought))

    return may_hold


def _as_text(column: str) -> Cast:
    """A key as text: it is put beside what is sealed, and nobody needs an object of it."""
    return Cast(column, TextField())


def _raw(rows: QuerySet[Any]) -> list[Any]:
    """The rows as the database has them."""
    statement, given = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


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


def _passages(texts: Sequence[tuple[str, str, str]], looked_for: Sequence[Pattern]) -> list[Passage]:
    """The first places where something stands that is looked for; none unless all of it stands somewhere.

    A text is where it stands, the text as it was written, and in plain letters.
    """
    missing, places = set(looked_for), []
    for where, text, plain in texts:
        spans = {pattern: [found.span() for found in pattern.whole.finditer(plain)] for pattern in looked_for}
        missing -= {pattern for pattern, there in spans.items() if there}
        if any(spans.values()):
            places.append(
                _passage(
                    where,
                    _composed(text),
                    sorted(chain.from_iterable(spans.values()), key=lambda span: (span[0], -span[1])),
                )
            )
    return [] if missing else places[:PASSAGES]


def _passage(where: str, text: str, spans: Sequence[tuple[int, int]]) -> Passage:
    """The text around the first of `spans`, cut between words where there are any, with what was looked for in it
    marked.
    """
    first, last = spans[0]
    start, end = max(0, first - AROUND), min(len(text), last + AROUND)
    if start and (space := text.find(" ", start, first)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", last, end)) >= 0:
        end = space
    parts: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = start
    for begins, ends in spans:
        if begins >= at and ends <= end:
            parts += [(text[at:begins], False), (text[begins:ends], True)]
            at = ends
    parts.append((text[at:end] + (" …" if end < len(text) else ""), False))
    return Passage(where, [part for part in parts if part[0]])


def _pattern(term: str) -> Pattern:
    """A term at the beginning of a word, its own words any white space apart."""
    start = r"(?<!\w)" if _WORD.match(term) else ""
    words = term.split()
    return Pattern(words[0], re.compile(start + r"\s+".join(map(re.escape, words))))


def _composed(text: str) -> str:
    """The text with each letter and its accent as one character."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _plain(text: str) -> str:
    """Small letters without accents: of the composed text, and as long, so that a place in the one is that in the
    other.
    """
    return text.lower() if text.isascii() else _OTHER.sub(_plain_letter, _composed(text)).lower()


def _plain_letter(found: re.Match[str]) -> str:
    return _plain_letters().get(found[0], found[0])


@cache
def _plain_letters() -> dict[str, str]:
    """Each capital, accented letter or typographic mark, with the one plain character that stands for it."""
    letters = {}
    for letter in map(chr, range(0x80, 0x3000)):
        small = letter.lower()[0].translate(_ALIKE)
        bare = unicodedata.normalize("NFKD", small)
        letters[letter] = (bare[0] if all(map(unicodedata.combining, bare[1:])) else small).translate(_ALIKE)
    return letters
