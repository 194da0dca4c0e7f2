"""Scan the files that wait for it, and let go of stored files that belong to nothing. Work of the worker, for nobody in particular."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Attachment
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import Destroyed, FileGone, FilesAway, KeyProblem, KeysAway
from safeguarding.uploads import scanning
from safeguarding.uploads.scanning import NoVerdict, ScannerAway, Verdict

AT_A_TIME = 20
MOST_STRAYS = 20
# A form takes no longer between storing a file and saving its row.
_YOUNG = timedelta(days=1)
Scan = Attachment.Scan
_RESULT = {Verdict.CLEAN: Scan.CLEAN, Verdict.INFECTED: Scan.INFECTED, Verdict.UNSCANNABLE: Scan.UNSCANNABLE}


def scan_waiting(*, at: datetime | None = None) -> int:
    """Scan files that wait, and those of the time before there was a scanner. Returns how many; 0 where it is away.

    Each is its own transaction. One that is scanned twice comes to the same. One with which the scanner has trouble is asked
    about again, after the others.
    """
    if not scanning.is_set_up():
        return 0
    done = 0
    waiting = Attachment.objects.filter(scan__in=(Scan.WAITING, Scan.NOT_SCANNED), removed_at=None)
    with transaction.atomic():
        found = list(waiting.order_by(F("scanned_at").asc(nulls_first=True), "attached_at")[:AT_A_TIME])
    for attachment in found:
        try:
            with transaction.atomic():
                done += _scan(attachment, at or timezone.now())
        except (ScannerAway, KeysAway, KeyProblem, FilesAway):
            return done  # the next time
    return done


def _scan(attachment: Attachment, at: datetime) -> bool:
    """Whether it is known now."""
    attachment.scanned_at = at
    try:
        verdict = scanning.scan(files.read(attachment.stored, record=attachment.concern_id))
    except (Destroyed, FileGone):
        verdict = Verdict.UNSCANNABLE  # nobody can have it, and the page says so
    except NoVerdict:
        attachment.save(update_fields=["scanned_at"])
        record(Verb.VERIFY, attachment, purpose="no verdict", outcome=Outcome.FAILED)
        return False
    attachment.scan = _RESULT[verdict]
    attachment.save(update_fields=["scan", "scanned_at"])
    record(
        Verb.VERIFY, attachment, purpose=verdict, outcome=Outcome.DONE if verdict is Verdict.CLEAN else Outcome.FAILED
    )
    return True


def drop_strays(*, at: datetime | None = None) -> int:
    """Delete stored files that no row names and that are older than a day. Returns how many; 0 while the store is away.

    Forms that were cut off leave a few. Where there are many, it is the rows that are missing (an older backup was put back, a
    wall hides them), and nothing is deleted.
    """
    at = at or timezone.now()
    with transaction.atomic():
        known = set()
        for stored, pictures in Attachment.objects.values_list("stored", "pictures"):
            known |= {stored, *pictures}
    try:
        strays = [name for name in files.stored_names() if name not in known and at - files.stored_at(name) > _YOUNG]
        if not strays:
            return 0
        too_many = len(strays) > MOST_STRAYS
        if not too_many:
            files.drop(*strays)
    except FilesAway:
        return 0  # the next time
    with transaction.atomic():
        record(
            Verb.DISCARD,
            object_type="concerns.attachment",
            count=len(strays),
            purpose="stray files",
            outcome=Outcome.REFUSED if too_many else Outcome.DONE,
        )
    return 0 if too_many else len(strays)
