"""What have the pages in common that stand beside the page of a concern: of a referral, a letter, a contact, a meeting?

Each has forms. What was typed is never lost: a form that lacks something, and one that is refused because somebody else
was quicker, come back on the page as it stands now; one whose author has been signed out is kept (`kept.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from safeguarding.accounts.services import LEADS
from safeguarding.concerns import tokens
from safeguarding.concerns.forms.deciding import on_top_of
from safeguarding.concerns.permissions import may_decide
from safeguarding.concerns.views.kept import keeps_typed, kept_forms
from safeguarding.concerns.views.mentioning import may_be_saved
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.http import Request

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Page:
    """One kind of page: its address, its template, and how what it is about is read.

    `forms(request, found, at)` makes the forms, each over what was typed or empty. `offered(request, found)` says which
    of them have something to save to now. `context(request, found, at)` is what else it shows.
    """

    name: str
    template: str
    read: Callable[[Request, UUID], Any]
    forms: Callable[[Request, Any, datetime], Mapping[str, Callable[..., Any]]]
    offered: Callable[[Request, Any], Mapping[str, bool]]
    context: Callable[[Request, Any, datetime], dict[str, Any]]

    def show(
        self, request: Request, found: Any, *, status: int = 200, refusal: HarbourError | None = None, **bound: Any
    ) -> HttpResponse:
        """The page. `bound` are forms with what was typed, in place of the empty ones."""
        request.nav, request.of_school = "concerns", found.school_id
        at = timezone.now()
        offered, makers = self.offered(request, found), self.forms(request, found, at)
        bound = kept_forms(request, found, makers) | bound
        context = self.context(request, found, at) | {
            "found": found,
            "offered": offered,
            "key": tokens.issue(request.user, school_id=found.school_id),
            "kept": [form for form in bound.values() if form.kept],
            "refusal": refusal,
            "lost": [line for name, form in bound.items() if not offered[name] for line in form.typed()],
            "has_errors": any(form.errors for form in bound.values()),
        }
        forms = {name: make() for name, make in makers.items() if offered[name] and name not in bound}
        return render(request, self.template, context | forms | bound, status=status)

    def takes(self, name: str, *, shows: bool = False) -> Callable[[View], View]:
        """A view that takes the form `name`. It gets what the page is about, and the form when that is whole.

        Opened by itself it is the page (`shows`), or leads to it.
        """

        def declare(view: View) -> View:
            @wraps(view)
            def taken(request: Request, **page: UUID) -> HttpResponse:
                [key] = page.values()
                found = self.read(request, key)
                if not may_decide(request.user, found):
                    raise NotAllowed(LEADS)
                if request.method != "POST":
                    return self.show(request, found) if shows else redirect(self.name, key)
                form = self.forms(request, found, timezone.now())[name](request.POST)
                if not may_be_saved(request, form, found):
                    return self.show(request, found, status=422 if form.errors else 200, **{name: form})
                request.again = partial(self._refused, request, key, name, form)
                return view(request, found, form)

            return keeps_typed(name, page=self.name)(taken)

        return declare

    def again(self, request: Request, key: UUID, refusal: HarbourError) -> HttpResponse:
        """The page as it stands now, and why something was not done. Nothing had been typed."""
        return self.show(request, self.read(request, key), status=refusal.status, refusal=refusal)

    def _refused(self, request: Request, key: UUID, name: str, form: Any, refusal: HarbourError) -> HttpResponse:
        """As others have left it meanwhile, and what was typed here, to be saved on top or copied."""
        found = self.read(request, key)
        if "revision" in form.fields:
            form = on_top_of(form, found.revision)
        elif hasattr(form, "on_top"):
            form = form.on_top(found)
        return self.show(request, found, status=refusal.status, refusal=refusal, **{name: form})
