"""`manage.py add_school "Saltmarsh Lane Primary School"`: a new school on this installation."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify

from safeguarding.accounts.services import create_school
from safeguarding.exceptions import HarbourError


class Command(BaseCommand):
    help = "Add a school to this installation. Its hours, numbers and terms are set on its settings page afterwards."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="as it stands on the sign outside")
        parser.add_argument("--slug", help="a short name for commands; made from the name unless given")
        parser.add_argument("--urn", default="", help="unique reference number, 6 figures")
        parser.add_argument("--local-authority", default="", help="code of the local authority, 3 figures")
        parser.add_argument("--establishment", default="", help="establishment number, 4 figures")

    def handle(self, *, name: str, slug: str | None, **options: Any) -> None:
        if settings.DEMO:
            raise CommandError(
                "This is practice: set HARBOUR_DEMO=false and start Harbour on a database of its own first, as "
                "docs/installing.md says."
            )
        details = {key: options[key] for key in ("urn", "local_authority", "establishment")}
        try:
            school = create_school(name=name.strip(), slug=slug or slugify(name), **details)
        except HarbourError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(f"{school.name} is there. Commands know it as {school.slug}.")
        self.stdout.write(f"Next: manage.py add_person USERNAME --school {school.slug} --role headteacher")
