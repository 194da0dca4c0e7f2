"""Take what was brought in off the records again, all of it; and who had opened it meanwhile?

From the moment that somebody withdraws a batch nobody sees anything of it: its rule says so, for every row alike, those
too that the person does not see who withdraws it. The worker then takes the words out of the rows and the files out of
the store. What is left are rows without words, so that the events about them still say of what they are.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.services import record
from safeguarding.concerns.lifecycles import earlier_life
from safeguarding.concerns.models import EarlierBatch, EarlierFile, EarlierRecord
from safeguarding.exceptions import BadInput
from safeguarding.sealing import files
from safeguarding.sealing.services.rows import sealed_fields

_OPENED = (Verb.VIEW, Verb.LIST, Verb.SEARCH, Verb.PRINT, Verb.DOWNLOAD, Verb.EXPORT)
_CHUNK = 100
_TASK = "earlier"


@transaction.atomic
def withdraw_batch(*, batch: EarlierBatch, why: str, by: User, at: datetime | None = None) -> EarlierBatch:
    """From now on nobody sees anything of it. `clear_withdrawn` then takes the words and files away, for good.

    Raises `BadInput` without a reason, `NotAllowed`, `OutOfTurn` where it is withdrawn already: nothing else changes
    what was confirmed.
    """
    if why not in EarlierBatch.Why:
        raise BadInput("Choose why these records are withdrawn.")
    return earlier_life.perform("withdraw", batch, by=by, at=at, withdrawal=why)


def clear_withdrawn(*, batch: EarlierBatch, at: datetime | None = None) -> EarlierBatch:
    """Take words and files of a withdrawn batch away, and note who had opened them. May be called again, and goes on.

    Work of the worker for nobody in particular: no conflict of the person who withdrew it leaves anything behind.
    Raises `FilesAway` while the store does not answer.
    """
    while _drop_some(batch):
        pass
    with system_task(_TASK):
        locked = EarlierBatch.objects.select_for_update().get(pk=batch.pk)
        if locked.withdrawn_at is None or locked.cleared_at:
            return locked
        emptied = 0
        for model in (EarlierRecord, EarlierFile):
            empty = {field.name: b"" for field in sealed_fields(model)}
            emptied += model.objects.filter(batch=locked).update(**empty)
        locked.summary |= {"opened": opened_by(locked)}
        locked.cleared_at = at or timezone.now()
        locked.save(update_fields=["summary", "cleared_at"])
        record(Verb.DISCARD, locked, count=emptied, purpose="withdrawn")
        return locked


def _drop_some(batch: EarlierBatch) -> bool:
    """Some of the files leave the store, before their rows forget their names: one that is cut off goes on."""
    with system_task(_TASK):
        if not EarlierBatch.objects.filter(pk=batch.pk, withdrawn_at__isnull=False).exists():
            return False
        rows = EarlierFile.objects.select_for_update().filter(batch=batch).exclude(stored="")[:_CHUNK]
        some = list(rows)
        files.drop(*(name for row in some for name in (row.stored, *row.pictures)))
        for row in some:
            row.stored, row.pictures = "", []
            row.save(update_fields=["stored", "pictures"])
        if some:
            record(Verb.DISCARD, batch, count=len(some), purpose="withdrawn files")
        return bool(some)


def opened_by(batch: EarlierBatch) -> list[dict[str, Any]]:
    """Who has had one of these records or files before them: whom, how many of them, and when last. Whoever is there
    for it.

    A record counts that was opened, printed, found by a search or shown in a chronology.
    """
    rows = Event.objects.filter(object_id__in=_keys(batch), verb__in=_OPENED, actor_id__isnull=False)
    found = rows.values("actor_id").annotate(n=Count("object_id", distinct=True), last=Max("at")).order_by("-last")
    return [{"person": str(one["actor_id"]), "records": one["n"], "last": one["last"].isoformat()} for one in found]


def named(opened: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same with the people themselves: one query."""
    opened = list(opened)
    people = User.objects.in_bulk([UUID(one["person"]) for one in opened])
    return [
        {"person": person, "records": one["records"], "last": datetime.fromisoformat(one["last"])}
        for one in opened
        if (person := people.get(UUID(one["person"]))) is not None
    ]


def _keys(batch: EarlierBatch) -> Collection[UUID]:
    keys: list[UUID] = []
    for model in (EarlierRecord, EarlierFile):
        keys += model.objects.filter(batch=batch).values_list("pk", flat=True)
    return keys
