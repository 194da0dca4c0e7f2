"""Do what files of an earlier system wait for, outside the request: one worker each, from the start where another was
stopped.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import Q

from children.services.imports.working import SMALL_FILE, ImportBroken, alone
from safeguarding.audit.context import Acting, acting, system_task
from safeguarding.concerns.lifecycles import earlier_life
from safeguarding.concerns.models import EarlierBatch, EarlierUpload
from safeguarding.keys import uuid7
from safeguarding.locks import is_lock
from safeguarding.sealing.exceptions import FilesAway, KeysAway

from .confirming import finish_batch
from .forgetting import forget_left, with_something_left
from .reading import read_batch
from .starting import WAS_READ, bare, refuse
from .withdrawing import clear_withdrawn

S = EarlierBatch.Status
TASK = "earlier"
BROKEN = (
    "Something went wrong while these files were read. Nothing was taken. Tell whoever looks after Harbour at "
    "your school."
)
# As many rows as are put on records while a person waits.
SMALL_RUN = 1000


def go_on(batch: EarlierBatch) -> EarlierBatch:
    """Do it now where it is little; otherwise ring for the worker after commit, and return it as it is.

    A ZIP is never little, and no more are the documents of a file.
    """
    if _is_little(batch):
        with alone(batch.pk) as free:
            batch.refresh_from_db()
            if not free:
                return batch
            batch = _work(batch)
        if batch.status != S.UPLOADED:
            return batch
    transaction.on_commit(lambda: _ring(batch.pk), robust=True)
    return batch


def _is_little(batch: EarlierBatch) -> bool:
    """What was read before is read anew by the worker: it alone deletes the rows of before that the giver does not see
    any more.
    """
    if batch.status == S.UPLOADED and WAS_READ not in batch.summary:
        given = dict(EarlierUpload.objects.filter(batch=batch).values_list("what", "size"))
        slow = {EarlierUpload.What.PACK, EarlierUpload.What.PAPERS}
        return not slow & {*given} and all(size <= SMALL_FILE for size in given.values())
    return batch.status == S.CONFIRMING and sum(batch.summary["rows"].values()) <= SMALL_RUN


def take_up(batch_id: UUID) -> bool:
    """Do what this batch waits for, unless somebody is doing it. Whether anything was done."""
    with alone(batch_id) as free:
        with system_task(TASK):
            batch = EarlierBatch.objects.filter(pk=batch_id).first()
        if not free or batch is None:
            return False
        # For nobody in particular: what is hidden from who withdrew, confirmed or gave up goes too.
        with acting(Acting(request_id=uuid7())):
            left = forget_left(batch)
            if batch.status == S.WITHDRAWN:
                return clear_withdrawn(batch=batch).cleared_at != batch.cleared_at or bool(left)
        with acting(Acting(user_id=batch.uploaded_by_id, school_id=batch.school_id, request_id=uuid7())):
            try:
                now = _work(batch)
            except (FilesAway, KeysAway):
                return False  # the next time
            except Exception as error:
                if is_lock(error):
                    return False  # the next time
                _fail(batch)
                # What the database says quotes the rows: the log gets the kind of error and nothing else.
                raise ImportBroken(f"{type(error).__name__} in earlier records {batch_id}") from None
    if now.status == S.UPLOADED:
        # What was to be put on the records is read anew.
        take_up(batch_id)
    return now.revision != batch.revision or bool(left)


def take_up_all() -> int:
    """Take up everything that waits for the machine. Returns how many went on."""
    waits = Q(status__in=(S.UPLOADED, S.READING, S.CONFIRMING)) | Q(status=S.WITHDRAWN, cleared_at=None)
    with system_task(TASK):
        waiting = list(EarlierBatch.objects.filter(waits).order_by("uploaded_at").values_list("pk", flat=True))
        left = list(with_something_left().values_list("pk", flat=True))
    return sum(map(take_up, dict.fromkeys([*waiting, *left])))


def _work(batch: EarlierBatch) -> EarlierBatch:
    if batch.status == S.CONFIRMING:
        return finish_batch(batch=batch)
    if batch.status in (S.UPLOADED, S.READING):
        return read_batch(batch=batch, by=batch.uploaded_by)
    return batch


@system_task(TASK)
def _fail(batch: EarlierBatch) -> None:
    """Nothing was taken, whoever gave it: their account may be closed by now.

    What was being read is refused; what was being written is read anew, to be looked at again.
    """
    now = EarlierBatch.objects.get(pk=batch.pk)
    if now.status == S.CONFIRMING:
        summary = bare(now) | {"failed": True}
        earlier_life.perform("reconsider", now, by=None, summary=summary, confirmed_at=None, confirmed_by=None)
    elif now.status in (S.UPLOADED, S.READING):
        refuse(now, BROKEN, by=None)


def _ring(batch_id: UUID) -> None:
    from safeguarding.concerns.tasks import work_on_earlier_records

    work_on_earlier_records.apply_async((str(batch_id),), retry=False)
