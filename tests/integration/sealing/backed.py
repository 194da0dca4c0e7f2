"""What the tests of backups and of restoring share."""

from django.utils import timezone

from safeguarding.sealing.models import KEYS
from safeguarding.sealing.services.backing_up import back_up, backups

WORDS = "He was quiet at register."


def backed_up(at=None):
    """A backup that went well: how it went, the file of the records, the file of the keys."""
    run = back_up(at=at or timezone.now(), now=timezone.now)
    assert run.problem == ""
    return run, *newest()


def newest():
    """The newest file of the records, and of the keys."""
    found = {backup.part: backup.path for backup in reversed(backups())}
    return found["records"], found[KEYS]
