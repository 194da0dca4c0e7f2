"""`manage.py check_files`: can the store of files be written, read back and emptied?

Says what is wrong where it cannot.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from safeguarding.sealing.exceptions import StoreProblem
from safeguarding.sealing.services.trying import try_store


class Command(BaseCommand):
    help = "Writes something into the store of files, reads it back and deletes it (docs/attachments.md)."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            try_store()
        except StoreProblem as problem:
            raise CommandError(problem.sentence) from None
        self.stdout.write("The store of files works.")
