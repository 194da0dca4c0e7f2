"""Scan the files that wait for it, and some again; and how does the scanner stand?

Work of the worker, for nobody in particular.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from safeguarding.audit.context import system_task
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.locks import one_at_a_time
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import Destroyed, FileGone, FilesAway, KeyProblem, KeysAway
from safeguarding.sealing.subjects import record_of
from safeguarding.uploads import clamd
from safeguarding.uploads.clamd import NoVerdict, ScannerAway, Signatures, Verdict
from safeguarding.uploads.models import ScannerCheck, StoredFile, kinds_of_file

TASK = "files"
AT_A_TIME, SECONDS, MOST_AWAY = 20, 20.0, 5
# A virus may be known only after its file was called clean, and a false alarm found out: newer signatures look again
# for so long.
AGAIN_FOR = timedelta(days=30)
# Signatures are made every day; older ones than this are on the page of those who look after Harbour.
SIGNATURES_TOO_OLD = timedelta(days=3)
Scan = StoredFile.Scan
_WAITS, _KNOWN = (Scan.WAITING, Scan.NOT_SCANNED), (Scan.CLEAN, Scan.INFECTED)
_RESULT = {Verdict.CLEAN: Scan.CLEAN, Verdict.INFECTED: Scan.INFECTED, Verdict.UNSCANNABLE: Scan.UNSCANNABLE}


def scan_waiting(*, at: datetime | None = None, clock: Callable[[], float] = time.monotonic) -> int:
    """Scan files that wait, those of the time before there was a scanner, and then those of a month again with newer
    signatures.

    Returns how many; 0 where the scanner is away, or another run is at it. Each is its own transaction. One that is
    scanned twice comes to the same. One with which the scanner or the store has trouble is asked about again, after the
    others. A run ends after `SECONDS`, since the worker has calls to pass on; the next goes on where it stopped.
    """
    if not clamd.is_set_up():
        return 0
    with one_at_a_time("scan the files") as is_mine:
        return _run(at or timezone.now(), clock) if is_mine else 0


def _run(at: datetime, clock: Callable[[], float]) -> int:
    done, away, ends = 0, 0, clock() + SECONDS
    try:
        now = _note(clamd.signatures(), at)
        for file in _to_scan(now, at):
            try:
                with system_task(TASK):
                    done += _scan(file, now, at)
                away = 0
            except FilesAway:
                away += 1  # one that cannot be read does not hold up the others
            if away == MOST_AWAY or clock() > ends:
                break
    except ScannerAway:
        _note_away(at)
    except KeysAway:
        pass  # the next time
    return done


def _note(signatures: Signatures, at: datetime) -> Signatures:
    """The scanner has answered."""
    with transaction.atomic():
        found = {"answered_at": at, "away_since": None, "signatures": signatures.number, "made_at": signatures.made_at}
        ScannerCheck.objects.update_or_create(pk=ScannerCheck.ONLY, defaults=found)
    return signatures


def _note_away(at: datetime) -> None:
    with transaction.atomic():
        check, _ = ScannerCheck.objects.get_or_create(pk=ScannerCheck.ONLY)
        if check.away_since is None:
            check.away_since = at
            check.save(update_fields=["away_since"])


def _to_scan(now: Signatures, at: datetime) -> Iterator[StoredFile]:
    """The files to scan in this run, of every kind: those that wait before those of which something is known."""
    waits = Q(scan__in=_WAITS)
    again = ~waits & Q(attached_at__gt=at - AGAIN_FOR) & ~Q(signatures=now.number)
    left = AT_A_TIME
    for which in (waits, again) if now.number else (waits,):
        for model in kinds_of_file():
            # What was withdrawn has no content any more.
            rows: QuerySet[StoredFile] = model._default_manager.filter(which, removed_at=None).exclude(stored="")
            with system_task(TASK):
                found = list(rows.order_by(F("scanned_at").asc(nulls_first=True), "attached_at")[:left])
            left -= len(found)
            yield from found


def _scan(file: StoredFile, now: Signatures, at: datetime) -> bool:
    """Whether it is known now."""
    owner, _ = record_of(file)
    file.scanned_at, before = at, file.scan
    verdict: Verdict | None
    try:
        verdict = clamd.scan(files.read(file.stored, record=owner))
    except (Destroyed, FileGone):
        # Nobody can have it, and the page says so. What was known of it stays known: it may be put back.
        verdict = None if before in _KNOWN else Verdict.UNSCANNABLE
    except (NoVerdict, KeyProblem):
        verdict = None
    if verdict is None:
        # What was said of it stands: it is asked about again with the next signatures.
        file.signatures = file.signatures if before in _WAITS else now.number
        file.save(update_fields=["scanned_at", "signatures"])
        record(Verb.VERIFY, file, purpose="no verdict", outcome=Outcome.FAILED)
        return False
    file.scan, file.signatures = _RESULT[verdict], now.number
    file.save(update_fields=["scan", "scanned_at", "signatures"])
    if file.scan != before:
        outcome = Outcome.DONE if verdict is Verdict.CLEAN else Outcome.FAILED
        record(Verb.VERIFY, file, purpose=verdict, outcome=outcome)
    return True


@dataclass(frozen=True)
class ScannerStanding:
    """How the scanner stands just now. `check` is None before the worker has asked for the first time."""

    is_set_up: bool
    check: ScannerCheck | None
    is_old: bool

    @property
    def needs_a_hand(self) -> bool:
        return self.is_set_up and (self.is_old or bool(self.check and self.check.away_since))


def scanner_standing(*, at: datetime) -> ScannerStanding:
    """One query, and none where there is no scanner."""
    check = ScannerCheck.objects.first() if clamd.is_set_up() else None
    made = check.made_at if check else None
    return ScannerStanding(clamd.is_set_up(), check, made is not None and at - made > SIGNATURES_TOO_OLD)
