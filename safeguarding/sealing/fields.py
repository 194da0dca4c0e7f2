"""How is free text about a person kept? As a sealed field: encrypted with the key of its record, opened when it is
read.

A row that comes from the database holds what is sealed (`Sealed`); the first look at the attribute opens it. So a list
that shows no words opens none, and one that does fetches the keys of all its rows at once (`ring.py`). What is empty
stays empty: that nothing was written is no secret. No query looks into a sealed field.
"""

import json
from typing import Any, ClassVar

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from safeguarding.dates import full_day

from . import crypto
from .crypto import DoesNotOpen
from .ring import Gone, Key, Lost, note, ring
from .services.keeping import key_of
from .subjects import first_subject, record_of

LOST = (
    "These words cannot be opened: their key is not in the database of keys. Tell whoever looks after "
    "Harbour at your school; "
    "they are not lost while a backup of the keys has it."
)
ALTERED = (
    "These words cannot be opened: they are not what was written here. Tell whoever looks after Harbour at your school."
)


class Ciphertext(bytes):
    """What goes into a sealed column.

    Only sealing makes it, and reading what was sealed: bytes from elsewhere are none.
    """

    __slots__ = ()


class Sealed:
    """What is in a sealed field, as it came from the database. It has no words of its own: `open` it for its row."""

    __slots__ = ("field", "record", "sealed")

    def __init__(self, field: "SealedField", sealed: bytes) -> None:
        self.field, self.sealed = field, Ciphertext(sealed)
        self.record = crypto.record_in(sealed)
        note(self.record)

    def __str__(self) -> str:
        return "(sealed)"

    __repr__ = __str__

    def open(self, row: Any) -> Any:
        """What was written, for the row with this key; words that say why not where it does not open (`Shut`)."""
        key = ring().key(self.record) if self.record else None
        if isinstance(key, Gone):
            return self.field.shut(self, row, f"Destroyed on {full_day(key.at)}, under {key.under}.")
        if key is None or isinstance(key, Lost):
            return self.field.shut(self, row, LOST if self.record else ALTERED)
        try:
            return self.field.read(crypto.open_sealed(key.cipher, self.field.place(row), self.sealed))
        except DoesNotOpen:
            return self.field.shut(self, row, ALTERED)


class Shut:
    """In the place of what does not open: says why. Where its own row is saved again, what is sealed stays as it is."""

    sealed: Ciphertext
    place: str
    why: str


class ShutText(Shut, str):
    """In the place of a text."""


class ShutParts(Shut, dict):  # type: ignore[type-arg]
    """In the place of something with parts: it has none."""


def opened(value: Any, row: Any) -> Any:
    """A value from `values_list`, opened for the row with this key."""
    return value.open(row) if isinstance(value, Sealed) else value


class SealedAttribute(DeferredAttribute):
    """Opens what is sealed when it is first looked at."""

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        value = instance.__dict__[name] if name in instance.__dict__ else super().__get__(instance, owner)
        if isinstance(value, Sealed):
            value = instance.__dict__[name] = value.open(instance.pk)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.Field):  # type: ignore[type-arg]
    """A field whose content is a narrative about a person."""

    sealed = True
    descriptor_class: Any = SealedAttribute
    empty: ClassVar[Any] = ""
    shut_type: ClassVar[Any] = ShutText

    def get_internal_type(self) -> str:
        return "BinaryField"

    def place(self, row: Any) -> str:
        """Where a value stands: bound to it, so that it opens nowhere else."""
        return f"{self.model._meta.label_lower}.{self.name}:{row}"

    def write(self, value: Any) -> bytes:
        """A value as bytes.

        Raises `TypeError` for what is bytes already: it may be sealed, and would not read as words.
        """
        if isinstance(value, bytes | bytearray | memoryview):
            raise TypeError(f"{self.model._meta.label}.{self.name} takes words, not bytes.")
        return str(value).encode()

    def read(self, words: bytes) -> Any:
        """The value of these bytes."""
        return words.decode()

    def shut(self, sealed: Sealed, row: Any, why: str) -> Shut:
        """What stands in the place of a value that does not open."""
        made: Shut = self.shut_type(why) if self.shut_type is ShutText else self.shut_type()
        made.sealed, made.place, made.why = sealed.sealed, self.place(row), why
        return made

    def is_shut(self, value: Any, row: Any) -> bool:
        """Whether this stands in the place of what did not open here."""
        return isinstance(value, Shut) and value.place == self.place(row)

    def seal(self, key: Key, record: bytes, row: Any, value: Any) -> Ciphertext:
        """A value sealed for the row with this key. An empty one is empty."""
        if value in (None, self.empty):
            return Ciphertext()
        return Ciphertext(crypto.seal(key.cipher, record, self.place(row), self.write(value)))

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """What goes into the row: sealed with the key of its record, which is made now where there is none."""
        value = model_instance.__dict__.get(self.attname, self.empty)
        if isinstance(value, Sealed) or self.is_shut(value, model_instance.pk):
            return value.sealed
        if value in (None, self.empty):
            return Ciphertext()
        record, kind = record_of(model_instance)
        key = key_of(record, kind, first_subject(model_instance))
        return self.seal(key, record.bytes, model_instance.pk, value)

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Sealed):
            return value.sealed
        if isinstance(value, Ciphertext) or value is None:
            return value
        if value == self.empty or value == b"":
            return Ciphertext()
        raise TypeError(
            f"{self.model._meta.label}.{self.name} is sealed: save the record, or seal the value for its row."
        )

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = value if prepared else self.get_prep_value(value)
        return value if value is None else connection.Database.Binary(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return self.get_db_prep_value(value, connection)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        return Sealed(self, bytes(value)) if len(value) else self.read_empty()

    def read_empty(self) -> Any:
        return type(self.empty)()


class SealedText(SealedField, models.TextField):
    """A narrative: an account, a child's words, a reason, a note."""


class SealedJSON(SealedField, models.JSONField):
    """A narrative with parts, such as a draft of a form."""

    empty: ClassVar[Any] = {}
    shut_type: ClassVar[Any] = ShutParts

    def write(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False).encode()

    def read(self, words: bytes) -> Any:
        return json.loads(words)
