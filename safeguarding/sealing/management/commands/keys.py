"""`manage.py keys check|make|ready|new-epoch|new-root`: the keys under which everything written is sealed.

None is ever printed.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from safeguarding.exceptions import HarbourError
from safeguarding.sealing.services import replaying, rotating, setting_up


class Command(BaseCommand):
    help = "Makes, checks or changes the keys under which everything written is sealed (docs/keys.md)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "do",
            choices=("check", "make", "ready", "new-epoch", "new-root"),
            help="ready: make them where nothing was ever sealed, else check them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        do = options["do"]
        if do != "check" and settings.ROLE != "owner":
            raise CommandError("Run this with HARBOUR_ROLE=owner and both OWNER_ addresses set.")
        try:
            said = getattr(self, f"_{do.replace('-', '_')}")()
        except HarbourError as error:
            raise CommandError(error.sentence) from None
        if said:
            self.stdout.write(said)

    def _check(self) -> str:
        setting_up.ensure_keys()
        return "The keys fit together."

    def _make(self) -> str:
        setting_up.make_keys()
        return (
            f"The keys are made. {settings.ROOT_KEY_PATH} brings everything back, and without it nothing "
            "is ever read again: "
            "print its shares now with `manage.py key_shares make`."
        )

    def _ready(self) -> str:
        setting_up.ensure_whole()
        if not setting_up.is_new():
            setting_up.ensure_keys()
            rotating.finish()
            replaying.ensure_replayed()
            return ""
        return self._make()

    def _new_epoch(self) -> str:
        ended, began, count = rotating.new_epoch()
        return f"Epoch {began} has begun: {count:,} keys are wrapped again, and the key of epoch {ended} is gone."

    def _new_root(self) -> str:
        rotating.new_root()
        return "The root key is a new one. Printed shares of the former one are of no use any more: print new ones."
