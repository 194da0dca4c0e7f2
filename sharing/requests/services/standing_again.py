"""Do typed words that were withheld, or taken out, stand on in another item?

Asked before an answer is said to be prepared, of the items that one person reviews: who reads one of two items alone
learns nothing of the other. The check of the files asks it of all.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from children import mentions
from children.names.normalise import squeezed
from safeguarding.accounts.models import User
from sharing.requests.checking import Passage, Protected, left_standing
from sharing.requests.checking.words import Match, Matcher
from sharing.requests.models import Decided, RequestItem, RightsRequest
from sharing.requests.redacting import release, told

from . import documents
from .composing import Taken
from .holding import GIVEN

# Of the words so many letters are quoted.
_QUOTED = 60


@dataclass(frozen=True)
class Again:
    """Words that were taken out of an item, or withheld with it, and stand in another one."""

    out_of: int
    item: int
    words: str

    @property
    def says(self) -> str:
        return (
            f"Item {self.item}: “{self.words}” stands there, and was taken out of item {self.out_of}. Take it out "
            "there too, or keep it there by hand and say why."
        )


def standing_again(case: RightsRequest, by: User) -> list[Again]:
    """One for each passage and each other item in which it stands, in the order of the items."""
    items = {one.number: one for one in _taken(case, by)}
    passages = [passage for one in items.values() for passage in one.passages()]
    if not passages:
        return []
    excused = [
        kept for one in items.values() for kept in (*left_standing(one.number, one.texts(), passages), *one.kept(_say))
    ]
    matcher = Matcher(Protected(passages=tuple(passages), excused=tuple(excused)))
    found = (
        Again(match.item, one.number, _quoted(match, passages))
        for one in items.values()
        for text in one.texts()
        for match in matcher.over(text, one.number, may_be_excused=True)
        if match.item is not None and match.item != one.number
    )
    return list(dict.fromkeys(found))


def _taken(case: RightsRequest, by: User) -> Iterator[Taken]:
    rows = RequestItem.objects.filter(case=case, reviewer=by).exclude(decided__in=("", Decided.OUT_OF_SCOPE))
    for row, marked in documents.each_marked(case, rows):
        document, here = documents.document_of(row), marked.marks
        is_given = row.decided in GIVEN
        yield Taken(row.number, "", "", document, here, told(release(document, here), _say) if is_given else None)


def _say(_: str) -> str:
    return mentions.ANOTHER


def _quoted(match: Match, passages: list[Passage]) -> str:
    """The beginning of the passage of which these letters are a piece."""
    words = next(one.words for one in passages if one.item == match.item and match.letters in squeezed(one.words))
    return words if len(words) <= _QUOTED else f"{words[:_QUOTED].rsplit(' ', 1)[0]} …"
