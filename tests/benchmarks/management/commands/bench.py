"""`manage.py bench`: seed a size once, then measure every page, an import and the seals.

Run by `make bench`, as the database role `owner`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from safeguarding.accounts.models import School
from safeguarding.concerns.models import Draft
from safeguarding.demo.apart import MANY
from tests.benchmarks.cast import TEACHER, make_cast

# Schools, children, concerns. In a school of `small`, some ten thousand texts were written; `usual` takes a minute or
# two, `walls` is the size at which row security is measured, `full` that of the budgets.
SIZES = {
    "small": (6, 600, 5_000),
    "usual": (10, 6_000, 100_000),
    "walls": (30, 18_000, 300_000),
    "full": (100, 60_000, 1_000_000),
}


class Command(BaseCommand):
    help = (
        "Seeds practice schools once (BENCH_SIZE=small, usual, walls or full), then measures every page, a search, an "
        "import and the seals."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lists", type=int, metavar="ROUNDS", help="lists alone, each so often, into VAR")
        parser.add_argument("--only", default="", help="pages alone whose name has this in it, into VAR")

    def handle(self, *args: Any, **options: Any) -> None:
        schools, children, concerns = SIZES[os.environ.get("BENCH_SIZE", "usual")]
        if School.objects.filter(slug__startswith=MANY).count() < schools:
            self.stdout.write(f"Making {schools} practice schools with {concerns:,} concerns.")
            call_command("seed_demo", schools=schools, children=children, concerns=concerns)
            # What autovacuum would do in the night: otherwise the first to read a row pays for it.
            for each in connections.all():
                with each.cursor() as cursor:
                    cursor.execute("VACUUM ANALYZE")
        # The desk that is full: that of the demo school.
        call_command("seed_demo")
        make_cast()
        for role, command in _measurements(options["lists"], options["only"]):
            # What one run leaves unsent would stand on the pages of the next.
            Draft._base_manager.filter(author__username=TEACHER).delete()
            subprocess.run(
                [sys.executable, str(settings.BASE_DIR / "manage.py"), *command],
                env=os.environ | {"HARBOUR_ROLE": role},
                check=True,
            )


def _measurements(rounds: int | None, only: str) -> Iterator[tuple[str, list[str]]]:
    """The commands and the database role of each. Lists are measured as one that row security does not bind, too, to
    compare with; with `rounds` lists alone, with `only` the pages of that name.
    """
    if only:
        yield "web", ["bench_pages", "--only", only, "--out", str(settings.VAR / "bench-only.json")]
        return
    lists = ["bench_pages", "--lists", *(["--rounds", str(rounds)] if rounds else [])]
    unguarded = str(settings.VAR / "bench-unguarded.json")
    yield "owner", [*lists, "--out", unguarded]
    if rounds:
        yield "web", [*lists, "--beside", unguarded, "--out", str(settings.VAR / "bench-lists.json")]
        return
    yield "web", ["bench_pages", "--beside", unguarded]
    yield "web", ["bench_search"]
    for command in ("bench_imports", "bench_earlier", "bench_seals"):
        yield "worker", [command]
