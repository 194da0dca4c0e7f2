"""What does a child's chronology say of a concern whose words mention the child, who has no part in it? One line.

Only to who may read that concern: that depends on the reader, so it is asked beside the index.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from children.models import Child
from safeguarding.accounts.titles import Titles
from safeguarding.audit.by_keys import ByKeys
from safeguarding.audit.reading import visible
from safeguarding.concerns.chronology import Entry, Source, When
from safeguarding.concerns.models import ConcernChild, Mention
from safeguarding.concerns.places import Row
from safeguarding.concerns.services.mentioned import standing
from safeguarding.concerns.told import told_of_each
from safeguarding.http import Request
from safeguarding.once import once

from .apart import LINES
from .rows import rows_of

_standing = ByKeys(
    lambda asked: (
        standing(visible(asked, Mention))
        .filter(asked.of("child_key"))
        .order_by("said_at", "pk")
        .values_list("pk", "concern_id", "child_key", "said_at")
    )
)
_one = rows_of(Mention, only=("concern",))


def _mentioned(request: Request, children: Sequence[Child]) -> list[Row]:
    """The first mention of each child in each concern; not where, in a family chronology, the concern itself stands."""

    def found() -> list[Row]:
        first: dict[tuple[UUID, UUID], Row] = {}
        listed = _standing(request, [child.pk for child in children])
        telling = told_of_each(request, children) if listed else {}
        for key, concern, child, said_at in listed:
            if concern not in telling:
                first.setdefault((concern, child), Row(said_at, key, "mentioned", concern, child))
        return list(first.values())

    return once(("mentioned", *(child.pk for child in children)), found)


def _tell(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        one.pk: Entry(
            at=when[one.pk],
            title=LINES[ConcernChild.Role.MENTIONED],
            icon="people",
            concern_id=one.concern_id,
        )
        for one in _one(request, when)
    }


MENTIONED = Source("mentioned", "links", _tell, rows=_mentioned)
