"""`manage.py seed_demo`: the demo school."""

from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from safeguarding.accounts.calendar import LONDON
from safeguarding.dates import counted
from safeguarding.demo.seeding import SEED, NotForDemo, seed_demo


class Command(BaseCommand):
    help = "Makes the demo school: people, children, three years of concerns, and a desk with today's work."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--today", type=datetime.fromisoformat, help="the day, yyyy-mm-dd, on which it opens")
        parser.add_argument("--seed", type=int, default=SEED, help="another number makes another history")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["today"]:
            now = datetime.combine(options["today"], time(10, 15), LONDON)
        try:
            made = seed_demo(now=now, seed=options["seed"])
        except NotForDemo as error:
            raise CommandError(error.sentence) from None
        if not made.concerns:
            self.stdout.write("The practice school is there already. Nothing was changed.")
            return
        self.stdout.write(
            f"The practice school is there: {counted(made.children, 'child', 'children')}, "
            f"{counted(made.people, 'member')} of staff, {counted(made.concerns, 'concern')}."
        )
