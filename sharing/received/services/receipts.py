"""Sign the receipt of each file that is on the record. Work of the worker, which alone has the key that seals."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.seals import keyfile
from safeguarding.audit.seals.keyfile import SealProblem
from safeguarding.audit.services import record
from safeguarding.concerns.models import EarlierBatch
from sharing.received.models import FileReceived
from sharing.transfer_file.receipts import Receipt

TASK = "receipts"
# On the record; also where it was taken out again since, because it did come.
_TAKEN = (EarlierBatch.Status.CONFIRMED, EarlierBatch.Status.WITHDRAWN)


def sign_receipts(*, at: datetime | None = None) -> int:
    """Sign what has no receipt yet. Returns how many. None while the key is away, of which the seals tell."""
    with system_task(TASK):
        waiting = FileReceived.objects.filter(receipt="", batch__status__in=_TAKEN)
        keys = list(waiting.order_by("received_at").values_list("pk", flat=True))
    return sum(_sign(key, at or timezone.now()) for key in keys)


def _sign(key: UUID, at: datetime) -> int:
    try:
        signer = keyfile.read().signer
    except SealProblem:
        return 0
    with system_task(TASK):
        held = FileReceived.objects.select_for_update(of=("self",)).select_related("school", "batch").get(pk=key)
        if held.receipt or held.file is None or held.batch is None or held.batch.confirmed_at is None:
            return 0
        on = timezone.localdate(held.batch.confirmed_at)
        said = Receipt(held.file, held.manifest_digest, held.school.name, held.school.urn, on)
        held.receipt, held.receipt_at = said.signed(signer), at
        held.save(update_fields=["receipt", "receipt_at"])
        record(Verb.CREATE, held, purpose="receipt")
    return 1
