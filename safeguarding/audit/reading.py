"""How does a protected record reach a page? Only through here: filtered by the rule, 404 when not visible, and recorded.

A protected model's manager is `Protected.as_manager()`-like: it has `visible_to(user)`, the one rule of that model. What a
person may not see does not exist: the same 404, in the same words, as a number that was never issued.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import models
from django.http import Http404, HttpRequest

from .models import Verb
from .services import record

M = TypeVar("M", bound=models.Model)


def visible(request: HttpRequest, source: type[M] | models.QuerySet[M], because: str = "") -> models.QuerySet[M]:
    """The records of a model (or of a query set of it) that the person asking may see. Not yet read, so not yet recorded.

    `because`: those that they see for this one reason of the rule.
    """
    queryset = source._default_manager.all() if isinstance(source, type) else source
    return queryset.visible_to(request.user, because)  # type: ignore[attr-defined, no-any-return]


def read_one(
    request: HttpRequest,
    source: type[M] | models.QuerySet[M],
    *,
    verb: Verb = Verb.VIEW,
    purpose: str = "",
    **lookup: Any,
) -> M:
    """The one visible record that `lookup` names, recorded as seen. Raises `Http404` otherwise."""
    found = visible(request, source).filter(**lookup).first()
    if found is None:
        raise Http404
    record(verb, found, purpose=purpose)
    return found


def read_many(
    request: HttpRequest,
    rows: models.QuerySet[M] | Sequence[M],
    *,
    verb: Verb = Verb.LIST,
    purpose: str = "",
    about: models.Model | None = None,
) -> list[M]:
    """The rows of one page of a list, recorded as one event with their number.

    `rows` must come from `visible`, already cut to a page. `about` is the record whose page shows the list, if any.
    """
    found = list(rows)
    model = rows.model if isinstance(rows, models.QuerySet) else type(found[0]) if found else None
    record(
        verb,
        about,
        object_type="" if about is not None or model is None else model._meta.label_lower,
        count=len(found),
        purpose=purpose or (model._meta.model_name or "" if model else ""),
    )
    return found


def read_out(
    request: HttpRequest, records: Iterable[models.Model], *, verb: Verb = Verb.PRINT, purpose: str = ""
) -> None:
    """Record that each of `records` leaves the screen: print, download or export. Call before the first byte is made."""
    for one in records:
        record(verb, one, purpose=purpose)
