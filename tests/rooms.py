"""How does a test find the people of a school? As rows, not by the services.

Six tests of ten begin with the usual ones, and the services ask the database 200 times. `learn` has them made and
takes that back; `lay` puts the same rows in, with keys, user names and an address of their own, so that a test may have
several and no test meets the keys of another. Moments are the database's own. `lay_member` adds one person with a role.
`tests/integration/test_rooms.py` makes both and compares.
"""

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.hashers import make_password
from django.db import connection, models, transaction
from django.utils import timezone

from safeguarding.accounts.models import ClassTaught, ConflictAnswer, RoleAssignment, School, User
from safeguarding.accounts.roles import ROLES
from safeguarding.audit.context import Acting, current
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.services import record
from safeguarding.dates import school_year
from safeguarding.keys import uuid7

# Everything that is written for them, in the order of what names what.
MODELS: tuple[type[models.Model], ...] = (School, User, ConflictAnswer, RoleAssignment, ClassTaught, Event)
_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_OWN_NAME = re.compile(r"(?<=\"school-)[0-9a-f]{12}(?=\")|(?<=\.)[0-9a-f]{6}(?=\")")
_learned: dict[str, Any] = {}


def learn(make: Callable[[], Any]) -> None:
    """Have a room made by `make`, and remember which rows are there that were not."""
    with transaction.atomic():
        before = {model: rows_of(model) for model in MODELS}
        room = make()
        _learned["rows"] = {model: [row for row in rows_of(model) if row not in before[model]] for model in MODELS}
        _learned["keys"] = {name: one.pk for name, one in vars(room).items()}
        transaction.set_rollback(True)


def is_known() -> bool:
    """Whether a room can be laid here: one was learned, and nobody is at work to whom its events would be put down."""
    return bool(_learned) and current() == Acting()


def rows_of(model: type[models.Model]) -> list[dict[str, Any]]:
    """The rows as the database has them, without what it fills in by itself."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT row_to_json(one) FROM {table} AS one ORDER BY id")  # noqa: S608  (a name of the models)
        rows = [row if isinstance(row, dict) else json.loads(row) for (row,) in cursor.fetchall()]
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_default IS NOT NULL",
            [table],
        )
        its_own = {name for (name,) in cursor.fetchall()}
    return [{name: value for name, value in row.items() if name not in its_own} for row in rows]


def lay(name: str) -> dict[str, Any]:
    """The school and its people, by the names of `Staffroom`."""
    text = json.dumps([_learned["rows"][model] for model in MODELS])
    former = sorted(set(_KEY.findall(text)))
    # In the order of the former ones, which is that of the services: those of one millisecond have none by themselves.
    given = dict(zip(former, map(str, sorted(uuid7() for _ in former)), strict=True))
    text = _OWN_NAME.sub(lambda found: uuid4().hex[: len(found[0])], _KEY.sub(lambda found: given[found[0]], text))
    rows = dict(zip(MODELS, json.loads(text), strict=True))
    for row in rows[School]:
        row["name"] = name
    for row in rows[ConflictAnswer]:
        row["year"] = school_year(timezone.localdate())
    with connection.cursor() as cursor, transaction.atomic():
        for model in MODELS:
            columns, table = ", ".join(rows[model][0]), model._meta.db_table
            cursor.execute(
                f"INSERT INTO {table} ({columns}) "  # noqa: S608  (names of the models)
                f"SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)",
                [json.dumps(rows[model])],
            )
    keys = {role: UUID(given[str(key)]) for role, key in _learned["keys"].items()}
    found = User.objects.in_bulk(keys.values()) | School.objects.in_bulk(keys.values())
    return {role: found[key] for role, key in keys.items()}


def copy_of(row: models.Model, **changes: Any) -> Any:
    """Return an unsaved copy of a row with a key of its own. `changes` are values by attribute name."""
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
    return type(row)(**values | changes)


def lay_member(at: School, role: dict[str, Any], details: dict[str, Any]) -> User:
    """A person who cannot sign in by a password, their role at a school, and that no child there is close to them.

    `role` and `details` are fields of `RoleAssignment` and `User`. Raises `KeyError` for a role that there is not.
    """
    ROLES[role["role_key"]]
    user = User(password=make_password(None), **details)
    answer = ConflictAnswer(user=user, school=at, year=school_year(timezone.localdate()), has_connection=False)
    held = RoleAssignment(user=user, school=at, **role)
    for one in (user, answer, held):
        type(one)._base_manager.bulk_create([one])
    record(Verb.CREATE, user)
    record(Verb.ASSIGN, held)
    # Its moment is the database's.
    return User.objects.get(pk=user.pk)
