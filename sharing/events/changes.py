"""What is a consent, or a decision to share, called under “What has changed”?"""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from safeguarding.concerns.services.history import RowWords, See

from .models import Consent, SharedItem, SharingEvent


def _consents(keys: Collection[UUID], see: See) -> dict[UUID, RowWords]:
    rows = see(Consent).filter(pk__in=keys).select_related("wording")
    return {row.pk: RowWords(row.wording.called, _as_it_is) for row in rows}


def _shares(keys: Collection[UUID], see: See) -> dict[UUID, RowWords]:
    rows = see(SharingEvent).filter(pk__in=keys).only("year", "number")
    return {row.pk: RowWords(f"Decision to share {row.reference}", _as_it_is) for row in rows}


def _items(keys: Collection[UUID], see: See) -> dict[UUID, RowWords]:
    rows = see(SharedItem).filter(pk__in=keys).only("title")
    return {row.pk: RowWords(row.title, _as_it_is) for row in rows}


def _as_it_is(field: str, value: Any) -> str:
    return ""


READS: dict[Any, Callable[..., dict[UUID, RowWords]]] = {
    Consent: _consents,
    SharingEvent: _shares,
    SharedItem: _items,
}
