"""`manage.py add_person j.beckett --role teacher`: a new account with a role, one more role for one, or the account
that its holder had before they left.
"""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.management.named import the_school
from safeguarding.accounts.models import School, User
from safeguarding.accounts.roles import ROLES
from safeguarding.accounts.services import add_person, assign_role, change_person, find_account
from safeguarding.accounts.services.classes import give_class
from safeguarding.accounts.services.returning import give_back, known_by_name, was_given_back
from safeguarding.accounts.services.user_names import alike
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
        parser.add_argument("--account", type=UUID, metavar="KEY", help="the account that this person had here before")
        parser.add_argument("--another", action="store_true", help="of this name there is somebody else")
        parser.add_argument("--call-order", type=int, default=10, help="who takes calls is called in this order")

    def handle(self, *, username: str, role: str, **options: Any) -> None:
        try:
            school = the_school(options["school"])
            with transaction.atomic():
                person = self._person(username, role, school, options)
                if options["class_name"]:
                    today = timezone.localdate()
                    give_class(user=person, school=school, class_name=options["class_name"], starts_on=today)
        except HarbourError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(f"{person.username} is {ROLES[role].title} at {school.name} from today.")
        if person.is_new and was_given_back(person):
            self.stdout.write("Two people give the first start, in the browser under Accounts: see docs/signing-in.md.")

    def _person(self, username: str, role: str, school: School, options: dict[str, Any]) -> User:
        """The person, with the role. Raises `CommandError` where somebody of this name has an account."""
        given: dict[str, Any] = {"school": school, "role_key": role, "call_order": options["call_order"]}
        given["starts_on"] = timezone.localdate()
        if (there := find_account(username)) is not None and there.is_active:
            person = self._one_more_role(there, **options)
        elif (back := self._had_before(school, there, options)) is not None:
            given |= {"email": options["email"] or "", "extension": options["extension"] or ""}
            return give_back(user=back, username=username, **given)
        else:
            person = self._new(username, **options)
        assign_role(user=person, **given)
        return person

    def _had_before(self, school: School, closed: User | None, options: dict[str, Any]) -> User | None:
        """Whose account `--account` says that it is; None for somebody who had none. Asks for names that are not known.

        `closed`: the account that has this user name, and is closed.
        """
        for name, asked in (("first_name", "First name: "), ("last_name", "Last name: ")):
            options[name] = options[name] or getattr(closed, name, "") or input(asked).strip()
        names = (options["first_name"], options["last_name"])
        known = known_by_name(school, [names], on=timezone.localdate()).get(alike(*names), [])
        if options["account"]:
            if (mine := next((one.user for one in known if one.user.pk == options["account"]), None)) is not None:
                return mine
            raise CommandError("Nobody of this name has that account.")
        if known and not options["another"]:
            lines = [f"  {one.user.pk}  {one.user.job or 'no job'}; {one.was}" for one in known]
            raise CommandError(
                "Somebody of this name has an account. The same name is no proof. If it is the same person, give that "
                "account back with --account KEY; if not, say --another.\n" + "\n".join(lines)
            )
        return None

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
        names = {"first_name": options["first_name"], "last_name": options["last_name"]}
        person = User(username=username, **names)
        return add_person(
            username=username,
            purpose="another of this name" if options["another"] else "",
            **names,
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
