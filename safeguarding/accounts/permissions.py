"""Who may do what, by role? And how does a view say what it asks for?

A person's rights are read once per request from the role assignments that are live today. `@requires`, `@anyone_signed_in`
and `@public` are the only ways for a view to be reachable: a test walks the URLs and finds the one that declares nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any
from uuid import UUID

from django.db.models import Min, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from safeguarding.exceptions import NotAllowed

from .models import RoleAssignment, User
from .roles import ROLES, Capability, Role

View = Callable[..., HttpResponseBase]


def live(on: date) -> Q:
    """Role assignments in force on a day. Both ends count."""
    return Q(starts_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gte=on))


@dataclass(frozen=True)
class Held:
    """One live role of a person, as the request needs it."""

    school_id: UUID
    school_name: str
    role: Role
    class_name: str


class Rights:
    """What a person may do today, and in which schools. Empty for an inactive or anonymous user."""

    def __init__(self, user: User | Any, today: date | None = None) -> None:
        self.user = user
        self.held: list[Held] = []
        if getattr(user, "is_active", False) and user.pk:
            rows = (
                RoleAssignment.objects.filter(live(today or timezone.localdate()), user=user)
                .select_related("school")
                .order_by("school__name", "starts_on", "id")
            )
            order = list(ROLES)
            found = [Held(r.school_id, r.school.name, r.role, r.class_name) for r in rows]
            # The furthest-reaching role first: it decides the navigation and the first page.
            self.held = sorted(found, key=lambda h: -order.index(h.role.key))

    def schools(self, capability: Capability) -> list[UUID]:
        """Ids of the schools where some live role has `capability`."""
        return list({h.school_id: None for h in self.held if h.role.may(capability)})

    def may(self, capability: Capability, school_id: UUID | None = None) -> bool:
        """Whether some live role has `capability` (at `school_id`, where given)."""
        return any(h.role.may(capability) and school_id in (None, h.school_id) for h in self.held)


def rights(user: User | Any) -> Rights:
    """The rights of `user`, read from the database once per user object, that is once per request."""
    found: Rights | None = getattr(user, "_rights", None)
    if found is None:
        found = user._rights = Rights(user)  # type: ignore[union-attr]
    return found


def may(user: User | Any, capability: Capability | str, school_id: UUID | None = None) -> bool:
    """Whether `user` has `capability` today."""
    return rights(user).may(Capability(capability), school_id)


def ensure(user: User, capability: Capability, school_id: UUID, sentence: str) -> None:
    """Raise `NotAllowed(sentence)` unless `user` has `capability` at the school."""
    if not may(user, capability, school_id):
        raise NotAllowed(sentence)


def people_with(capability: Capability, school_id: UUID, on: date) -> QuerySet[User]:
    """Active people who hold `capability` at the school on a day, in the order in which they are called."""
    keys = [key for key, role in ROLES.items() if role.may(capability)]
    held = RoleAssignment.objects.filter(live(on), school_id=school_id, role_key__in=keys)
    return (
        User.objects.filter(is_active=True, assignments__in=held)
        # Once, however many of these roles somebody holds.
        .annotate(called=Min("assignments__call_order"))
        .order_by("called", "pk")
    )


def colleagues(school_id: UUID, on: date) -> QuerySet[User]:
    """Active people with any live role at the school, by name."""
    held = RoleAssignment.objects.filter(live(on), school_id=school_id)
    return (
        User.objects.filter(is_active=True, assignments__in=held).order_by("last_name", "first_name", "pk").distinct()
    )


def requires(capability: Capability | str) -> Callable[[View], View]:
    """A view for people who hold `capability` at the school they are working in; others get 403 in plain words."""
    wanted = Capability(capability)

    def declare(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not may(request.user, wanted, request.acting.school_id):  # type: ignore[attr-defined]
                raise NotAllowed(
                    "Your role at this school does not include this page. Ask the Headteacher if it should."
                )
            return view(request, *args, **kwargs)

        checked.rule = f"requires {wanted}"  # type: ignore[attr-defined]
        return checked

    return declare


def anyone_signed_in(view: View) -> View:
    """A view for everybody with a live role; what it shows is narrowed by the read gate."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not rights(request.user).held:
            raise NotAllowed("You have no role at a school in Harbour today. Ask the Headteacher to give you one.")
        return view(request, *args, **kwargs)

    checked.rule = "anyone signed in"  # type: ignore[attr-defined]
    return checked


def public(view: View) -> View:
    """A view that needs no sign-in. The middleware lets it through; there are few, and a test names them all."""
    view.rule = "public"  # type: ignore[attr-defined]
    view.login_required = False  # type: ignore[attr-defined]
    return view
