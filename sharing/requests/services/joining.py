"""Which records are read as one item? An adult with what links them to the child, a plan with its dates: nobody reviews
three items for each adult, or one for each date.

The item is under the key of the adult or the plan, so that whoever may not see these gets none of it. A date that is a
meeting about a concern, or follows from one, is an item of its own: some who read the plan may not see it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from children.models import Contact, ContactLink, ParentalResponsibility
from safeguarding.dates import full_day
from safeguarding.parts import Block, Key, Text
from safeguarding.plans.models import Episode, Step

_ADULT, _PLAN = Contact._meta.label_lower, Episode._meta.label_lower
_LINKS = {model._meta.label_lower: model for model in (ContactLink, ParentalResponsibility)}
_STEP = Step._meta.label_lower


def joined(blocks: Iterable[Block]) -> list[Block]:
    """Return these blocks, with those of a whole that is among them as one under its key. A query for each kind."""
    found = list(blocks)
    there = {block.record for block in found if block.record.label in (_ADULT, _PLAN)}
    wholes = {key: whole for key, whole in _wholes(found).items() if whole in there}
    parts: defaultdict[Key, list[Block]] = defaultdict(list)
    for block in found:
        if block.record in wholes:
            parts[wholes[block.record]].append(block)
    kept = (block for block in found if block.record not in wholes)
    return [_one(block, parts[block.record]) if block.record in parts else block for block in kept]


def _wholes(blocks: Sequence[Block]) -> Mapping[Key, Key]:
    """Of each part the whole to which it belongs."""
    keys: defaultdict[str, list[UUID]] = defaultdict(list)
    for block in blocks:
        keys[block.record.label].append(block.record.key)
    found: dict[Key, Key] = {}
    for label, model in _LINKS.items():
        rows = model._default_manager.filter(pk__in=keys[label], contact__isnull=False)
        found |= {Key(label, pk): Key(_ADULT, contact) for pk, contact in rows.values_list("pk", "contact_id")}
    return found | {Key(_STEP, pk): Key(_PLAN, plan) for pk, plan in _dates(keys[_STEP])}


def _dates(keys: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """The dates that whoever reads the plan sees, each with its plan: neither a meeting nor after one."""
    rows = list(Step.objects.filter(pk__in=keys).values_list("pk", "episode_id", "meeting_id", "after_id"))
    there = {pk for pk, *_ in rows} | {None}
    apart = {pk for pk, _, meeting, after in rows if meeting is not None or after not in there}
    while more := {pk for pk, _, _, after in rows if after in apart and pk not in apart}:
        apart |= more
    return [(pk, plan) for pk, plan, _, _ in rows if pk not in apart]


def _one(whole: Block, parts: Sequence[Block]) -> Block:
    """A whole with the texts of its parts behind its own, the oldest first, each under the day or name of its part.

    What counts no saves is compared when it is gathered again, so a change of a part is a change of it.
    """
    texts = list(whole.texts)
    for part in sorted(parts, key=lambda one: (one.record.label, one.moment.timestamp() if one.moment else 0.0)):
        heading = full_day(part.moment) if part.record.label == _STEP and part.moment else part.title
        texts += [_under(heading, text) for text in part.texts]
    return replace(
        whole,
        texts=tuple(texts),
        revision=None,
        children=whole.children.union(*(part.children for part in parts)),
        files=(*whole.files, *(file for part in parts for file in part.files)),
    )


def _under(heading: str, text: Text) -> Text:
    return replace(text, label=f"{heading}: {text.label}")
