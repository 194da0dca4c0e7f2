"""`manage.py backup [--nightly]`: records and keys, each into a sealed file of its own, proved by opening some of
them.
"""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils import timezone

from safeguarding.exceptions import HarbourError
from safeguarding.sealing.models import BackupRun
from safeguarding.sealing.services.backing_up import back_up, is_due

_LOOKS_EVERY = 60


class Command(BaseCommand):
    help = "Backs up records and keys (docs/backups.md). Run by hand, or all the time with --nightly."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--nightly", action="store_true", help="stay, and do it every night")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ROLE not in ("backup", "owner"):
            raise CommandError("Run this with HARBOUR_ROLE=backup and both BACKUP_ addresses set.")
        if not options["nightly"]:
            run = self._once()
            if run.problem:
                raise CommandError(run.problem)
            return
        while True:
            self._if_due()
            time.sleep(_LOOKS_EVERY)

    def _if_due(self) -> None:
        """A database that is away for a while is asked again later."""
        try:
            if is_due(timezone.now()):
                self._once()
        except Exception as error:
            # This process stays, whatever happens: where it ended again and again, all of Harbour would be stopped.
            said = error.sentence if isinstance(error, HarbourError) else type(error).__name__
            self.stderr.write(f"No backup: {said}")
        finally:
            connections.close_all()

    def _once(self) -> BackupRun:
        run = back_up(at=timezone.now(), now=timezone.now)
        if run.problem:
            self.stderr.write(f"No backup: {run.problem}")
        else:
            self.stdout.write(
                f"Backed up: {run.records_bytes:,} bytes of records and {run.keys_bytes:,} of keys, with "
                f"{run.people} members of "
                f"staff; {run.opened} of the words in it were opened. {run.files} files."
            )
        return run
