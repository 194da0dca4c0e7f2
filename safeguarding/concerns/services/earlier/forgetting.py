"""Delete the files that were given and what was read of them, when they are needed no more.

Whoever reads, confirms or gives up deletes what they see, at once. Rows about a child who is hidden from them are left:
the worker deletes those, for nobody in particular (`forget_left`).
"""

from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import EarlierBatch, EarlierPdf, EarlierRow, EarlierUpload
from safeguarding.sealing import files

S = EarlierBatch.Status
# Of these nothing that was read is kept; of those its numbers and reasons, where it could not be used.
_READ_ANEW, _OVER, _TAKEN = (S.UPLOADED, S.MAPPING, S.READING), (S.REFUSED, S.ABANDONED), (S.CONFIRMED, S.WITHDRAWN)
# What came in, and of the rest of whom it spoke.
_NOT_KEPT = ~Q(kind=EarlierRow.Kind.BAD) | Q(child__isnull=False)


def forget_read(batch: EarlierBatch) -> int:
    """Delete what was read of the files: how many rows and files.

    PDFs that were sealed on their way leave the store when that is certain.
    """
    stored = [
        name
        for pdf in EarlierPdf.objects.filter(batch=batch).exclude(stored="")
        for name in (pdf.stored, *pdf.pictures)
    ]
    gone = sum(model.objects.filter(batch=batch).delete()[0] for model in (EarlierPdf, EarlierRow))
    if stored:
        transaction.on_commit(partial(files.drop, *stored), robust=True)
    return gone


def forget_taken(batch: EarlierBatch) -> int:
    """Of what is on the records, and of what could not be used, only numbers and reasons stay. How many rows and files
    were forgotten.

    A PDF that is on no record, because its child was hidden when it was confirmed, is nobody's file in the store from
    now on.
    """
    forgotten = 0
    for model, empty in ((EarlierPdf, {"name": b""}), (EarlierRow, {"content": b""})):
        rows = model._default_manager.filter(batch=batch)
        forgotten += rows.exclude(kind=EarlierRow.Kind.BAD).delete()[0]
        forgotten += rows.exclude(child=None, **empty).update(child=None, **empty)
    return forgotten


def forget_uploads(batch: EarlierBatch) -> None:
    """Delete the files as they were given."""
    stored = list(EarlierUpload.objects.filter(batch=batch).values_list("stored", flat=True))
    EarlierUpload.objects.filter(batch=batch).delete()
    if stored:
        transaction.on_commit(partial(files.drop, *stored), robust=True)


@system_task("earlier")
def forget_left(batch: EarlierBatch) -> int:
    """Delete what whoever read, confirmed or gave up did not see.

    Work of the worker for nobody in particular. How many rows and files.
    """
    now, left = EarlierBatch.objects.select_for_update().get(pk=batch.pk), 0
    if now.status in (*_READ_ANEW, *_OVER):
        left = forget_read(now)
    elif now.status in _TAKEN:
        left = forget_taken(now)
    if left:
        # Of no school: in its log the person would read that there was something they did not see.
        record(Verb.DISCARD, object_type=now._meta.label_lower, object_id=now.pk, count=left, purpose="left of files")
    return left


def with_something_left() -> QuerySet[EarlierBatch]:
    """Files that are read, confirmed or given up, and of which more is there than should be.

    Asked by the worker, for nobody.
    """
    there, not_kept = Q(), Q()
    for model in (EarlierRow, EarlierPdf):
        rows = model._default_manager.filter(batch=OuterRef("pk"))
        there |= Q(Exists(rows))
        not_kept |= Q(Exists(rows.filter(_NOT_KEPT)))
    over, taken = Q(status__in=(S.MAPPING, *_OVER)), Q(status__in=_TAKEN)
    return EarlierBatch.objects.filter((over & there) | (taken & not_kept))
