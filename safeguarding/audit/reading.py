"""How does a protected record reach a page? Only through here: filtered by the rule, 404 when not visible, and
recorded.

A protected model's manager is `Protected.as_manager()`-like: it has `visible_to(user)`, the one rule of that model.
What a person may not see does not exist: the same 404, in the same words, as a number that was never issued.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.http import Http404, HttpRequest

from .by_keys import Asks, ByKeys
from .page_lists import PageList, record_list
from .services import logged_as, record
from .verbs import EventVerb, Verb

M = TypeVar("M", bound=models.Model)


def visible(request: Asks, source: type[M] | models.QuerySet[M], because: str = "") -> models.QuerySet[M]:
    """The records of a model (or of a query set of it) that the person asking may see. Not yet read, so not yet
    recorded.

    `because`: those that they see for this one reason of the rule.
    """
    queryset = source._default_manager.all() if isinstance(source, type) else source
    return queryset.visible_to(request.user, because)  # type: ignore[attr-defined, no-any-return]


@cache
def _one_of(model: type[M]) -> ByKeys[M]:
    """The visible records of a model by their keys."""
    return ByKeys(lambda asked: visible(asked, model).filter(asked.of()))


def read_one(
    request: HttpRequest,
    source: type[M] | models.QuerySet[M],
    *,
    verb: EventVerb = Verb.VIEW,
    purpose: str = "",
    also: Callable[[M], bool] | None = None,
    **lookup: Any,
) -> M:
    """The one visible record that `lookup` names, recorded as seen. Raises `Http404` otherwise.

    `also` says of the record what else has to hold for whoever asks.
    """
    key = lookup.get("pk")
    if isinstance(source, type) and len(lookup) == 1 and isinstance(key, UUID):
        found = next(iter(_one_of(source)(request, [key])), None)
    else:
        found = visible(request, source).filter(**lookup).first()
    if found is None or (also is not None and not also(found)):
        raise Http404
    record(verb, found, purpose=purpose)
    return found


def read_many(
    request: HttpRequest,
    rows: models.QuerySet[M] | Sequence[M],
    *,
    verb: EventVerb = Verb.LIST,
    purpose: str = "",
    about: models.Model | None = None,
) -> list[M]:
    """The rows of one page of a list, recorded with their number: in the one event of the lists of a page, or in one of
    its own where the list is `about` a record or was searched for.

    `rows` must come from `visible`, already cut to a page. `about` is the record whose page shows the list, if any.
    """
    found = list(rows)
    # What events name otherwise is no part of the number of the others.
    apart = Counter(kind for row in found if (kind := logged_as(row)) != row._meta.label_lower)
    told = [row for row in found if logged_as(row) not in apart] if apart else found
    model = rows.model if isinstance(rows, models.QuerySet) else type(told[0]) if told else None
    kind = model._meta.label_lower if model else ""
    purpose = purpose or kind.partition(".")[2]
    for named, number in {kind: len(told), **apart}.items():
        if about is None and verb == Verb.LIST:
            record_list(PageList(named, number, purpose))
        else:
            record(verb, about, object_type=named if about is None else "", count=number, purpose=purpose)
    return found


def read_out(
    request: HttpRequest, records: Iterable[models.Model], *, verb: EventVerb = Verb.PRINT, purpose: str = ""
) -> None:
    """Record that each of `records` leaves the screen: print, download or export.

    Call before the first byte is made.
    """
    for one in records:
        record(verb, one, purpose=purpose)
