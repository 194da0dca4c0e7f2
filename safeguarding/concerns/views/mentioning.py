"""How does a page look over the words of a form before they are saved?

For mentions, and for names that are pointed out once.
"""

from collections.abc import Callable, Collection
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.utils import timezone

from children.models import Child
from children.services.picking import Pickable
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, visible
from safeguarding.concerns.forms.mention import SWAP, Looking, Mentioning, with_swap
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.concerns.services.reading import with_cards
from safeguarding.http import Request


def looking(
    request: Request, school_id: UUID, linked: Callable[[], Collection[Child]] = tuple, *, quietly: bool = False
) -> Looking:
    """Whom this person may mention: the children whom the log form finds.

    `linked` is asked once, where there is a text.
    """
    return Looking(Pickable(request.user, school_id, timezone.localdate()), cache(linked), quietly)


def may_be_saved(request: Request, form: Any, found: Any) -> bool:
    """Whether the form is whole, and no button was pressed that only changes what was typed.

    `found` is, or belongs to, a concern.
    """
    if not isinstance(form, Mentioning):
        return bool(form.is_valid())
    concern_id = found.pk if isinstance(found, Concern) else found.concern_id
    form.look(looking(request, found.school_id, partial(linked_to, request, concern_id)))
    return checked(request, form)


def whole_about(request: Request, form: Mentioning, child: Child) -> bool:
    """Whether what was typed about a child can be saved, after its words have been looked over."""
    form.look(looking(request, child.school_id, lambda: [child]))
    return form.is_bound and checked(request, form)


def checked(request: Request, form: Mentioning) -> bool:
    """The same of a form that has been told for whom it looks."""
    if pressed := request.POST.get(SWAP, ""):
        with_swap(form, pressed)
    whole = form.is_valid()
    record_offered(request, form)
    return whole and not pressed


def record_offered(request: Request, form: Mentioning) -> None:
    """The children whom the page offers are found, as by the finder."""
    if offered := form.offered():
        read_many(request, offered, verb=Verb.SEARCH, purpose="mention")


def story_of(request: Request, concern_id: UUID) -> list[UUID]:
    """The children whose story a concern is, as far as the person sees them: whom a mention names on its paper too."""
    rows = visible(request, ConcernChild).filter(concern=concern_id, role=ConcernChild.Role.WORRIED_ABOUT)
    return [key for key in rows.values_list("child_id", flat=True) if key]


def linked_to(request: Request, concern_id: UUID) -> list[Child]:
    """The children whom a concern names, as far as the person sees them."""
    rows = with_cards(visible(request, ConcernChild).filter(concern=concern_id, child__isnull=False))
    return [row.child for row in rows if row.child]
