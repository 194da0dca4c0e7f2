"""Which referral does the decision of a concern ask for, and what does its form say already?"""

from functools import partial
from typing import Any
from uuid import UUID

from safeguarding.audit.reading import visible
from safeguarding.concerns.models import Concern, Decision
from safeguarding.concerns.services.waiting import Outside, asked_outside
from safeguarding.concerns.services.waiting_rows import facts_of
from safeguarding.http import Request
from safeguarding.once import once


def to_record(request: Request, found: Concern) -> Outside | None:
    """What the decision that stands asks for outside the school, where no word to the agency is on record."""
    facts = facts_of([found], partial(visible, request)).get(found.pk)
    return asked_outside(facts) if facts else None


def asks_for_word(request: Request, concern_id: UUID) -> bool:
    """Whether the concern as it stands now waits for word to an agency."""
    found = visible(request, Concern).filter(pk=concern_id).first()
    return found is not None and to_record(request, found) is not None


def from_decision(request: Request, found: Concern) -> dict[str, Any]:
    """What the form of a referral says already: the agency, who is told, and why, as the decision that stands has it.
    Empty where it asks for no referral, or that is on record. Once a page.
    """

    def read() -> dict[str, Any]:
        if (asks := to_record(request, found)) is None:
            return {}
        rows = visible(request, Decision).filter(concern=found).order_by("-decided_at", "-pk")
        decision: Decision | None = rows.first()
        said = {"team": decision.recipient, "told": decision.rationale} if decision else {}
        return {"agency": asks.agency.value, "by_contact": asks.by_contact, **said}

    return once(("from the decision", found.pk), read)
