"""`manage.py check_row_security`: does the database guard every row as the code says?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from safeguarding.audit.protection import protected_models
from safeguarding.row_security import problems


class Command(BaseCommand):
    help = (
        "Compares row security in the database with the rules in the code: undeclared tables, missing or "
        "foreign policies, "
        "functions and roles that may too much. Exits with 1 and a sentence for each."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if found := problems(connection):
            raise CommandError("\n".join(found))
        self.stdout.write(f"Row security is as the code says on {len(protected_models())} tables.")
