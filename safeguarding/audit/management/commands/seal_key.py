"""`manage.py seal_key show|make|rotate`: the key that signs the seals. Only its public half is ever printed."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from safeguarding.audit.seals import keyfile, services
from safeguarding.audit.seals.keyfile import KeyFile, SealProblem
from safeguarding.audit.seals.notes import NoteError, PublicKey
from safeguarding.exceptions import HarbourError


class Command(BaseCommand):
    help = "Prints, makes or changes the key that signs the seals of the record of events."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("do", choices=("show", "make", "rotate"))
        parser.add_argument(
            "--former",
            action="append",
            default=[],
            help="with make, after a loss: the public half of the key that was lost",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            keys = self._do(options["do"], options["former"])
        except HarbourError as error:
            raise CommandError(error.sentence) from None
        except NoteError as error:
            raise CommandError(f"A public key cannot be used: {error}.") from None
        self.stdout.write("\n".join(str(key) for key in keys.public))

    def _do(self, do: str, former: list[str]) -> KeyFile:
        if do == "rotate":
            if settings.ROLE == "web":
                raise SealProblem("Only the worker may seal. Run this with HARBOUR_ROLE=worker.")
            return services.rotate_key()
        if do == "make":
            return services.make_key(former=[PublicKey.parse(key) for key in former])
        return keyfile.read()
