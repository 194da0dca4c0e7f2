"""What does the frame of every page look for, and mostly does not find? Each app says its part; one query asks them all.

A part is a number or a yes, about whoever is signed in: notices that wait, something unsent. Where there is any, its rows
are asked for, and only then.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from safeguarding.keys import WHOEVER, for_person
from safeguarding.once import once

Rows = Callable[[UUID], QuerySet[Any]]
_parts: dict[str, str | tuple[Rows, int]] = {}


def look_for(name: str, part: str | Rows, *, most: int = 0) -> None:
    """Add a part to `glance`. Called when the apps are ready.

    `part` is the call of a fact in the schema `rules`, in which each `%s` is the key of the person; or what returns the rows
    of a person, which are counted, no further than one beyond `most`.
    """
    _parts[name] = part if isinstance(part, str) else (part, most)


def glance(user: Any) -> Mapping[str, Any]:
    """Every part by name, for an active member of staff: one query, once a page."""
    return once(("glance", user.pk), lambda: _look(user.pk))


def _look(me: UUID) -> Mapping[str, Any]:
    statement, parameters = _statement()
    with connection.cursor() as cursor:
        cursor.execute(statement, for_person(me, parameters))
        return dict(zip(_parts, cursor.fetchone(), strict=True))


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    texts: list[str] = []
    parameters: list[Any] = []
    for part in _parts.values():
        if isinstance(part, str):
            text, given = part, (WHOEVER,) * part.count("%s")
        else:
            rows, most = part
            inner, given = rows(WHOEVER).order_by().values("pk")[: most + 1].query.sql_with_params()
            text = f"(SELECT count(*) FROM ({inner}) AS found)"  # noqa: S608  (of a query set)
        texts.append(text)
        parameters += given
    return f"SELECT {', '.join(texts)}", tuple(parameters)
