"""What of a child's record was entered in error? It counts all the same: it is held, and so it is asked for."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.apps import apps
from django.db.models import Q

from safeguarding.concerns.models import OUT_OF_THE_RECORD, Concern
from safeguarding.parts import Block, Key
from safeguarding.plans.models import Episode

_CONCERN, _EPISODE = Concern._meta.label_lower, Episode._meta.label_lower


def in_error(blocks: Collection[Block]) -> frozenset[Key]:
    """The records among these that two people said were entered in error, and what hangs on them."""
    rights = {block.right.key for block in blocks if block.right.label == _CONCERN}
    wrong = set(
        Concern.objects.filter(pk__in=list(rights), in_error__in=OUT_OF_THE_RECORD).values_list("pk", flat=True)
    )
    of_concerns = {block.record for block in blocks if block.right.label == _CONCERN and block.right.key in wrong}
    return frozenset(of_concerns | _of_plans(blocks))


def _of_plans(blocks: Collection[Block]) -> set[Key]:
    """Plans, their dates, people and files."""
    by_label: defaultdict[str, list[UUID]] = defaultdict(list)
    for block in blocks:
        if block.record.label.startswith("plans."):
            by_label[block.record.label].append(block.record.key)
    found: set[Key] = set()
    for label, keys in by_label.items():
        model = apps.get_model(label)
        if label == _EPISODE:
            wrong = Q(status="error")
        elif any(field.name == "episode" for field in model._meta.concrete_fields):
            wrong = Q(episode__status="error")
        else:
            continue
        rows = model._default_manager.filter(wrong, pk__in=keys)
        found |= {Key(label, key) for key in rows.values_list("pk", flat=True)}
    return found
