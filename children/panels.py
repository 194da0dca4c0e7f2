"""What do children add to pages?

Their entry in the navigation, the tab "People", and what stands above every tab of a record.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from children.badges import badges_of, beside_detail, told_by
from children.capabilities import ChildCapability
from children.checks import CHECKS
from children.models import Child, ChildDetail, Photograph
from children.permissions import access_to_a_child, children_open_to, may_see_details
from children.secret import ADDRESS_IS_SECRET
from children.services.mentioning import told_page
from children.services.sight import ToLookAt, children_of_log, emergencies_of, given_to, keys_in_log, to_look_at
from children.views import first_page
from children.views.to_confirm import confirms, to_confirm
from safeguarding import checks, first_pages
from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import asks_first, may
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services.looked import narrow_by_child, passes_by, tell_about_child
from safeguarding.accounts.services.sight import opens
from safeguarding.audit.by_keys import Asked, ByKeys
from safeguarding.audit.reading import read_many, visible
from safeguarding.http import Request
from safeguarding.once import once
from safeguarding.panels import MINE, SCHOOL, SECOND, Line, NavItem, Panel, Tab, fill, register, tabs
from safeguarding.rendering import Showing, finish_with


def _sees_children(request: Request) -> bool:
    return request.held is not None and may_see_details(request.user, request.held.school_id)


def _sees_child(request: Request, school_id: UUID) -> bool:
    return may_see_details(request.user, school_id)


def _details_written(asked: Asked) -> QuerySet[Any]:
    known_by = visible(asked, Photograph).filter(child=OuterRef("pk"), use=Photograph.Use.IDENTIFICATION, ended_at=None)
    rows = visible(asked, ChildDetail).filter(asked.of())
    shown = {"photograph": Subquery(known_by.values("pk")[:1]), "is_secret": ADDRESS_IS_SECRET}
    return rows.annotate(**shown, **beside_detail(asked))


# The details of children by their keys, each with the photograph by which that child is known, whether nobody may be
# told where the child lives, and its badges.
_details = ByKeys(_details_written)


@dataclass(frozen=True)
class Face:
    """What of a child stands beside its name: the details, the photograph by which it is known, the age, the badges."""

    detail: ChildDetail | None = None
    known_by: UUID | None = None
    age: int | None = None
    badges: Sequence[str] = ()


def faces(request: Request, children: Collection[Child]) -> dict[UUID, Face]:
    """The face of each of these children, as far as the person may see it: one query for all, and one more for badges
    of those whose details the person does not see.
    """
    details = {detail.pk: detail for detail in _details(request, [child.pk for child in children])}
    cards = {child.pk: child.card_badges for child in children if child.pk not in details}
    badges = {child.pk: told_by(child, details[child.pk]) for child in children if child.pk in details}
    badges |= badges_of(request, cards) if cards else {}
    return {child.pk: _face(child, details.get(child.pk), badges[child.pk]) for child in children}


def _face(child: Child, detail: Any, badges: Sequence[str]) -> Face:
    if detail is None:
        return Face(badges=badges)
    age = None if detail.date_of_death else detail.age(timezone.localdate())
    return Face(detail, detail.photograph if child.is_on_roll else None, age, badges)


def record_frame(request: Request, child: Child, tab: str) -> dict[str, Any]:
    """The context of `children/record.html`, which every tab of a child's record extends: identity bar and tabs.

    What other apps let somebody do from every tab stands beside the name (the slot "record_actions").

    The detail is None for somebody who may see the card only.
    """
    request.of_school = child.school_id
    # Inside the text of a child's file that child is named, and nobody else.
    request.showing = Showing(own=frozenset({child.pk}), only_own=True)
    face = faces(request, [child])[child.pk]
    return {
        "child": child,
        "detail": face.detail,
        "known_by": face.known_by,
        "age": face.age,
        "badge_keys": face.badges,
        "record_actions": fill("record_actions", request, child),
        "tabs": tabs(request, child.pk, child.school_id, tab, given=child.pk in children_open_to(request.user)),
    }


def _manages(request: Request) -> bool:
    return may(request.user, Capability.MANAGE_ACCESS, request.held.school_id)


def _given(request: Request, record: Any) -> dict[str, Any] | None:
    """What somebody was given access to, and the way to more in an emergency; no panel for who has neither."""
    found: dict[str, list[Any]] = {"grants": [], "team_grants": []}
    if access_to_a_child(request.user):
        found = given_to(request.user, partial(visible, request), on=timezone.localdate())
    emergency = may(request.user, ChildCapability.EMERGENCY_ACCESS, request.held.school_id)
    if not (emergency or found["grants"] or found["team_grants"]):
        return None
    return {**found, "emergency": emergency}


def _emergency(request: Request, record: Any) -> dict[str, Any] | None:
    """On every page while it lasts: which record is open, and until when."""
    if not may(request.user, ChildCapability.EMERGENCY_ACCESS) or not access_to_a_child(request.user):
        return None
    # It names the child, also on pages that show nothing else of a record.
    found = emergencies_of(request.user, partial(visible, request), at=timezone.now())
    return {"emergencies": read_many(request, found, purpose="emergency strip")} if found else None


def _looked_at(request: Request) -> ToLookAt:
    """What waits for those who manage access: one query, once a page."""
    school_id = request.held.school_id
    see, on = partial(visible, request), timezone.localdate()
    return once(("to look at", request.user.pk, school_id), lambda: to_look_at(school_id, see, on=on))


def _to_look_at(request: Request, record: Any) -> dict[str, Any] | None:
    """All of it, on the page of access; no panel where nothing waits."""
    waiting = _looked_at(request)
    return {"waiting": waiting} if waiting.anything else None


def _to_confirm(request: Request) -> dict[str, Any] | None:
    """What one person has done and another looks at: emergencies, conflicts, records that may be of one child."""
    waiting = _looked_at(request)
    number = waiting.emergencies + waiting.conflicts + waiting.same_child
    return {"waiting": waiting, "number": number} if number else None


def _due(request: Request) -> dict[str, Any] | None:
    """The review of access that the term asks for, and that nobody is named to stand in."""
    waiting = _looked_at(request)
    number = waiting.review_due + waiting.nobody_stands_in
    return {"waiting": waiting, "number": number} if number else None


def _access_to_look_at(request: Request) -> str:
    return "Something about access waits for a decision." if _looked_at(request).anything else ""


finish_with(told_page)
checks.register(*CHECKS)
first_pages.register(*first_page.TASKS)
register(
    NavItem("children", "Children", "children", may=_sees_children, order=25),
    NavItem(
        "access",
        "Access",
        "access_home",
        may=_manages,
        order=30,
        place=SCHOOL,
        says="Who works here in which role, teams, and who stands in.",
        look=_access_to_look_at,
    ),
    NavItem("teams", "Teams", "teams", may=_manages, order=10, place="access"),
    NavItem(
        "beyond_notice", "Roles beyond the privacy notice", "beyond_notice", may=_manages, order=20, place="access"
    ),
    NavItem("conflicts", "Conflicts of interest", "conflicts", may=_manages, order=30, place="access"),
    NavItem("emergencies", "Emergency access", "emergencies", may=_manages, order=40, place="access"),
    Tab(
        "files",
        "Files",
        "child_files",
        may=lambda r, school_id: may(r.user, "view_concerns", school_id),
        order=30,
        given=True,
    ),
    Tab("photographs", "Photographs", "child_photographs", may=_sees_child, order=45, given=True),
    Tab("people", "People", "child_people", may=_sees_child, order=40, given=True),
    Tab(
        "access",
        "Access",
        "child_access",
        may=lambda r, school_id: may(r.user, "view_concerns", school_id),
        order=90,
        given=True,
    ),
    Panel("staff_home", "given", "access/given_panel.html", data=_given, order=15),
    Panel("notice_strip", "emergency", "access/strip.html", data=_emergency, order=5),
    Line(MINE, "access", "access/due_lines.html", _due, may=_manages, order=20),
    Line(SECOND, "access", "access/confirm_lines.html", _to_confirm, may=_manages, order=20),
    Line(SECOND, "safeguards", "children/confirm_lines.html", to_confirm, may=confirms, order=15),
    Panel("access", "look", "access/today_panel.html", data=_to_look_at, may=_manages, order=10),
)

passes_by("children.photograph")
narrow_by_child(children_of_log)
tell_about_child(keys_in_log)
opens(ChildDetail, ChildCapability.VIEW_CHILD_DETAILS, ChildCapability.VIEW_ADDRESSES)
asks_first("conflict_question")

# What a notice is about, and the page that shows it.
leads_to("child", lambda key: reverse("child", args=[key]))
leads_to("conflict", lambda key: reverse("conflict", args=[key]))
leads_to("emergency", lambda key: reverse("emergency", args=[key]))
leads_to("safeguard", lambda key: reverse("safeguard", args=[key]))
leads_to("merge", lambda key: reverse("merge", args=[key]))
leads_to("stand_in", lambda key: reverse("stand_in", args=[key]))
