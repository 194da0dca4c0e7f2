"""Processes that destroy what is due, as the database's role `destroyer`, again and again until they are killed.

`python -m tests.destroyers NUMBER` keeps as many: where one is killed it starts another, as whoever runs Harbour would.
One process loads Harbour, and the others come from it. Each says its key on a line when it begins.
"""

import os
import sys
from threading import Event
from typing import NoReturn


def work() -> NoReturn:
    """Destroy, and look again."""
    from retention.services.destroying import destroy_due

    while True:
        destroy_due()
        Event().wait(0.05)


def main(number: int) -> NoReturn:
    import django

    django.setup()
    # Everything is loaded before the first of them begins.
    import retention.services.destroying  # noqa: F401

    for _ in range(number):
        _begin()
    while True:
        os.wait()
        _begin()


def _begin() -> None:
    if (key := os.fork()) == 0:
        work()
    sys.stdout.write(f"{key}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
