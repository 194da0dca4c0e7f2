"""What does a view get and give?

A request that says who asks, in which role, and which page of the navigation is current.
"""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import Held
from safeguarding.accounts.services.sessions import Session
from safeguarding.accounts.sessions import Waiting
from safeguarding.audit.context import Acting
from safeguarding.exceptions import Busy, HarbourError
from safeguarding.rendering import Showing


class Request(HttpRequest):
    """A request behind `SignInRequiredMiddleware` and `RequestContextMiddleware`, for the types of views."""

    user: User  # type: ignore[assignment]
    acting: Acting
    held: Held
    # Whose session this is while it is locked or lacks the second factor; `user` is then nobody.
    waiting: Waiting | None
    # When this session began and was last used, and whether there may be a reset to be told of.
    own_session: Session
    # Whether a person asked, and not an open page by itself: the session has been used then.
    asked_by_somebody: bool
    # After how long without use this session locks.
    idle_seconds: int
    # The key of the current entry of the navigation; set by the view.
    nav: str
    # The school of the record that this page is about; set by its view beside `nav`. The frame then names that school
    # and the role held there, whichever role the person works in at the moment.
    of_school: UUID
    # What this page is for, as far as that decides whom mentions inside its text name; set by its view.
    showing: Showing
    # What the view raised, kept until the transaction has been told.
    refused: Exception
    # The token of the draft that this page shows: it need not be pointed to.
    draft_shown: UUID | None
    # Why nothing could be done, where others were in the way: said on the page that keeps what was typed.
    busy: Busy
    # Set by a view that takes what a person typed: keeps it as a draft, should the view raise.
    keep: Callable[[], object]
    # The same, for a refusal: draws the view's page once more, with what was typed and why it was not taken.
    again: Callable[[HarbourError], HttpResponse | None]


class SeeOther(HttpResponseRedirectBase):
    """It is done; its page is over there. Reloading that page does nothing twice (303)."""

    status_code = 303
