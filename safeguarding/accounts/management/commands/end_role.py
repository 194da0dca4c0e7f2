"""`manage.py end_role j.beckett --role teacher`: somebody no longer holds a role, from tomorrow or a day that is
given.
"""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from safeguarding.accounts.management.named import the_person, the_school
from safeguarding.accounts.roles import ROLES
from safeguarding.accounts.services import end_role, find_role
from safeguarding.dates import full_day
from safeguarding.exceptions import HarbourError


class Command(BaseCommand):
    help = "End somebody's role at a school. The account stays, and what the person wrote as well."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="what the person signs in with")
        parser.add_argument("--role", required=True, choices=list(ROLES), metavar="ROLE", help=", ".join(ROLES))
        parser.add_argument("--school", help="short name of the school; needed where there are several")
        parser.add_argument(
            "--last-day",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="last day on which the role is held: today, unless given. Yesterday ends it at once",
        )

    def handle(self, *, username: str, role: str, last_day: date | None, **options: Any) -> None:
        person, school, today = the_person(username), the_school(options["school"]), timezone.localdate()
        last_day = last_day or today
        assignment = find_role(user=person, school=school, role_key=role, on=today)
        if assignment is None:
            raise CommandError(f"{username} is not {ROLES[role].title} at {school.name}, or no longer.")
        try:
            end_role(assignment=assignment, last_day=last_day)
        except HarbourError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(f"{username} is {ROLES[role].title} at {school.name} until {full_day(last_day)}.")
