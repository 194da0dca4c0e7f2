"""How do backups stand just now? The newest, its age, and what is wrong; and each of them on the record of events."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from safeguarding.ages import not_ahead
from safeguarding.audit.models import Event, Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.once import once
from safeguarding.sealing.models import BackupRun

# One is made every night; an hour or two more is no reason to wake anybody.
TOO_OLD = timedelta(hours=26)
SHOWN = 14
_KIND = "sealing.backuprun"


@dataclass(frozen=True)
class BackupsStanding:
    """The newest runs, the last that went well, and whether it is too old."""

    runs: list[BackupRun]
    last: BackupRun | None
    is_late: bool
    # Practice is made anew, not backed up.
    is_practice: bool

    @property
    def problem(self) -> str:
        """What the newest run says went wrong; empty where it went well."""
        return self.runs[0].problem if self.runs else ""

    @property
    def is_well(self) -> bool:
        """Whether the newest is of last night and was proved. Practice has none."""
        return not (self.is_practice or self.is_late or self.problem)

    @property
    def needs_a_hand(self) -> bool:
        return not self.is_practice and (self.is_late or bool(self.problem) or bool(self.last and self.last.same_disk))


def backups_standing(*, at: datetime) -> BackupsStanding:
    """One query for a page; two where none of the newest went well."""
    return once(("backups", at), lambda: _standing(at))


def _standing(at: datetime) -> BackupsStanding:
    newest_first = BackupRun.objects.filter(not_ahead("began_at", at)).order_by("-ended_at")
    runs = list(newest_first[:SHOWN])
    last = next((run for run in runs if not run.problem), None)
    if last is None and len(runs) == SHOWN:
        last = newest_first.filter(problem="").first()
    return BackupsStanding(
        runs=runs,
        last=last,
        is_late=last is None or at - last.began_at > TOO_OLD,
        is_practice=settings.DEMO,
    )


@transaction.atomic
def put_on_record() -> int:
    """An event for each backup that has none yet. Returns how many."""
    newest = {run.pk: run for run in BackupRun.objects.order_by("-ended_at")[:SHOWN]}
    known = set(Event.objects.filter(object_type=_KIND, object_id__in=newest).values_list("object_id", flat=True))
    for key, run in newest.items():
        if key not in known:
            outcome = Outcome.FAILED if run.problem else Outcome.DONE
            record(Verb.EXPORT, object_type=_KIND, object_id=key, count=run.people, purpose="backup", outcome=outcome)
    return len(newest.keys() - known)
