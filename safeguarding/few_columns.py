"""How is a row made of which a list read few columns? Django goes through all that its table has, to say of each that
it was left out; of a table with sixty that takes longer than to read the row. What is left out is still read when it is
asked for.
"""

from collections.abc import Collection
from typing import Any, Self

from django.db import models
from django.db.models.base import ModelState


class FewColumns(models.Model):
    """A model with many columns of which lists read few. It has no part in its table."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(  # type: ignore[override]
        cls, db: str | None, field_names: Collection[str], values: Collection[Any]
    ) -> Self:
        """A row as Django makes it; of some columns, without the others."""
        if len(values) == len(cls._meta.concrete_fields):
            return super().from_db(db, field_names, values)
        row = cls.__new__(cls)
        row._state = ModelState()
        row._state.adding, row._state.db = False, db
        row.__dict__.update(zip(field_names, values, strict=True))
        return row
