"""Decide several items at once: each as it is decided alone, with a step and an event of its own."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from safeguarding.accounts.models import User
from safeguarding.exceptions import BadInput, HarbourError
from safeguarding.sealing.fields import Shut
from sharing.requests.models import Decided, RequestFile, RequestItem

from . import deciding, documents
from .reasons import Reason

# As many as a page shows.
MOST = 25
# What is cut has to be looked at where it is cut.
TOGETHER = (Decided.FULL, Decided.WITHHELD, Decided.OUT_OF_SCOPE)
IS_FILE = "It is a file: open it, and decide it on its own page"


def files_among(items: Sequence[RequestItem]) -> set[UUID]:
    """Return the keys of those items that are files, or have no copy: each is looked at on its own page. One query."""
    found = set(RequestFile.objects.filter(item__in=items).values_list("item_id", flat=True))
    return found | {one.pk for one in items if one.without or is_shut(one) or documents.document_of(one).pages}


def is_shut(item: RequestItem) -> bool:
    """Whether its words do not open: its page says so."""
    return isinstance(item.content, Shut) or isinstance(item.found, Shut)


def decide_each(
    items: Sequence[RequestItem],
    seen: Mapping[UUID, int],
    *,
    by: User,
    decided: str,
    reason: Reason,
    at: datetime | None = None,
) -> dict[UUID, str]:
    """Decide these items alike, each in the revision that was seen. Return the sentence of each that could not be
    decided so, by its key. Sent again, what stands so already is done.

    Raises `BadInput` for a decision that is not made together.
    """
    if decided not in TOGETHER:
        raise BadInput("Choose what becomes of them: in full, withheld or not asked for.")
    files, wrong = files_among(items), dict[UUID, str]()
    for item in sorted(items, key=lambda one: one.number):
        if problem := _refused(item, seen, files, by=by, decided=decided, reason=reason, at=at):
            wrong[item.pk] = problem
    return wrong


def _refused(
    item: RequestItem,
    seen: Mapping[UUID, int],
    files: Collection[UUID],
    *,
    by: User,
    decided: str,
    reason: Reason,
    at: datetime | None,
) -> str:
    """Decide one; return why it could not be decided so, or nothing."""
    if item.pk in files:
        return f"{IS_FILE}."
    if _stands(item, by, decided, reason):
        return ""
    try:
        deciding.decide(
            item,
            by=by,
            decided=decided,
            revision=seen.get(item.pk, -1),
            exemption=reason.exemption,
            answers=reason.answers,
            why=reason.why,
            at=at,
        )
    except HarbourError as refusal:
        return refusal.sentence
    return ""


def _stands(item: RequestItem, by: User, decided: str, reason: Reason) -> bool:
    answers = dict(reason.answers) if reason.exemption else {}
    stands = (item.decided, item.decided_by_id, item.exemption_id, item.answers, item.why)
    code = reason.exemption.pk if reason.exemption else None
    return stands == (decided, by.pk, code, answers, reason.why.strip())
