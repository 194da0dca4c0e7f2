"""`manage.py export_audit FILE`: all events and seals in one file, for `python -m safeguarding.audit.verifier`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from safeguarding.audit.seals.exporting import export
from safeguarding.exceptions import HarbourError


class Command(BaseCommand):
    help = (
        "Writes all events and seals as JSON lines to a new file that only you can read. It holds who did "
        "what, by number."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file that is not there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = export(options["file"])
        except HarbourError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(f"{options['file']}: {lines:,} lines.")
