"""Several short lists of one child, asked of the database in one query."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Field, Model, QuerySet
from django.db.models.functions import JSONObject

from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible
from safeguarding.sealing.fields import SealedText

from .models import Child


def together(request: Asks, child: Child, **lists: "QuerySet[Any]") -> dict[str, list[Any]]:
    """The rows of each of `lists` in its order, as far as the reader sees the child: none of a card that is hidden.

    Columns that are sealed are fetched when somebody reads them.
    """
    asked = {
        f"list_of_{name}": ArraySubquery(rows.values(row=JSONObject(**_columns(rows.model))))
        for name, rows in lists.items()
    }
    found = visible(request, Child).filter(pk=child.pk).annotate(**asked).values(*asked).first() or {}
    return {name: [_row(rows.model, row) for row in found.get(f"list_of_{name}", ())] for name, rows in lists.items()}


def _columns(model: type[Model]) -> dict[str, str]:
    return {field.attname: field.attname for field in _plain(model)}


def _plain(model: type[Model]) -> "list[Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if not isinstance(field, SealedText)]


def _row(model: type[Model], said: Mapping[str, Any]) -> Model:
    fields = _plain(model)
    return model.from_db(None, [one.attname for one in fields], [one.to_python(said[one.attname]) for one in fields])
