"""Which records of the child go out? Chosen one by one from the parts of the record, each with its text as it stood."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import visible
from safeguarding.audit.services import record
from safeguarding.concerns.models import EarlierFile, EarlierRecord
from safeguarding.exceptions import BadInput
from safeguarding.part_texts import written
from safeguarding.parts import Block, Key, read_parts
from safeguarding.plans.models import Episode, PlanFile, Professional, Step, StepNote
from sharing.events.models import SharedItem, SharingEvent

from .drafts import hold_draft
from .enclosing import GONE, documents_of, ensure_small, has_document

# Far more than anybody hands over piece by piece.
MOST = 1000
CHANGED_ITEMS = "A record has changed since it was chosen, or is not there for you"
# So many are named in a sentence.
_NAMED = 3
_CONCERN = "concerns.concern"
# Of these the concern with which their plan began says who may not see them.
_OF_PLANS = {
    model._meta.label_lower: (model, "began_with" if model is Episode else "episode__began_with")
    for model in (Episode, Step, StepNote, PlanFile, Professional)
}


@dataclass(frozen=True)
class Offer:
    """Records of one kind, or of one concern, that can be chosen."""

    key: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def named(self) -> str:
        """Attendance, 52."""
        return self.title if len(self.blocks) == 1 else f"{self.title}, {len(self.blocks)}"


def name_of(block: Block) -> str:
    """What a form calls a record: its kind and its key."""
    return f"{block.record.label}:{block.record.key}"


def offers(asks: Asks, event: SharingEvent) -> list[Offer]:
    """What there is of the child, as far as the reader may see it and the child's own file tells it: first by concern,
    the newest first, then by kind.
    """
    groups: dict[str, list[Block]] = {}
    blocks = read_parts(asks, [event.child_id])
    shut = for_leads(asks, blocks)
    for block in blocks:
        is_own = block.record.key == event.pk or block.record.label.startswith("sharing.shared")
        if is_own or block.record in shut:
            continue
        of_concern = block.right.label == _CONCERN
        groups.setdefault(str(block.right.key) if of_concern else block.record.label, []).append(block)
    made = [Offer(key, _title(key, some), tuple(sorted(some, key=_newest))) for key, some in groups.items()]
    return sorted(made, key=lambda one: (_CONCERN not in one.blocks[0].right.label, _newest(one.blocks[0]), one.title))


def for_leads(asks: Asks, blocks: Iterable[Block]) -> frozenset[Key]:
    """What another school kept for its leads. Whoever reads a decision would read it there too."""
    found = set[Key]()
    for model in (EarlierRecord, EarlierFile):
        label = model._meta.label_lower
        if keys := [block.record.key for block in blocks if block.record.label == label]:
            rows = visible(asks, model).filter(pk__in=keys).exclude(readers="").values_list("pk", flat=True)
            found |= {Key(label, key) for key in rows}
    return frozenset(found)


def _title(key: str, blocks: Sequence[Block]) -> str:
    whole = next((one.title for one in blocks if str(one.record.key) == key), "")
    return whole or blocks[0].title


def _newest(block: Block) -> tuple[float, UUID]:
    return (-block.moment.timestamp() if block.moment else 0.0, block.record.key)


def digest_of(block: Block) -> str:
    """The digest of what a record says: another one where a word of it was changed, or is about somebody else."""
    texts = [[text.label, text.text, written(text.of)] for text in block.texts]
    said = [block.title, str(block.moment or ""), texts]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def there_now(asks: Asks, event: SharingEvent) -> dict[str, Block]:
    """Every record that the person asking could choose, by its name in a form."""
    return {name_of(block): block for offer in offers(asks, event) for block in offer.blocks}


def name_of_item(item: SharedItem) -> str:
    """What a form calls a record that was chosen."""
    return f"{item.record_type}:{item.record_key}"


def changed_items(items: Iterable[SharedItem], there: Mapping[str, Block]) -> list[SharedItem]:
    """What was chosen and says something else by now, or is not there any more for the person asking."""
    return [one for one in items if (block := there.get(name_of_item(one))) is None or digest_of(block) != one.digest]


def standing_items(event: SharingEvent) -> list[SharedItem]:
    """What is chosen, the newest first."""
    return list(SharedItem.objects.filter(event=event, taken_out_at=None).order_by("-moment", "pk"))


def ensure_unchanged(asks: Asks, event: SharingEvent) -> None:
    """Raise `BadInput` where a record that was chosen says something else by now: it is looked at, and chosen again.

    No query but one where nothing is chosen.
    """
    items = standing_items(event)
    changed = changed_items(items, there_now(asks, event)) if items else []
    if changed:
        named = ", ".join(one.title for one in changed[:_NAMED])
        raise BadInput(f"{CHANGED_ITEMS}: {named}. Open the records, look at them, and choose again.")


@transaction.atomic
def choose_items(
    *,
    event: SharingEvent,
    seen: int,
    chosen: Collection[str],
    asks: Asks,
    by: User,
    enclosed: Collection[str] = (),
    at: datetime | None = None,
) -> SharingEvent:
    """These records, and no others; `enclosed` are those whose document goes along, which chooses them too. What said
    the same before stays as it was chosen; what is not among them is taken out.

    Raises `NotAllowed`, `BadInput` for a record or a document that is not there for who chooses and for documents that
    are too large together, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    held = hold_draft(event, seen, by=by)
    there = there_now(asks, held)
    wanted, along = dict.fromkeys([*chosen, *enclosed]), set(enclosed)
    if wanted.keys() - there.keys():
        raise BadInput("One of these records has changed or gone since. Open the page again and choose once more.")
    if not all(has_document(there[name]) for name in along):
        raise BadInput(f"{GONE}.")
    if len(wanted) > MOST:
        raise BadInput(f"Choose at most {MOST} records.")
    standing = {name_of_item(one): one for one in standing_items(held)}
    same = {
        name
        for name in wanted
        if (one := standing.get(name)) is not None
        and (one.digest, one.is_enclosed) == (digest_of(there[name]), name in along)
    }
    out = [one for name, one in standing.items() if name not in same]
    new = [there[name] for name in wanted if name not in same]
    if not (out or new):
        return held
    for one in out:
        one.taken_out_at, one.taken_out_by = at, by
        one.save(update_fields=["taken_out_at", "taken_out_by"])
    for block in new:
        given = _item(held, block) | {"is_enclosed": name_of(block) in along}
        SharedItem.objects.create(**given, chosen_at=at, chosen_by=by)
    ensure_small(documents_of(asks, standing_items(held)))
    held.concerns = sorted(_concerns(held, [there[name] for name in wanted]))
    held.revision += 1
    held.save(update_fields=["concerns", "revision"])
    record(Verb.CHANGE, held, by=by, purpose="items", count=len(wanted))
    return held


def _item(event: SharingEvent, block: Block) -> dict[str, object]:
    return {
        "event": event,
        "child_id": event.child_id,
        "school_id": event.school_id,
        "record_type": block.record.label,
        "record_key": block.record.key,
        "digest": digest_of(block),
        "title": block.title[:200],
        "moment": block.moment,
        "is_timed": block.is_timed,
        "text": {"texts": [[one.label, one.text, one.kind, written(one.of)] for one in block.texts]},
    }


def _concerns(event: SharingEvent, blocks: Iterable[Block]) -> set[UUID]:
    """The concern it is about, those that its records hang on, and those with which plans in it began."""
    behind = {concern for concerns in concerns_behind(blocks).values() for concern in concerns}
    return behind | ({event.concern_id} if event.concern_id else set())


def concerns_behind(blocks: Iterable[Block]) -> dict[Key, set[UUID]]:
    """The concerns that each record hangs on: its own, and that with which its plan began. One query a kind of plan."""
    found: dict[Key, set[UUID]] = {}
    of_plans: dict[str, list[UUID]] = {}
    for block in blocks:
        found[block.record] = {block.right.key} if block.right.label == _CONCERN else set()
        if block.record.label in _OF_PLANS:
            of_plans.setdefault(block.record.label, []).append(block.record.key)
    for label, keys in of_plans.items():
        model, link = _OF_PLANS[label]
        for key, began in model._default_manager.filter(pk__in=keys).values_list("pk", link):
            found[Key(label, key)] |= {began} if began else set()
    return found
