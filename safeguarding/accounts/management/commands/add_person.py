"""`manage.py add_person j.beckett --role teacher`: a new account with a role, or one more role for an account."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.management.named import the_school
from safeguarding.accounts.models import User
from safeguarding.accounts.roles import ROLES
from safeguarding.accounts.services import add_person, assign_role, change_person, find_account
from safeguarding.accounts.services.classes import give_class
from safeguarding.exceptions import HarbourError


class Command(BaseCommand):
    help = "Give somebody an account and a role. Asks for what is not given; the password is only ever asked for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="what the person signs in with")
        parser.add_argument("--role", required=True, choices=list(ROLES), metavar="ROLE", help=", ".join(ROLES))
        parser.add_argument("--school", help="short name of the school; needed where there are several")
        parser.add_argument("--first-name")
        parser.add_argument("--last-name")
        parser.add_argument("--email", help="where word goes that there is something to read; may be left out")
        parser.add_argument("--extension", help="telephone extension, shown to who calls for a lead")
        parser.add_argument("--class-name", default="", help="class that a teacher teaches")
        parser.add_argument("--call-order", type=int, default=10, help="who takes calls is called in this order")

    def handle(self, *, username: str, role: str, **options: Any) -> None:
        try:
            school = the_school(options["school"])
            with transaction.atomic():
                there = find_account(username)
                person = self._one_more_role(there, **options) if there else self._new(username, **options)
                assign_role(
                    user=person,
                    school=school,
                    role_key=role,
                    starts_on=timezone.localdate(),
                    call_order=options["call_order"],
                )
                if options["class_name"]:
                    today = timezone.localdate()
                    give_class(user=person, school=school, class_name=options["class_name"], starts_on=today)
        except HarbourError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(f"{username} is {ROLES[role].title} at {school.name} from today.")

    def _one_more_role(self, person: User, **options: Any) -> User:
        """The person of this account. Raises `CommandError` when another one was meant; renaming is `change_person`."""
        for name in ("first_name", "last_name"):
            if options[name] and options[name].strip().casefold() != getattr(person, name).casefold():
                raise CommandError(
                    f"The user name {person.username} is that of {person.full_name}. Choose another for somebody else; "
                    "for one more role of this person leave the names out."
                )
        return change_person(user=person, email=options["email"], extension=options["extension"])

    def _new(self, username: str, **options: Any) -> User:
        first_name = options["first_name"] or input("First name: ").strip()
        last_name = options["last_name"] or input("Last name: ").strip()
        person = User(username=username, first_name=first_name, last_name=last_name)
        return add_person(
            username=username,
            first_name=first_name,
            last_name=last_name,
            email=options["email"] or "",
            extension=options["extension"] or "",
            password=self._password(person),
        )

    def _password(self, person: User) -> str:
        """Asked for twice, and again until it is good enough."""
        while True:
            password = getpass("Password: ")
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.stderr.write("\n".join(error.messages))
                continue
            if password == getpass("Password again: "):
                return password
            self.stderr.write("The two are not the same.")
