"""What in a text is its writer asked about before it is saved?

Whom they mention, and whom they name without saying so.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from children import mentions
from children.models import Child
from children.services.picking import Named, Pickable, Word, words_of

# Pointed out of one text, and offered for one find.
MOST, CHOICES = 20, 8
# Capitals that are a word of schools as often as the initials of a child: pointed out with full stops only.
_WORDS = frozenset(
    [
        "AM",
        "PM",
        "BC",
        "AD",
        "CP",
        "CT",
        "DT",
        "EH",
        "EP",
        "FM",
        "GP",
        "HR",
        "HT",
        "ID",
        "IT",
        "LA",
        "LP",
        "MP",
        "NB",
        "OK",
        "PA",
        "PC",
        "PE",
        "PP",
        "PT",
        "QA",
        "RE",
        "SW",
        "TA",
        "TB",
        "TV",
        "UK",
        "UN",
        "US",
        "VR",
        "WC",
    ]
)
# Where words stand in a text, from the first place to the last.
Spans = list[tuple[int, int]]
_MENTION = re.compile(r"(?<![\w@./])@(?=[^\W_])")


@dataclass(frozen=True)
class Finding:
    """Words of a text of which its writer is asked whom they mean.

    `spans` say where they stand, `choices` who it may be.
    """

    kind: str
    words: str
    spans: tuple[tuple[int, int], ...]
    choices: tuple[Child, ...]

    @property
    def said(self) -> str:
        """The words without what a form puts around a name."""
        found = mentions.MARK.fullmatch(self.words)
        return self.words if found is None else found[1] or mentions.ANOTHER

    @property
    def key(self) -> str:
        """Tells it from another in the same text, and says nothing of it."""
        return sha256(f"{self.kind}\0{self.words}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class LookedOver:
    """A text as it is kept, and what its writer is asked about first."""

    stored: str
    findings: list[Finding]


def look_over(text: str, pickable: Pickable, *, linked: Collection[Child], known: Collection[str] = ()) -> LookedOver:
    """Find the mentions in a text that was typed, the initials of `linked` children, and full names of children who are
    not linked.

    A mention is one of a form ("@[Rowan Ashdown k7f3q2m9xd]"), or an @ with a full name, a record number or a
    pseudonym. Whom it means must be certain: of anything less the writer is asked, and until they say it stays as
    words. `known` are pseudonyms that stood in the text before, whoever that is.
    """
    asked: dict[tuple[str, str], tuple[Spans, tuple[Child, ...]]] = {}
    kept: list[tuple[int, int, str]] = []

    def ask(kind: str, start: int, end: int, choices: Iterable[Child]) -> None:
        # The same words may stand there thousands of times: nothing is copied at each.
        spans, _ = asked.get((kind, text[start:end]), ([], ()))
        spans.append((start, end))
        asked[kind, text[start:end]] = spans, tuple(islice(choices, CHOICES))

    rest = list(text)
    for found in mentions.MARK.finditer(text):
        rest[found.start() : found.end()] = "\n" * len(found[0])
        if _is_certain(found, pickable, known):
            kept.append((*found.span(), mentions.marker(found[2])))
        else:
            said = found[1] or ""
            meant = pickable.by_pseudonym.get(found[2])
            ask("label", *found.span(), dict.fromkeys([*([meant] if meant else []), *pickable.called(said)]))
            kept.append((*found.span(), said or mentions.ANOTHER))
    left = "".join(rest)
    words = words_of(left)
    taken = _typed_mentions(left, words, pickable, kept, ask)
    _names(left, words, pickable, linked, taken, ask)
    for child, pattern in _initials(linked):
        for found in pattern.finditer(left):
            if found[0] not in _WORDS:
                ask("initials", *found.span(), [child])
    first = sorted(asked.items(), key=lambda one: one[1][0][0])[:MOST]
    findings = [Finding(*told, tuple(spans), choices) for told, (spans, choices) in first]
    return LookedOver(_replaced(text, kept), findings)


def with_choice(text: str, finding: Finding, child: Child) -> str:
    """The text with a mention of `child` wherever these words stand in it, as a form shows it."""
    instead = mentions.label(child.full_name, child.pseudonym)
    return _replaced(text, [(start, end, instead) for start, end in finding.spans])


def _is_certain(found: re.Match[str], pickable: Pickable, known: Collection[str]) -> bool:
    """Whether a mention of a form means whom it says: nobody has typed another name into it."""
    card = pickable.by_pseudonym.get(found[2])
    said = (found[1] or "").strip()
    if not said or said.startswith(mentions.ANOTHER):
        return card is not None or found[2] in known
    return (found[2] in known and card is None) or (card is not None and said == mentions.plain(card.full_name))


def _typed_mentions(
    text: str,
    words: Sequence[Word],
    pickable: Pickable,
    kept: list[tuple[int, int, str]],
    ask: Callable[[str, int, int, Iterable[Child]], None],
) -> set[int]:
    """Mentions that were typed with an @. Those that are certain go to `kept`. Returns where their first words begin.

    An @ before what names no child is none of ours: an address, an hour, what somebody is called elsewhere.
    """
    starts = {word.start: place for place, word in enumerate(words)}
    taken: set[int] = set()
    for found in _MENTION.finditer(text):
        if (place := starts.get(found.end())) is None:
            continue
        word = words[place]
        named = pickable.full_name_at(text, words, place)
        end, children = (named.end, named.children) if named else (word.end, ())
        if not children:
            typed = text[word.start : word.end]
            exact = pickable.by_pseudonym.get(typed) if mentions.is_pseudonym(typed) else None
            children = (exact,) if exact else tuple(pickable.of_number(typed))
            named = named or (Named(word.start, end, children) if children else None)
        taken.add(word.start)
        if named and len(children) == 1:
            kept.append((found.start(), end, mentions.marker(children[0].pseudonym)))
        elif choices := children or tuple(pickable.of_part(word)):
            ask("which", found.start(), end, choices)
    return taken


def _names(
    text: str,
    words: Sequence[Word],
    pickable: Pickable,
    linked: Collection[Child],
    taken: Collection[int],
    ask: Callable[[str, int, int, Iterable[Child]], None],
) -> None:
    """Full names of children who are not linked; a name that a linked child has too is taken for that child's."""
    here = {child.pk for child in linked}
    until = 0
    for place, word in enumerate(words):
        if word.start < until or (named := pickable.full_name_at(text, words, place)) is None:
            continue
        until = named.end
        # Of who has one name only, it is as often a word.
        if word.start in taken or named.end <= word.end:
            continue
        if not any(child.pk in here for child in named.children):
            ask("name", named.start, named.end, named.children)


def _initials(linked: Iterable[Child]) -> list[tuple[Child, re.Pattern[str]]]:
    """How the initials of each child are written: RA, R.A., R. A."""
    found = []
    for child in linked:
        firsts = {name[0].upper() for name in (child.forename, child.known_forename) if name}
        lasts = {name[0].upper() for name in (child.surname, child.known_surname) if name}
        pairs = "|".join(
            rf"{re.escape(f)}\.?[ \u00a0]?{re.escape(s)}\b\.?" for f in sorted(firsts) for s in sorted(lasts)
        )
        if pairs:
            found.append((child, re.compile(rf"(?<![\w@])(?:{pairs})(?!\w)")))
    return found


def _replaced(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """The text with something else in these places, none of which overlap."""
    at, parts = 0, []
    for start, end, instead in sorted(spans):
        parts += [text[at:start], instead]
        at = end
    return "".join([*parts, text[at:]])
