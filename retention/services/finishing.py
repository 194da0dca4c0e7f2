"""After records were destroyed: the keys of the epoch go, and a list all of whose records are gone is carried out.

Work of `destroyer`. What is still in old pages of the database of keys is under the key of the former epoch, which is
in no file any more. A list counts as carried out when somebody has looked: no key of it stands anywhere, no file is in
the store, no key opens.
"""

import logging
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from retention.models import DestructionItem, DestructionList, FileToDrop, ItemRun
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.ending.removal import left_of
from safeguarding.sealing import files, ledger
from safeguarding.sealing.models import Epoch
from safeguarding.sealing.services.rotating import new_epoch

from .going import living_keys
from .progress import gone_of

_S = ItemRun.State
logger = logging.getLogger(__name__)


def finish() -> int:
    """Begin a new epoch where keys have gone since the last one, and look at the lists all of whose records are gone.

    Returns how many lists have nothing left. May be run twice. The worker closes them, and tells people
    (`list_notices.py`).
    """
    if ItemRun.objects.exclude(state=_S.BEGUN).filter(moved_at__gt=Epoch.objects.get(ended_at=None).began_at).exists():
        new_epoch()
    return sum(_check(one) for one in _carried_out())


def _carried_out() -> list[DestructionList]:
    """The lists of which every record is gone that stands on them."""
    standing = DestructionItem._base_manager.filter(on_list=OuterRef("pk"), left_out_at=None)
    open_ = DestructionList._base_manager.filter(
        Exists(standing),
        ~Exists(standing.filter(run__isnull=False).exclude(run__state=_S.FILES_GONE)),
        status=DestructionList.Status.WAITING,
        checked_at=None,
    )
    return [one for one in open_ if _all_gone(one)]


def _all_gone(on_list: DestructionList) -> bool:
    """Whether what has no run of its own went with another record."""
    waiting = list(on_list.items.filter(left_out_at=None, run=None))
    return not waiting or len(gone_of(waiting)) == len(waiting)


def _check(on_list: DestructionList) -> bool:
    items = {item.pk: item for item in on_list.items.filter(left_out_at=None)}
    if left := _left(items):
        logger.error("A destruction list is not carried out: %s.", left)
        return False
    with transaction.atomic():
        unchecked = DestructionList._base_manager.filter(pk=on_list.pk, checked_at=None)
        if checked := unchecked.update(checked_at=timezone.now()):
            record(Verb.DESTROY, on_list, purpose="checked", count=len(items))
    return bool(checked)


def _left(items: dict[UUID, DestructionItem]) -> str:
    """What of these is still there, in words that name nobody; nothing where all of it is gone."""
    entries = ledger.entries()
    noted = {entry.item: entry.keys() for entry in entries if entry.item in items}
    # What went with another record is named in the line of that one.
    records = {item.record_key for key, item in items.items() if key not in noted}
    if missing := records.difference(*(entry.keys() for entry in entries)):
        return f"the ledger lacks {len(missing)} of its records"
    keys = records.union(*noted.values())
    if left := left_of(keys):
        return f"something is left in {', '.join(sorted({place for place, _ in left}))}"
    if living := living_keys(keys):
        return f"{len(living)} keys are there"
    waiting = FileToDrop.objects.filter(item__in=items.values())
    if there := [file for file in waiting if not file.dropped_at or _is_stored(file.stored)]:
        return f"{len(there)} files are in the store"
    return ""


def _is_stored(name: str) -> bool:
    try:
        files.stored_at(name)
    except FileNotFoundError:
        return False
    return True
