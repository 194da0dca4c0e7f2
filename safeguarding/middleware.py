"""What surrounds every request: sign-in, the transaction and its context, errors in plain words, nothing kept by
browsers.
"""

import ipaddress
import logging
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, cast
from uuid import UUID

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.urls import is_valid_path

from safeguarding import disk
from safeguarding.accounts import fresh
from safeguarding.accounts.permissions import Held, rights
from safeguarding.accounts.session_store import id_goes_back
from safeguarding.accounts.sessions import Waiting, way_out
from safeguarding.audit.context import Acting, acting, tell_database
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.page_lists import one_list_event
from safeguarding.audit.services import record
from safeguarding.exceptions import HarbourError, SavedAlready
from safeguarding.http import Request
from safeguarding.keys import uuid7
from safeguarding.locks import busy
from safeguarding.once import one_page
from safeguarding.unsaved import is_of_another, kept_for_author

Responder = Callable[[HttpRequest], HttpResponseBase]
# The library's pages for somebody who is not signed in yet. Each has its own idea of whom it lets in.
_SIGNING_IN = frozenset({"account_login", "account_logout", "mfa_authenticate"})
_READING = ("GET", "HEAD")
# What is taken even then: without it nobody reads.
_WITH_A_FULL_DISK = _SIGNING_IN | {"give_again", "unlock", "session_time", "act_as"}
# How a database says that it is away, or came back with another connection.
_AWAY = (OperationalError, InterfaceError)
# Answers that Django and its libraries give by themselves, and as what they are recorded: a view refuses by raising.
_TURNED_AWAY = {400: "400", 403: "csrf", 404: "404", 405: "405", 413: "413", 429: "429"}


class NoStoreMiddleware:
    """Nothing about a child stays in a browser's cache, in the next site's log, or in a page of another site."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.method == "POST" and (page := request.resolver_match) and page.url_name == "account_logout":
            # The back button finds nothing. Cookies are left: one of them says that this device is known.
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class ScriptMiddleware:
    """A form that a script has sent (`upload.js`) is told where to go on in place of being sent there.

    The browser would follow by itself, and the page that it fetched would say once, to nobody, what became of the form.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if "Harbour-Script" in request.headers and "Location" in response.headers:
            response.status_code = 204
        return response


class SignInRequiredMiddleware:
    """Sign-in everywhere, unless the view says `public` or belongs to the sign-in pages themselves."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if not getattr(view, "login_required", True):
            return None
        if request.resolver_match and request.resolver_match.url_name in _SIGNING_IN:
            return None
        if request.user.is_authenticated:
            return _of_another(request)
        # What was typed when the session ended is kept by its own view, which says `public`, or says how (`keeps`).
        if (kept := kept_for_author(request, view, kwargs)) is not None:
            return kept
        back = request.get_full_path() if request.method == "GET" else "/"
        waiting: Waiting | None = request.waiting  # type: ignore[attr-defined]
        return HttpResponseRedirect(way_out(waiting, back)) if waiting else redirect_to_login(back)


class FullDiskMiddleware:
    """Nothing is taken while the disk is nearly at its end: the page says so, with every word that was typed.

    Only signing in and out is, or nobody could read what is there. Asked before those that keep what was typed by
    somebody who has been signed out.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: Request, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        from safeguarding.views import problem

        page = request.resolver_match.url_name if request.resolver_match else ""
        if request.method in _READING or page in _WITH_A_FULL_DISK or not disk.is_full():
            return None
        logging.getLogger("harbour").error("the disk is full: nothing is taken")
        return problem(request, 503)


class RequestContextMiddleware:
    """One request is one transaction, done as one person in one role; what goes wrong is answered once, here.

    A view that raises leaves no row: its transaction is rolled back, and the refusal or error is then recorded in a
    transaction of its own. A factor that came with the form is taken before, in one of its own too: it was given,
    whatever becomes of the form. A streamed answer is authorised and recorded before its first byte and touches no
    database afterwards: the transaction is committed before the stream begins.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        held = self._held(request)
        request.acting = Acting(
            user_id=request.user.pk,
            role_key=held.role.key if held else "",
            school_id=held.school_id if held else None,
            request_id=uuid7(),
            source_address=_address(request),
            roles_elsewhere=_roles(request) if held else {},
        )
        # A view runs only for somebody with a role: `anyone_signed_in` and `requires` see to it.
        request.held = cast(Held, held)
        with acting(request.acting):
            try:
                with id_goes_back(request):
                    fresh.take(request)
                with id_goes_back(request), transaction.atomic():
                    tell_database(request.acting)
                    response = self._page(request)
                    if _is_refusal(request, response):
                        _record_refusal(request, _TURNED_AWAY[response.status_code])
                    if response.status_code == 405:
                        response = _not_opened(request, response)
            except Exception as error:
                return self._answer(request, error)
            return response

    def _page(self, request: Request) -> HttpResponseBase:
        """What the view answers, with its lists on record. Raises what the view raised."""
        reads_once = one_page() if request.method in _READING else nullcontext()
        with one_list_event(lambda: _view_name(request)), reads_once:
            response = self.get_response(request)
            if (error := getattr(request, "refused", None)) is not None:
                raise error
        return response

    def process_exception(self, request: Request, error: Exception) -> HttpResponse | None:
        """Django would turn the error into an answer before the transaction hears of it; keep it for `__call__`.

        That the factor must be given again is no error: the library's own middleware answers it.
        """
        if isinstance(error, ReauthenticationRequired):
            return None
        request.refused = error
        return HttpResponse(status=500)

    def _held(self, request: Request) -> Held | None:
        """The role in which this person works now: the one chosen, else the furthest-reaching."""
        if not request.user.is_authenticated:
            return None
        roles = rights(request.user).held
        chosen = request.session.get("acting")
        return next((h for h in roles if h.choice == chosen), roles[0] if roles else None)

    def _answer(self, request: Request, error: Exception) -> HttpResponseBase:
        from safeguarding.views import problem

        if (in_the_way := busy(error, reading=request.method in _READING)) is not None:
            request.busy = error = in_the_way
        _take_back_success(request)
        status = judge(error)
        is_broken = status == 500 or isinstance(error, _AWAY)
        try:
            with transaction.atomic():
                tell_database(request.acting)
                if is_broken:
                    record(Verb.ERROR, outcome=Outcome.FAILED, purpose=str(status), object_type=_view_name(request))
                else:
                    _record_refusal(request, str(status))
        except (DatabaseError, InterfaceError) as unwritten:
            # What cannot be put on record is not shown, and not done.
            _log_error(request, unwritten)
            return problem(request, 503, kept=_keep(request))
        # What another request saves at this moment is no draft, and would be waited for once more.
        kept = not isinstance(error, SavedAlready) and _keep(request)
        if (page := _again(request, error)) is not None:
            return page
        if is_broken:
            got_request_exception.send(sender=self.__class__, request=request)
            _log_error(request, error)
        return problem(
            request,
            status,
            error.sentence if isinstance(error, HarbourError) else "",
            getattr(error, "title", ""),
            kept=kept,
        )


def _take_back_success(request: Request) -> None:
    """Say nothing is done that was rolled back. Why something was not done is said as before."""
    said: Any = messages.get_messages(request)
    said._queued_messages = [one for one in said._queued_messages if one.level >= messages.WARNING]


def _of_another(request: HttpRequest) -> HttpResponseBase | None:
    """A form that stood open when somebody else signed in is not sent in their name."""
    from safeguarding.views import csrf_failure

    return csrf_failure(cast(Request, request)) if is_of_another(request) else None


def _roles(request: Request) -> dict[UUID, str]:
    """School to the key of the furthest-reaching role that the person holds there."""
    furthest_last = reversed(rights(request.user).held)
    return {held.school_id: held.role.key for held in furthest_last}


def _not_opened(request: Request, bare: HttpResponseBase) -> HttpResponseBase:
    """An address that only takes a form was opened, by the back button or a bookmark: a page instead of nothing."""
    from safeguarding.views import problem

    page = problem(request, 405)
    page.headers["Allow"] = bare.headers["Allow"]
    return page


def _keep(request: Request) -> bool:
    """Whether what was typed has been kept, though its page broke: in a transaction of its own, by the view's
    `keep`.
    """
    if (keep := getattr(request, "keep", None)) is None:
        return False
    try:
        with transaction.atomic():
            tell_database(request.acting)
            keep()
    except Exception as error:
        # What is more than is kept, or not theirs to keep, the page says.
        if not isinstance(error, HarbourError) or error.status >= 500:
            _log_error(request, error)
        return False
    return True


def _is_refusal(request: Request, response: HttpResponseBase) -> bool:
    """Whether this answer turns somebody away. An address that only lacks its last stroke is completed further out."""
    completed = response.status_code == 404 and is_valid_path(f"{request.path_info}/")
    return response.status_code in _TURNED_AWAY and not completed


def _record_refusal(request: Request, purpose: str) -> None:
    """An event for whoever is signed in. It names the page, never the address: people type names into addresses.

    None for a stranger: it would name nobody, and anybody on the network could fill the table. What strangers try at
    the sign-in page is recorded there, within its limits.
    """
    if request.user.is_authenticated:
        record(Verb.DENY, outcome=Outcome.REFUSED, purpose=purpose, object_type=_view_name(request))


def _again(request: Request, error: Exception) -> HttpResponseBase | None:
    """The page of a form that was refused, with what was typed in it, where the view has said how to draw it (`again`).

    In a transaction of its own: the refusal has rolled back everything, the record that the page was read too. None
    where it cannot be drawn any more, as when the record is no longer theirs to see, or others are in the way.
    """
    again = getattr(request, "again", None)
    if again is None or not isinstance(error, HarbourError):
        return None
    try:
        with transaction.atomic():
            tell_database(request.acting)
            with one_list_event(lambda: _view_name(request)):
                return cast(HttpResponseBase, again(error))
    except Http404:
        return None
    except DatabaseError as problem:
        if busy(problem, reading=True) is None:
            raise
        return None


def judge(error: BaseException | None) -> int:
    """The status with which an error is answered: 500 for one of our own making, 503 where a database is away, else a
    refusal.
    """
    match error:
        case HarbourError():
            return error.status
        case PermissionDenied():
            return 403
        case Http404():
            return 404
        case RequestDataTooBig():
            return 413
        case SuspiciousOperation() | BadRequest() | MultiPartParserError() | UnreadablePostError():
            return 400
        case OperationalError() | InterfaceError():
            return 503
        case _:
            return 500


def _view_name(request: Request) -> str:
    return (request.resolver_match.view_name if request.resolver_match else "")[:40]


def _log_error(request: Request, error: Exception) -> None:
    """Where it went wrong, never with what: database errors quote the values of rows."""
    places = "".join(traceback.format_tb(error.__traceback__))
    logging.getLogger("harbour").error(
        "%s in %s, request %s\n%s",
        type(error).__name__,
        _view_name(request),
        request.acting.request_id,
        places,
    )


def _address(request: Request) -> str | None:
    """The address the request came from, through as many proxies as the installation trusts.

    Junk in the header is ignored.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = [h.strip() for h in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if h.strip()]
        if len(hops) >= settings.TRUSTED_PROXIES:
            address = hops[-settings.TRUSTED_PROXIES]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None
