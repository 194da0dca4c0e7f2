"""`manage.py seed_demo`: the demo school; with `--schools`, as many practice schools as a measurement needs."""

import resource
import sys
from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from safeguarding.accounts.calendar import LONDON
from safeguarding.dates import counted
from safeguarding.demo.apart import NotForDemo
from safeguarding.demo.scale import Size, seed_scale
from safeguarding.demo.seeding import SEED, Made, seed_demo


class Command(BaseCommand):
    help = (
        "Makes the demo school: people, children, three years of concerns, and a desk with today's work. "
        "With --schools, makes that many practice schools in bulk instead (as the database role owner)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--today", type=datetime.fromisoformat, help="the day, yyyy-mm-dd, on which it opens")
        parser.add_argument("--seed", type=int, default=SEED, help="another number makes another history")
        parser.add_argument("--schools", type=int, help="how many practice schools")
        parser.add_argument("--children", type=int, help="children in all of them (600 a school)")
        parser.add_argument("--years", type=int, default=3, help="how far back concerns go")
        parser.add_argument("--concerns", type=int, help="concerns in all of them (one a child and year)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.localtime()
        if options["today"]:
            now = datetime.combine(options["today"], time(10, 15), LONDON)
        try:
            made = self._scale(now, options) if options["schools"] else seed_demo(now=now, seed=options["seed"])
        except NotForDemo as error:
            raise CommandError(error.sentence) from None
        if not made.children:
            self.stdout.write("The practice school is there already. Nothing was changed.")
            return
        self.stdout.write(
            f"Ready for practice: {counted(made.children, 'child', 'children')}, "
            f"{counted(made.people, 'member')} of staff, {counted(made.concerns, 'concern')}."
        )

    def _scale(self, now: datetime, options: dict[str, Any]) -> Made:
        children = options["children"] or 600 * options["schools"]
        size = Size(options["schools"], children, options["years"], options["concerns"] or children * options["years"])
        made = seed_scale(size, now=now, seed=options["seed"], quiet=options["verbosity"] == 0)
        # In kilobytes, but in bytes on macOS.
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * (1024 if sys.platform == "darwin" else 1))
        self.stdout.write(f"Most memory used: {most:.0f} MB.")
        return made
