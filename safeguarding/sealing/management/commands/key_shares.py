"""`manage.py key_shares make|restore`: three printed shares of the root key, of which any two bring it back."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from safeguarding.exceptions import HarbourError
from safeguarding.sealing import keyfiles
from safeguarding.sealing.services.setting_up import ensure_keys
from safeguarding.sealing.services.shares import ENOUGH, OF, restore_root, split

_SHEET = """
Harbour: share {number} of {of} of the root key

{words}

Any {enough} of the {of} shares bring the key back: manage.py key_shares restore.
Give each to another person, and keep it where paper survives. Alone it says nothing.
"""


class Command(BaseCommand):
    help = "Prints three shares of the root key, or puts it back from two of them (docs/keys.md)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("do", choices=("make", "restore"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["do"] == "make":
                ensure_keys()
                self.stdout.write("\f".join(_sheets(split(keyfiles.root()))))
            else:
                restore_root([self._asked(n) for n in range(1, ENOUGH + 1)])
                self.stdout.write("The root key is back.")
        except HarbourError as error:
            raise CommandError(error.sentence) from None

    def _asked(self, number: int) -> str:
        """One share, typed or pasted on one line."""
        self.stderr.write(f"Words of the {'first' if number == 1 else 'second'} share, on one line: ", ending="")
        return sys.stdin.readline()


def _sheets(shares: list[str]) -> list[str]:
    return [
        _SHEET.format(number=n, of=OF, enough=ENOUGH, words=_lines(share)) for n, share in enumerate(shares, start=1)
    ]


def _lines(share: str) -> str:
    """The words, numbered, three to a line."""
    words = [f"{n:2}. {word:<12}" for n, word in enumerate(share.split(), start=1)]
    return "\n".join("".join(words[at : at + 3]).rstrip() for at in range(0, len(words), 3))
