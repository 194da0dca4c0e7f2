"""What does retention put into a child's chronology? That a hold was set, and that it was lifted.

A hold for the Headteacher alone is an entry for the Headteacher alone; one on the whole school, or on one record, is
none of a child's.
"""

from collections.abc import Mapping
from uuid import UUID

from django.urls import reverse

from safeguarding.accounts.titles import Titles
from safeguarding.chronicling import Placed
from safeguarding.concerns.chronology import Entry, Source, When
from safeguarding.concerns.entries.concern import first_sentence
from safeguarding.concerns.entries.full import in_full
from safeguarding.concerns.entries.rows import rows_of
from safeguarding.http import Request

from .models import LegalHold

KIND = "legal_holds"
_set = rows_of(LegalHold, "set_by")
_lifted = rows_of(LegalHold, "lifted_by")


def _tell_set(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        hold.pk: Entry(
            at=when[hold.pk],
            title="Legal hold set",
            sentence=f"{_what(hold)} {first_sentence(hold.reason)}",
            source=f"set by {titles.of(hold.set_by, hold.set_at)}",
            icon="lock",
            reference=hold.reference,
            link=reverse("legal_hold", args=[hold.pk]),
            substance=in_full(
                ("", _what(hold)),
                ("Why", hold.reason),
                ("Who asked for it, and their reference", hold.authority),
            ),
        )
        for hold in _set(request, when)
    }


def _what(hold: LegalHold) -> str:
    return f"{hold.get_kind_display()}: {hold.get_scope_display().lower()}."


def _tell_lifted(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        hold.pk: Entry(
            at=when[hold.pk],
            title="Legal hold lifted",
            sentence=first_sentence(hold.lift_reason),
            source=f"lifted by {titles.of(hold.lifted_by, lifted_at)}",
            reference=hold.reference,
            link=reverse("legal_hold", args=[hold.pk]),
            substance=in_full(("", hold.lift_reason)),
        )
        for hold in _lifted(request, when)
        if (lifted_at := hold.lifted_at) is not None
    }


def _of(moment: str, where: str) -> Placed:
    of = {"child": "n.child_id", "readers": "n.readers", "origin": "n.record_key"}
    return Placed("retention.legalhold", moment, where=where, **of)


_OF_CHILD = "n.scope IN ('child', 'family')"
SOURCES = (
    Source("hold_set", KIND, _tell_set, _of("n.set_at", _OF_CHILD)),
    Source("hold_lifted", KIND, _tell_lifted, _of("n.lifted_at", f"{_OF_CHILD} AND n.lifted_at IS NOT NULL")),
)
