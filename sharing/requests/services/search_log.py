"""Harbour as a place that was searched: what was looked through, and what is left out, for which reason?"""

from datetime import datetime
from uuid import uuid5

from safeguarding import parts
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from sharing.requests.models import RightsRequest, SearchPlace

# What is looked through.
SEARCHED = "The record of the child, every record that became part of it, and where others’ records name the child"


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
            searched_for=SEARCHED,
            made_at=at,
        )
        place.save(force_insert=True)
    if place.answered_at is not None:
        return
    place.found, place.note, place.answered_at = SearchPlace.Found.SOME, note, at
    place.revision += 1
    place.save(update_fields=["found", "note", "answered_at", "revision"])
    record(Verb.ADD, place, purpose="search")


_NOT_SEARCHED = (
    "Files on the records of other children: who may open them looks into them and adds what is found by hand.",
    "A forename alone in records of others: whoever prepares the copies looks for it and adds what is found.",
    "Records of other schools of the trust: each school answers for its own.",
)


def search_note() -> str:
    """What the log of a search says of Harbour. It is the same for every child: it tells of no record."""
    lines = ["Looked through in the record of the child, and copied as it stands:"]
    lines += [f"- {title}" for title in dict.fromkeys(parts.titles().values())]
    lines += [
        "In the records of others the same was looked through for this child: where they are mentioned, or their whole "
        "name stands. What says so is copied, and no more of that record.",
        "Held, and not given by this search:",
        *(f"- {called}: {because}" for called, because in parts.reasons_called().items()),
        "Not searched:",
        *(f"- {one}" for one in _NOT_SEARCHED),
    ]
    return "\n".join(lines)
