"""What does a child's chronology say of a concern that its file does not tell whole? One line, or a story of its own.

One piece for the page, for paper, and for the page on which a lead decides it. It needs nothing of the concern but its
number and its day, so that it says the same to somebody who may see this child alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from uuid import UUID

from django.utils import timezone

from children.models import Child
from safeguarding.accounts.titles import Titles, with_names
from safeguarding.audit.by_keys import ByKeys
from safeguarding.audit.reading import visible
from safeguarding.concerns.chronology import Entry, Source, When, read_of_concern
from safeguarding.concerns.models import Account, Concern, ConcernChild
from safeguarding.concerns.permissions import of_concern_seen
from safeguarding.concerns.places import Row
from safeguarding.concerns.told import linked
from safeguarding.http import Request

R = ConcernChild.Role
LINES = {
    R.WORRIED_ABOUT: "Concern logged",
    R.MAY_HAVE_CAUSED_HARM: "Named in a concern as a child who may have caused harm",
    R.WITNESS: "Named as witness in a concern",
    R.SIBLING: "Named as brother or sister in a concern",
    R.MENTIONED: "Mentioned in a concern",
}
ASK = "Ask the safeguarding lead."


_named = ByKeys[ConcernChild](
    lambda asked: with_names(
        visible(asked, ConcernChild).filter(asked.of()).annotate(opens=of_concern_seen(ConcernChild, asked.user)),
        "said_by",
    )
)


def _tell_linked(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        named.pk: in_file(named, when[named.pk], titles, opens=named.opens)  # type: ignore[attr-defined]
        for named in _named(request, when)
    }


def in_file(named: ConcernChild, moment: datetime, titles: Titles, *, opens: bool) -> Entry:
    """The line, or the story, as it stands in the file of this child.

    `opens`: whether the reader may open the concern.
    """
    story = named.file_says == ConcernChild.Says.STORY
    signed = f"written for this file by {titles.signed(named.said_by, named.said_at)}" if story else ""
    return Entry(
        at=moment,
        # Only a time that its author gave: midnight stands for none.
        timed=timezone.localtime(moment).time() != time(),
        title=LINES[R(named.role)],
        sentence=named.story if story else "" if named.file_says else ASK,
        source=signed,
        icon="people",
        concern_id=named.concern_id if opens else None,
    )


def preview(request: Request, concern: Concern, named: ConcernChild, account: Account | None) -> list[Entry]:
    """What this child's file will say, newest first: `named` with what is to be said, saved or not.

    What stands there is what the chronology and its paper show to somebody who may see only this child.
    """
    titles = Titles(concern.school_id)
    if named.file_says != ConcernChild.Says.WHOLE:
        moment = account.happened_at if account else None
        line = in_file(named, moment or concern.logged_at, titles, opens=False)
        return [replace(line, reference=concern.reference)]
    return read_of_concern(request, concern, titles)


def undecided(children: Collection[ConcernChild]) -> list[ConcernChild]:
    """Of the children of a concern, those whose file waits for a lead to say what it says: where there is more than
    one.
    """
    on_record = [named for named in children if named.child_id]
    return [named for named in on_record if not named.file_says] if len(on_record) > 1 else []


def _linked(request: Request, children: Sequence[Child]) -> list[Row]:
    return [
        Row(one.moment, one.key, "linked", one.concern_id, one.child_id)
        for one in linked(request, children)
        if one.moment is not None
    ]


LINKED = Source("linked", "links", _tell_linked, rows=_linked)
