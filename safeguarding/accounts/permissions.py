"""Who may do what, by role? And how does a view say what it asks for?

A person's rights are read once per request from the role assignments that are live today. `@requires`,
`@requires_for_record`, `@anyone_signed_in` and `@public` are the only ways for a view to be reachable: a test walks the
URLs and finds the one that declares nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Min, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from safeguarding.dates import school_year
from safeguarding.exceptions import BadInput, NotAllowed

from .capabilities import CAPABILITIES, AnyCapability
from .models import RoleAssignment, User
from .roles import ROLES, Role, with_capability

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
    # The classes that the person teaches there today, by name.
    classes: tuple[str, ...] = ()
    # Whether the person has said, this school year, whether they are related or close to a child there.
    answered: bool = True

    @property
    def class_name(self) -> str:
        """The class of who teaches one; "5B and 6A" of who teaches two."""
        return " and ".join(self.classes)

    @property
    def choice(self) -> str:
        """What a page sends to choose this role among one's own."""
        return f"{self.school_id}:{self.role.key}"


class Rights:
    """What a person may do today, and in which schools. Empty for an inactive or anonymous user.

    `found`: the rows of `rules.roles_held`, where another query has read them.
    """

    def __init__(
        self, user: User | Any, today: date | None = None, found: Iterable[Sequence[Any]] | None = None
    ) -> None:
        self.user = user
        self.held: list[Held] = []
        # Worked out when it is first asked: a page asks some forty times, of who may lead a hundred schools.
        self._schools: dict[str, dict[UUID, None]] = {}
        if getattr(user, "is_active", False) and user.pk:
            rows = _held(user.pk, today or timezone.localdate()) if found is None else found
            order = list(ROLES)
            # The furthest-reaching role first: it decides the navigation and the first page.
            self.held = sorted(
                (Held(at, name, ROLES[key], tuple(taught), said) for at, name, key, taught, said in rows),
                key=lambda h: -order.index(h.role.key),
            )

    def schools(self, capability: AnyCapability) -> list[UUID]:
        """Ids of the schools where some live role has `capability`."""
        return list(self._where(capability))

    def may(self, capability: AnyCapability, school_id: UUID | None = None) -> bool:
        """Whether some live role has `capability` (at `school_id`, where given)."""
        where = self._where(capability)
        return bool(where) if school_id is None else school_id in where

    def _where(self, capability: AnyCapability) -> dict[UUID, None]:
        if (found := self._schools.get(capability)) is None:
            found = self._schools[capability] = {h.school_id: None for h in self.held if h.role.may(capability)}
        return found

    def at(self, school_id: UUID | None) -> Held | None:
        """The furthest-reaching role that the person holds at a school; None where there is none."""
        return next((h for h in self.held if h.school_id == school_id), None)


def _held(me: UUID, today: date) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        # As a query set, it took longer to write than to answer.
        cursor.execute("SELECT * FROM rules.roles_held(%s, %s, %s)", [me, today, school_year(today)])
        return cursor.fetchall()  # type: ignore[no-any-return]


def rights(user: User | Any) -> Rights:
    """The rights of `user`, read from the database once per user object, that is once per request."""
    found: Rights | None = getattr(user, "_rights", None)
    if found is None:
        found = user._rights = Rights(user)  # type: ignore[union-attr]
    return found


def remember(user: User | Any, found: Iterable[Sequence[Any]]) -> None:
    """That these rows of `rules.roles_held` are the rights of `user`: read with something else, they are not read
    again.
    """
    user._rights = Rights(user, found=found)  # type: ignore[union-attr]


def may(user: User | Any, capability: AnyCapability, school_id: UUID | None = None) -> bool:
    """Whether `user` has `capability` today. Raises `NotRegistered` where there is none such, whoever asks."""
    CAPABILITIES[capability]
    return rights(user).may(capability, school_id)


def needs_second_factor(user: User | Any) -> bool:
    """Whether some live role of `user` can open a record."""
    return any(held.role.opens_records for held in rights(user).held)


def ensure(user: User, capability: AnyCapability, school_id: UUID, sentence: str) -> None:
    """Raise `NotAllowed(sentence)` unless `user` has `capability` at the school."""
    if not may(user, capability, school_id):
        raise NotAllowed(sentence)


def people_with(capability: AnyCapability, school_id: UUID, on: date) -> QuerySet[User]:
    """Active people who hold `capability` at the school on a day, in the order in which they are called."""
    held = RoleAssignment.objects.filter(live(on), school_id=school_id, role_key__in=with_capability(capability))
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


def ensure_works_at(user: User, school_id: UUID, on: date) -> None:
    """Raise `BadInput` unless `user`, who is to do something, has a role at the school that day, whichever."""
    if not colleagues(school_id, on).filter(pk=user.pk).exists():
        raise BadInput(f"{user.full_name} does not work at this school today. Choose somebody who does.")


def requires(capability: AnyCapability, also: Callable[[User], bool] | None = None) -> Callable[[View], View]:
    """A view for people who hold `capability` at the school they are working in; others get 403 in plain words.

    `also` lets in who has another way to what it shows.
    """
    return _declare(capability, at_any_school=False, also=also)


def requires_for_record(
    capability: AnyCapability, also: Callable[[User], bool] | None = None
) -> Callable[[View], View]:
    """A view of one record, for people who hold `capability` at the school of that record, wherever they are working
    now.

    `also` lets in who has another way to a record, as somebody who was given access to one. Whoever has neither gets
    403 in plain words, whatever the record. Which records are theirs, the read gate knows: others are not found. A
    notice, or a call on every page, leads here from the pages of another school.
    """
    return _declare(capability, at_any_school=True, also=also)


def _declare(
    wanted: AnyCapability, *, at_any_school: bool, also: Callable[[User], bool] | None = None
) -> Callable[[View], View]:
    def declare(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            here = request.acting.school_id  # type: ignore[attr-defined]
            let_in = may(request.user, wanted, None if at_any_school else here) or (
                also is not None and rights(request.user).held and also(request.user)  # type: ignore[arg-type]
            )
            if not let_in:
                raise NotAllowed(_turned_away(request, wanted))
            return asked_first(request, view) or view(request, *args, **kwargs)

        checked.rule = f"requires {wanted}{' for record' if at_any_school else ''}"  # type: ignore[attr-defined]
        if also is not None:
            checked.rule += f", or {also.__name__.replace('_', ' ')}"  # type: ignore[attr-defined]
        return checked

    return declare


def _turned_away(request: HttpRequest, wanted: AnyCapability) -> str:
    """Why the page is not shown, and what to do: another role of one's own may include it."""
    now: Held | None = request.held  # type: ignore[attr-defined]
    other = next((h for h in rights(request.user).held if h.role.may(wanted)), None)
    if now is None or other is None:
        return "Your role at this school does not include this page. Ask the Headteacher if it should."
    return (
        f"You are working as {now.role.title}, {now.school_name}, which does not include this page. Go to "
        "your home page, "
        f"choose {other.role.title}, {other.school_name}, under your name, and open it again."
    )


def anyone_signed_in(view: View) -> View:
    """A view for everybody with a live role; what it shows is narrowed by the read gate."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not rights(request.user).held:
            raise NotAllowed("You have no role at a school in Harbour today. Ask the Headteacher to give you one.")
        return asked_first(request, view) or view(request, *args, **kwargs)

    checked.rule = "anyone signed in"  # type: ignore[attr-defined]
    return checked


def own_account(view: View) -> View:
    """A view of one's own way in, for whoever is signed in, with a role or without; it shows and changes nothing
    else.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    checked.rule = "one's own account"  # type: ignore[attr-defined]
    return checked


def fresh_factor(view: View) -> View:
    """A view of something grave: the second factor must have been given within the last five minutes.

    Stands below `requires`, which is asked first. Where it is older, a short page asks for the factor alone and goes on
    to the view with everything that was typed; who has no factor is led to set one up.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        from . import fresh

        return fresh.asked(request) or view(request, *args, **kwargs)

    checked.needs_fresh_factor = True  # type: ignore[attr-defined]
    return checked


def asked_by_pages(view: View) -> View:
    """A view that open pages ask again and again by themselves: it keeps no session from being locked."""
    view.asked_by_pages = True  # type: ignore[attr-defined]
    return view


def never_waits(view: View) -> View:
    """A view that does not wait for the yearly question: what belongs to logging a concern, or to a call for a lead."""
    view.never_waits = True  # type: ignore[attr-defined]
    return view


_questions: list[str] = []


def asks_first(page: str) -> None:
    """The page of the yearly question, of the app whose it is."""
    _questions.append(page)


def asked_first(request: HttpRequest, view: View) -> HttpResponseBase | None:
    """The way to the yearly question, for somebody who has not answered it at the school they work in; None for others.

    A form that keeps what was typed is taken: its page was open before the question was asked.
    """
    held: Held | None = getattr(request, "held", None)
    keeps = request.method == "POST" and (hasattr(view, "keeps") or hasattr(view, "waits"))
    waits = not getattr(view, "never_waits", False) and not keeps
    if held is None or held.answered or not waits or not _questions:
        return None
    if request.method == "GET":
        request.session["after_question"] = request.get_full_path()
    return redirect(_questions[0])


def public(view: View) -> View:
    """A view that needs no sign-in. The middleware lets it through; there are few, and a test names them all."""
    view.rule = "public"  # type: ignore[attr-defined]
    view.login_required = False  # type: ignore[attr-defined]
    return view
