"""Harbour as a place that was searched: what was looked through, and what is left out, for which reason?"""

from datetime import datetime
from uuid import uuid5

from django.apps import apps
from django.utils.text import capfirst

from safeguarding import parts
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from sharing.requests.models import RightsRequest, SearchPlace


def log_search(case: RightsRequest, *, at: datetime) -> None:
    """Answer for Harbour, once: what it says is the same however often it is gathered."""
    note = search_note()
    place = (
        SearchPlace.objects.select_for_update(of=("self",)).filter(case=case, place=SearchPlace.Place.HARBOUR).first()
    )
    if place is None:
        place = SearchPlace(
            case=case,
            school_id=case.school_id,
            token=uuid5(case.pk, "harbour"),
            place=SearchPlace.Place.HARBOUR,
            searched_for="The record of the child, and every record that became part of it",
            made_at=at,
        )
        place.save(force_insert=True)
    if place.answered_at is not None:
        return
    place.found, place.note, place.answered_at = SearchPlace.Found.SOME, note, at
    place.revision += 1
    place.save(update_fields=["found", "note", "answered_at", "revision"])
    record(Verb.ADD, place, purpose="search")


def search_note() -> str:
    """What the log of a search says of Harbour. It is the same for every child: it tells of no record."""
    left: dict[str, list[str]] = {}
    for label, because in parts.reasons().items():
        left.setdefault(because, []).append(str(apps.get_model(label)._meta.verbose_name_plural))
    lines = ["Looked through:", *(f"- {title}" for title in dict.fromkeys(parts.titles().values()))]
    lines += ["Left out:", *(f"- {capfirst(', '.join(some))}: {because}" for because, some in left.items())]
    return "\n".join(lines)
