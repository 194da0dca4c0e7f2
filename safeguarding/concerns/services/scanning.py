"""Scan the files that wait for it, and let go of stored files that belong to nothing. Work of the worker, for nobody in particular."""

from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Attachment
from safeguarding.exceptions import HarbourError
from safeguarding.sealing import files
from safeguarding.uploads import scanning
from safeguarding.uploads.scanning import ScannerAway, Verdict

AT_A_TIME = 20
# A form takes no longer between storing a file and saving its row.
_YOUNG = timedelta(days=1)
Scan = Attachment.Scan
_RESULT = {Verdict.CLEAN: Scan.CLEAN, Verdict.INFECTED: Scan.INFECTED, Verdict.UNSCANNABLE: Scan.UNSCANNABLE}


def scan_waiting(*, at: datetime | None = None) -> int:
    """Scan files that wait, and those of the time before there was a scanner. Returns how many; 0 where it is away.

    Each is its own transaction. One that is scanned twice comes to the same.
    """
    if not scanning.is_set_up():
        return 0
    done = 0
    waiting = Attachment.objects.filter(scan__in=(Scan.WAITING, Scan.NOT_SCANNED), removed_at=None)
    with transaction.atomic():
        found = list(waiting.order_by("attached_at")[:AT_A_TIME])
    for attachment in found:
        try:
            with transaction.atomic():
                _scan(attachment, at or timezone.now())
        except ScannerAway:
            return done
        done += 1
    return done


def _scan(attachment: Attachment, at: datetime) -> None:
    try:
        verdict = scanning.scan(files.read(attachment.stored, record=attachment.concern_id))
    except HarbourError:
        verdict = Verdict.UNSCANNABLE  # the file or its key is missing: nobody can have it, and the page says so
    attachment.scan, attachment.scanned_at = _RESULT[verdict], at
    attachment.save(update_fields=["scan", "scanned_at"])
    record(
        Verb.VERIFY, attachment, purpose=verdict, outcome=Outcome.DONE if verdict is Verdict.CLEAN else Outcome.FAILED
    )


def drop_strays(*, at: datetime | None = None) -> int:
    """Delete stored files that no row names and that are older than a day. Returns how many."""
    at = at or timezone.now()
    with transaction.atomic():
        known = set()
        for stored, pictures in Attachment.objects.values_list("stored", "pictures"):
            known |= {stored, *pictures}
    strays = [
        name
        for name in files.stored_names()
        if name not in known and at - default_storage.get_modified_time(name) > _YOUNG
    ]
    for name in strays:
        files.drop(name)
    return len(strays)
