"""What is held of a child, as items: which records are new since the last time, and how does each become a copy?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Model, QuerySet
from django.utils import timezone

from children.services import bulk
from safeguarding import parts
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record, record_many
from safeguarding.concerns.models import Concern
from safeguarding.dates import full_day
from safeguarding.keys import uuid7
from safeguarding.part_texts import written
from safeguarding.parts import Block, Key, Kind, Text
from sharing.requests.models import RequestFile, RequestItem, RightsRequest

from . import finding, reviewers
from .elsewhere import Said, concerns_that_mention, whose_record
from .files import Copy, Found, Without, copied, sealed_again
from .item_numbers import Numbers
from .joining import joined
from .known_people import own_keys

TASK = "requests"

S = RightsRequest.Status
_CONCERN, _ATTENDANCE = "concerns.concern", "plans.attendanceday"
# The educational record by default: what the school's register holds. Whoever reviews an item says otherwise.
_OF_RECORD = frozenset(
    f"children.{name}"
    for name in (
        *("child", "childdetail", "othername", "formerupn", "enrolment", "classepisode", "earlierschool", "household"),
        *("householdmember", "contact", "contactlink", "parentalresponsibility", "sibling", "photograph"),
        *("healthnote", "childupdate"),
    )
) | {_ATTENDANCE}


def told(case: RightsRequest, passages: Iterable[Block] = ()) -> list[Block]:
    """What is held of the child and of the records that became part of theirs, the family first; with these passages
    of records of others.
    """
    own = own_keys(case)
    mentioned = concerns_that_mention(own)
    blocks = by_term(parts.gather(_every_row, own, beyond_file=True, with_errors=True))
    # What only lists the child as mentioned says so, and is no record of theirs: its passages are.
    held = [b for b in blocks if b.right.key not in mentioned or not b.is_beyond_file]
    found = [*joined(held), *passages]
    rights = {block.right.key for block in found if block.right.label == _CONCERN}
    concerns = Concern.objects.filter(pk__in=rights).only("year", "number", "logged_at").in_bulk()
    return [_with_reference(b, concerns.get(b.right.key)) for b in sorted(found, key=partial(_place, concerns))]


def _with_reference(block: Block, concern: Concern | None) -> Block:
    """What hangs on a concern says on which: "Decision, C-2026-0031"."""
    if concern is None or concern.reference in block.title:
        return block
    return replace(block, title=f"{block.title}, {concern.reference}")


def by_term(blocks: Iterable[Block]) -> list[Block]:
    """The same with the days of attendance of one term as one block: nobody reviews, or reads, a page for each day."""
    found: list[Block] = []
    days: defaultdict[tuple[Key, str], list[Block]] = defaultdict(list)
    for block in blocks:
        if block.record.label == _ATTENDANCE and block.moment is not None:
            days[block.right, _term_of(block.moment)].append(block)
        else:
            found.append(block)
    return [*found, *(_one_term(term, sorted(some, key=_when)) for (_, term), some in days.items())]


def _term_of(moment: datetime) -> str:
    day = timezone.localdate(moment)
    return f"{'spring' if day.month < 4 else 'summer' if day.month < 9 else 'autumn'} {day.year}"


def _one_term(term: str, days: Sequence[Block]) -> Block:
    """One block of these days: a text for each month, a line for each day. Its key is no row's."""
    first = days[0]
    months: defaultdict[str, list[str]] = defaultdict(list)
    for day in days:
        on = full_day(day.moment) if day.moment else ""
        months[on.partition(" ")[2]].append(f"{on}: {_said(day)}")
    texts = tuple(Text(month, "\n".join(lines), Kind.LISTED) for month, lines in months.items())
    key = Key(_ATTENDANCE, uuid5(first.right.key, f"attendance {term}"))
    return replace(first, title=f"Attendance, {term}", record=key, revision=None, texts=texts)


def _said(block: Block) -> str:
    return "; ".join(f"{one.label}: {one.text}" for one in block.texts)


def _every_row(model: type[Model]) -> QuerySet[Any]:
    return model._default_manager.all()


def _place(concerns: Mapping[UUID, Concern], block: Block) -> tuple[Any, ...]:
    """The family, then the concerns with what hangs on each, then the rest: the oldest first."""
    if block.record.label.startswith("children."):
        return 0, 0.0, "", 0.0
    if concern := concerns.get(block.right.key):
        return 1, concern.logged_at.timestamp(), str(concern.pk), 0.0
    return 2, 0.0, "", _when(block)


def _when(block: Block) -> float:
    return block.moment.timestamp() if block.moment else 0.0


# A record, and whether it is a passage: once the child has a part in it, the whole record comes too.
_Copied = tuple[Key, bool]


class Known:
    """What has been copied for a case already."""

    def __init__(self, case: RightsRequest) -> None:
        rows = RequestItem.objects.filter(case=case).exclude(source="").order_by("source_revision")
        self._revisions: dict[_Copied, set[int | None]] = {}
        self._latest: dict[_Copied, RequestItem] = {}
        for item in rows:
            key = (Key(item.source, item.source_key), item.is_passage)  # type: ignore[arg-type]
            self._revisions.setdefault(key, set()).add(item.source_revision)
            if key not in self._latest or item.source_revision is not None:
                self._latest[key] = item

    def is_new(self, block: Block) -> bool:
        """Whether this was not copied as it is. What counts no saves is compared."""
        key = _copied(block)
        if key not in self._revisions:
            return True
        if block.revision is not None:
            return block.revision not in self._revisions[key]
        return not _is_same(self._latest[key].content.get("blocks", []), _texts(block))

    def revision(self, block: Block) -> int | None:
        """The number under which it is copied now."""
        before = self._revisions.get(_copied(block))
        if block.revision is not None or before is None:
            return block.revision
        return max((one or 0 for one in before), default=0) + 1

    def lacks(self, block: Block, found: Found) -> bool:
        """Whether this file was not copied, or could not be then."""
        return _revision_of(found) not in self._revisions.get(_copied(block), ())


def _copied(block: Block) -> _Copied:
    return block.record, block.is_beyond_file


def _revision_of(found: Found) -> int | None:
    """A file never changes; one that nobody may have may be there another day."""
    return 0 if found.without else None


def _texts(block: Block) -> list[dict[str, Any]]:
    return [
        {
            "key": f"r{n}",
            "label": one.label,
            "text": one.text,
            "kind": one.kind.value,
            "of": written(one.of),
            **({"named": [[*place] for place in one.where]} if isinstance(one, Said) else {}),
        }
        for n, one in enumerate(block.texts, 1)
    ]


def _is_same(before: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]]) -> bool:
    """Whether a copy says what the record says now, as far as the copy says it."""
    return len(before) == len(now) and all(one.items() <= other.items() for one, other in zip(before, now, strict=True))


def row_of(
    case: RightsRequest, block: Block, wrong: frozenset[Key], revision: int | None, *, at: datetime
) -> dict[str, Any]:
    """An item of a record, not kept yet: without a number and a reviewer."""
    return {
        "id": uuid7(),
        "case_id": case.pk,
        "school_id": case.school_id,
        "source": block.record.label,
        "source_key": block.record.key,
        "source_revision": revision,
        "concern_key": block.right.key if block.right.label == _CONCERN else None,
        "of_child": whose_record(block),
        "title": block.title,
        "moment": block.moment,
        "content": {"blocks": _texts(block), "pages": []},
        "is_in_error": block.record in wrong,
        "is_passage": block.is_beyond_file,
        "is_record": block.record.label in _OF_RECORD,
        "made_at": at,
        "right": block.right,
    }


def keep(case: RightsRequest, rows: Sequence[dict[str, Any]], *, file: RequestFile | None = None) -> None:
    """Make these items, each with a reviewer who may see its source. In the transaction of whoever calls."""
    if not rows:
        return
    rights = [row.pop("right") for row in rows]
    sources = [
        reviewers.Source(Key(row["source"], row["source_key"]), right) for row, right in zip(rows, rights, strict=True)
    ]
    choice, numbers = reviewers.Choice(case, sources), Numbers(case)
    found = [choice.of(source) for source in sources]
    for row, reviewer in zip(rows, found, strict=True):
        row["reviewer_id"] = reviewer.pk if reviewer else None
        row["number"] = numbers.next(row["reviewer_id"])
    # Named first: an item goes to nobody who is not.
    reviewers.name(case, {user.pk: user for user in found if user}.values(), at=timezone.now())
    bulk.insert(RequestItem, rows)
    finding.mark(case)
    if file is not None:
        file.save(force_insert=True)
    # Of no school: who reads the log of the school would count what somebody else reviews.
    record_many(Verb.CREATE, RequestItem._meta.label_lower, [row["id"] for row in rows])
    set_back(case)


def copy_file(case: RightsRequest, block: Block, found: Found, wrong: frozenset[Key], *, at: datetime) -> None:
    """The item of a file: what its record says, and what it shows. Looked into outside of any transaction."""
    row = row_of(case, block, wrong, _revision_of(found), at=at)
    shows, file = Copy(without=found.without), None
    if not found.without:
        shows, content = copied(found)
        if content:
            file = sealed_again(case, row["id"], found, content, at=at)
    said = [] if shows.without == Without.WITHHELD_FILE else row["content"]["blocks"]
    row["content"] = {"blocks": [*said, *shows.blocks], "pages": list(shows.pages)}
    row["without"], row["why"] = shows.without, shows.why
    with system_task(TASK):
        keep(case, [row], file=file)


def set_back(case: RightsRequest) -> None:
    """What was prepared or approved is so no more: something was added (`documents.changed`, for nobody by name)."""
    held = RightsRequest.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if held.status in (S.PREPARED, S.APPROVED):
        held.status, held.approved_state = S.OPEN, ""
        held.prepared_at = held.prepared_by = held.approved_at = held.approved_by = None
        held.revision += 1
        made = ("prepared_at", "prepared_by", "approved_at", "approved_by", "approved_state")
        held.save(update_fields=["status", "revision", *made])
        record(Verb.CHANGE, held, purpose="something was added")
