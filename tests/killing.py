"""What does a destruction survive? Three real destroyers that are killed outright again and again.

`destroy_through_kills` is the proof, of as many records as asked for: a few in every run of the tests, many in the long
one.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

from retention.models import ItemRun
from tests.postgres import ROOT, Databases
from tests.waiting import until

DESTROYERS = 3


class Destroyers:
    """Three of them, on the databases of the test."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "safeguarding.settings",
            "HARBOUR_ENV_FILE": os.devnull,
            "HARBOUR_ROLE": "destroyer",
            "HARBOUR_VAR": str(folder),
            **databases.environment(),
        }
        self.living: list[int] = []
        self.begun = self.kills = 0
        command = [sys.executable, "-m", "tests.destroyers", str(DESTROYERS)]
        self.log = (folder / "destroyers.log").open("ab")
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=self.log, start_new_session=True
        )
        Thread(target=self._listen, daemon=True).start()
        until(lambda: self.begun >= DESTROYERS, seconds=60)

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            self.living.append(int(line))
            self.begun += 1

    def kill(self) -> None:
        """As a power cut does it: all three, without a word, wherever they stand. Others begin."""
        wanted = self.begun + len(self.living)
        for key in self.living[:]:
            os.kill(key, signal.SIGKILL)
            self.living.remove(key)
        self.kills += 1
        until(lambda: self.begun >= wanted)

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()


def destroy_through_kills(destroyers: Destroyers, *, number: int, kills: int) -> None:
    """Let `number` records be destroyed, and kill all destroyers `kills` times on the way, evenly."""
    for one in range(1, kills + 1):
        until(_begun(one * number // (kills + 1)), seconds=300)
        destroyers.kill()
    until(lambda: ItemRun.objects.filter(state=ItemRun.State.FILES_GONE).count() >= number, seconds=300)


def _begun(number: int) -> Callable[[], bool]:
    return lambda: ItemRun.objects.count() >= number


def numbers(destroyers: Destroyers) -> dict[str, Any]:
    """What the report of a long run says."""
    return {"kills": destroyers.kills, "destroyers": destroyers.begun}
