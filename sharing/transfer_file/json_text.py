"""JSON that comes from elsewhere, read strictly: whatever is not as it should be is refused with a sentence."""

import json
import re
from collections.abc import Iterator
from datetime import date, time
from typing import Any
from uuid import UUID

from safeguarding.exceptions import BadInput

from .opening import strict_json

_SHA256 = re.compile(r"[0-9a-f]{64}")
# Neither PostgreSQL nor UTF-8 takes these.
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


class BadFile(BadInput):
    """A file from another school that cannot be used. Nothing of it was taken."""

    title = "This file cannot be used"


def written(value: dict[str, Any]) -> bytes:
    """JSON in UTF-8, one field a line: the same for the same value."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def read(content: bytes, name: str) -> "Fields":
    """The object that a JSON file holds. Raises `BadFile`.

    One that came from elsewhere was read in the sandbox before (`opening.py`): its size and its depth are asked there.
    """
    try:
        value = strict_json(content.decode())
    except (ValueError, RecursionError):
        raise BadFile(
            f"{name} inside this file is not JSON. Ask the school that sent it to make the file again."
        ) from None
    return Fields(value, name)


class Fields:
    """The fields of one JSON object. Each is asked for once; `done` refuses what nobody asked for.

    Every method raises `BadFile` with a sentence that says where.
    """

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise BadFile(f"{where} is not an object. Ask the school that sent it to make the file again.")
        self._value, self._where = dict(value), where

    def text(self, name: str, longest: int, *, may_be_empty: bool = True) -> str:
        """A text of at most `longest` characters."""
        found = self._take(name)
        if not isinstance(found, str):
            raise self._wrong(name, "is not text")
        if len(found) > longest:
            raise self._wrong(name, f"is longer than {longest:,} characters")
        if _UNWRITABLE.search(found):
            raise self._wrong(name, "has a character that cannot be kept")
        if not (found.strip() or may_be_empty):
            raise self._wrong(name, "is empty")
        return found

    def line(self, name: str, longest: int, *, may_be_empty: bool = True) -> str:
        """A text of one line."""
        found = self.text(name, longest, may_be_empty=may_be_empty)
        if len(found.splitlines()) > 1:
            raise self._wrong(name, "has more than one line")
        return found

    def key(self, name: str) -> UUID:
        found = self.text(name, 36)
        try:
            key = UUID(found)
        except ValueError:
            raise self._wrong(name, "is not a UUID") from None
        if str(key) != found:
            raise self._wrong(name, "is not a UUID")
        return key

    def day(self, name: str) -> date:
        found = self.text(name, 10)
        try:
            return date.fromisoformat(found)
        except ValueError:
            raise self._wrong(name, "is not a day such as 2026-09-01") from None

    def day_if_known(self, name: str) -> date | None:
        return None if self._is_null(name) else self.day(name)

    def clock_if_known(self, name: str) -> time | None:
        if self._is_null(name):
            return None
        try:
            found = time.fromisoformat(self.text(name, 15))
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None:
            raise self._wrong(name, "is not a time such as 09:30")
        return found

    def number(self, name: str, *, least: int, most: int) -> int:
        found = self._take(name)
        if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
            raise self._wrong(name, f"is not a number from {least:,} to {most:,}")
        return found

    def flag(self, name: str) -> bool:
        found = self._take(name)
        if not isinstance(found, bool):
            raise self._wrong(name, "is neither true nor false")
        return found

    def digest(self, name: str) -> str:
        """A SHA-256 in small hexadecimal letters."""
        found = self.text(name, 64)
        if not _SHA256.fullmatch(found):
            raise self._wrong(name, "is not a SHA-256")
        return found

    def inner(self, name: str) -> "Fields":
        """The fields of an object inside this one."""
        return Fields(self._take(name), f"“{name}” in {self._where}")

    def objects(self, name: str, most: int) -> Iterator["Fields"]:
        """The objects of a list of at most `most`."""
        for number, value in enumerate(self._list(name, most), 1):
            yield Fields(value, f"“{name}” {number} in {self._where}")

    def lines(self, name: str, *, most: int, longest: int) -> tuple[str, ...]:
        """A list of at most `most` texts of one line, none of them empty."""
        listed = self._list(name, most)
        one = (Fields({name: value}, self._where) for value in listed)
        return tuple(fields.line(name, longest, may_be_empty=False) for fields in one)

    def done(self) -> None:
        """Refuse fields that nobody asked for."""
        if self._value:
            raise self._wrong(min(self._value)[:40], "is not known to this version of Harbour")

    def _list(self, name: str, most: int) -> list[Any]:
        found = self._take(name)
        if not isinstance(found, list):
            raise self._wrong(name, "is not a list")
        if len(found) > most:
            raise self._wrong(name, f"has more than {most:,} items")
        return found

    def _is_null(self, name: str) -> bool:
        if self._value.get(name, "") is not None:
            return False
        del self._value[name]
        return True

    def _take(self, name: str) -> Any:
        try:
            return self._value.pop(name)
        except KeyError:
            raise self._wrong(name, "is missing") from None

    def _wrong(self, name: str, what: str) -> BadFile:
        return BadFile(f"“{name}” in {self._where} {what}. Ask the school that sent it to make the file again.")
