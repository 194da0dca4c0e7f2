"""`manage.py verify_audit [--anchor FILE]…`: is the record of events whole?

See docs/proving.md for what the answers mean.
"""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from safeguarding.audit.seals.verifying import verify


class Command(BaseCommand):
    help = (
        "Computes every seal of the record of events again and prints a report as JSON. "
        "Ends with 0 (whole), 1 (changed or incomplete) or 2 (could not be checked)."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anchor",
            type=Path,
            action="append",
            default=[],
            help="a file of seals that was kept elsewhere, or a folder of them; may be given several times. "
            "Those in ANCHOR_FOLDER are read in any case.",
        )
        parser.add_argument(
            "--key",
            action="append",
            default=[],
            help="a public key that you were given (NAME+ID+KEY), instead of those in the key file of this server",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify(options["anchor"], options["key"])
        self.stdout.write(json.dumps(report.as_json(), indent=2))
        if report.verdict:
            sys.exit(report.verdict)
