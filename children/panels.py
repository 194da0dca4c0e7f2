"""What do children add to pages? Their entry in the navigation, the tab "People", and what stands above every tab of a record."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from children.models import Child, ChildDetail
from children.permissions import may_see_details
from safeguarding.audit.reading import visible
from safeguarding.http import Request
from safeguarding.panels import NavItem, Tab, register, tabs


def _sees_children(request: Request) -> bool:
    return request.held is not None and may_see_details(request.user, request.held.school_id)


def _sees_child(request: Request, school_id: UUID) -> bool:
    return may_see_details(request.user, school_id)


def record_frame(request: Request, child: Child, tab: str) -> dict[str, Any]:
    """The context of `children/record.html`, which every tab of a child's record extends: identity bar and tabs.

    The detail is None for somebody who may see the card only.
    """
    request.of_school = child.school_id
    detail = visible(request, ChildDetail).filter(child=child).first()
    return {
        "child": child,
        "detail": detail,
        "age": detail.age(timezone.localdate()) if detail and not detail.date_of_death else None,
        "tabs": tabs(request, child.pk, child.school_id, tab),
    }


register(
    NavItem("children", "Children", "children", may=_sees_children, order=25),
    Tab("people", "People", "child_people", may=_sees_child, order=40),
)
