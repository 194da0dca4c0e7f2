"""`manage.py restore --keys FILE [--records FILE]`: put back everything onto a new machine, or the keys alone
(docs/backups.md). `restore --destroyed`: destroy again what a backup that was put back by other means has in it.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from safeguarding.exceptions import HarbourError
from safeguarding.sealing.services.checking import check_keys
from safeguarding.sealing.services.replaying import replay
from safeguarding.sealing.services.restoring import restore_all, restore_keys


class Command(BaseCommand):
    help = (
        "Fills an empty installation from a backup of the records and one of the keys; without --records, the "
        "keys alone."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--records", type=Path, help="harbour-….records; left out where the records are still there"
        )
        parser.add_argument(
            "--keys",
            type=Path,
            help="harbour-….keys of the same day, or a later one; left out where the keys are there",
        )
        parser.add_argument(
            "--destroyed",
            action="store_true",
            help="put nothing back, and destroy again what is here of records that were destroyed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ROLE != "owner":
            raise CommandError("Run this with HARBOUR_ROLE=owner and both OWNER_ addresses set.")
        if not (options["records"] or options["keys"] or options["destroyed"]):
            raise CommandError("Say what to put back: --records, --keys, or both (docs/backups.md).")
        try:
            if options["records"]:
                found = restore_all(records=options["records"], keys=options["keys"])
                self.stdout.write(f"Everything is back: {found.people} members of staff, {found.files} files.")
                for sentence in found.to_set:
                    self.stdout.write(sentence)
                destroyed = found.destroyed
            elif options["keys"]:
                destroyed = restore_keys(keys=options["keys"])
                self.stdout.write("The keys are back.")
            else:
                destroyed = replay()
            if destroyed or options["destroyed"]:
                self.stdout.write(f"{destroyed} records that had been destroyed were here, and are destroyed again.")
            lost = check_keys(at=timezone.now()).without_key
        except HarbourError as error:
            raise CommandError(error.sentence) from None
        if lost:
            self.stdout.write(
                f"What was written in {lost} records has no key in this backup: it is newer. Put back a "
                "later backup of the "
                "keys if there is one."
            )
        else:
            self.stdout.write("Every word in the records has its key.")
