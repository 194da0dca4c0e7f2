"""What keeps an item from being decided, who holds it while it is worked on, and what holds no more after a change?"""

from collections.abc import Sequence
from uuid import UUID

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record_many
from safeguarding.exceptions import NotAllowed, OutOfTurn
from sharing.requests import redacting
from sharing.requests.models import Decided, RequestItem, RequestPerson, RightsRequest
from sharing.requests.permissions import NAMED
from sharing.requests.redacting.marks import Document, Marks, Released

from . import documents

S = RightsRequest.Status
SHUT = "This request is not being worked on. Its copies cannot be changed until it is opened again."
# What goes out, whole or in part.
GIVEN = (Decided.FULL, Decided.PART)


def open_sentence(document: Document, item: RequestItem, out: Released) -> str:
    """Who is open in an item, or which page nobody has read; empty where it can be decided."""
    people = {place.person for place in out.open}
    if people:
        who = "Somebody was found in it" if len(people) == 1 else f"{len(people)} people were found in it"
        return f"{who}, and nothing is decided on them: decide on each first"
    if pages := unread_pages(document, item):
        some = ", ".join(map(str, pages[:10])) + (" and others" if len(pages) > 10 else "")
        which = f"Page {some} has no words" if len(pages) == 1 else f"Pages {some} have no words"
        return f"{which}: read what the picture shows, and tick it as read"
    return ""


def unread_pages(document: Document, item: RequestItem) -> list[int]:
    """Pages without words that nobody has ticked as read."""
    return [page.n for page in document.pages if not page.words and page.n not in item.pages_read]


def lacks(item: RequestItem, marks: Marks) -> str:
    """What an item still needs, in words that go on after "Item 3: "; empty where it is decided."""
    if not item.decided:
        return "decide what becomes of it"
    if item.decided not in GIVEN or item.without:
        return ""
    document = documents.document_of(item)
    out = redacting.release(document, marks)
    if sentence := open_sentence(document, item, out):
        return sentence[:1].lower() + sentence[1:]
    if out.is_cut is (item.decided == Decided.FULL):
        return "what is taken out of it has changed, decide it again"
    return ""


def settle(case: RightsRequest, items: Sequence[RequestItem], *, by: User) -> None:
    """What was decided of whole items holds no more where somebody is open now, or more or less is taken out."""
    given = [item for item in items if item.decided in GIVEN and not item.without]
    marks = documents.marks_of_each(given)
    stale = [item for item in given if lacks(item, marks[item.pk])]
    for item in items:
        item.revision += 1
        fields = ["revision"]
        if item in stale:
            item.decided, item.decided_at, item.decided_by = Decided.NOT_YET, None, None
            fields += ["decided", "decided_at", "decided_by"]
        item.save(update_fields=fields)
    if items:
        label, keys = RequestItem._meta.label_lower, [item.pk for item in items]
        record_many(Verb.CHANGE, label, keys, by=by, school_id=case.school_id)
    documents.changed(case, by=by)


def is_reviewer(user: User, item: RequestItem) -> bool:
    """Who decides on an item: its reviewer, as long as they read it."""
    return item.reviewer_id == user.pk and may_view(user, item)


def ensure_reviews(by: User, item: RequestItem) -> None:
    """Raise `NotAllowed` unless `by` decides on this item."""
    if not is_reviewer(by, item):
        raise NotAllowed(NAMED)


def hold(item: RequestItem, by: User) -> tuple[RightsRequest, RequestItem]:
    """The case and the item, locked, for its reviewer. Raises `NotAllowed`, `OutOfTurn`."""
    ensure_reviews(by, item)
    case = _locked(item.case_id)
    held = RequestItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    ensure_reviews(by, held)
    return case, held


def hold_person(person: RequestPerson, by: User) -> tuple[RightsRequest, list[RequestItem]]:
    """The case, and those items in which somebody stands that are one's own; at least one is."""
    mine = RequestItem.objects.filter(pk__in=person.items, case_id=person.case_id, reviewer=by).order_by("number")
    first = mine.first()
    if first is None:
        raise OutOfTurn("They stand in no item that you review any more. Open the request again.")
    ensure_reviews(by, first)
    case = _locked(person.case_id)
    return case, list(mine.select_for_update(of=("self",)))


def _locked(case_id: UUID) -> RightsRequest:
    case = RightsRequest.objects.select_for_update(of=("self",)).get(pk=case_id)
    if case.status not in (S.OPEN, S.PREPARED, S.APPROVED):
        raise OutOfTurn(SHUT)
    return case
