"""What becomes of what was typed on a page for signed-in people when its author is signed in no more?

It is kept, and stands in its form again when they have signed in. As on the log form, the key that the server signed
with the page says whose it is: without one nothing is kept, and whoever sits at the computer now sees none of it. A
page says that it keeps by `@keeps_typed`; the middleware asks it before it leads to the sign-in page, and the answer to
a browser's token from before the last sign-in asks it too (`kept_for_author`). Where nothing at all can be saved,
such a page says so and shows every word (`unsaved`).
"""

from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST

from safeguarding.accounts.permissions import anyone_signed_in
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_out, visible
from safeguarding.concerns import tokens
from safeguarding.concerns.forms.known import readable_alone
from safeguarding.concerns.forms.typed import Typed
from safeguarding.concerns.models import Action, Concern, KeptText
from safeguarding.concerns.services.draft_limits import REFUSALS
from safeguarding.concerns.services.kept import end_kept_text, keep_text
from safeguarding.concerns.views.keeping import for_its_author, use_of, waits_unsaved
from safeguarding.concerns.views.unsaved import says_unsaved
from safeguarding.http import Request, SeeOther
from safeguarding.keys import record_of

View = Callable[..., HttpResponse]
# Forms that stand on another page than that of the concern or the action, and the name of that page.
_elsewhere: dict[str, str] = {}


def keeps_typed(form: str, page: str = "") -> Callable[[View], View]:
    """A view that takes the form of this name from the page of a concern or an action, by `concern_id` or `action_id`.

    `page` names the page where it stands on another one: of a concern, or by `part_id` of something that belongs to
    one.
    """
    if page:
        _elsewhere[form] = page

    def declare(view: View) -> View:
        def keep(request: Request, **page: UUID) -> HttpResponse | None:
            """Keep what was posted for who opened the page. None where there is no key, or no such page."""
            key = tokens.whose(request.POST.get("key", ""))
            if key is None or key.school_id is None:
                return None
            typed = Typed.posted(request.POST)
            try:
                kept = keep_text(
                    token=key.token,
                    author_id=key.author_id,
                    school_id=key.school_id,
                    form=form,
                    content=typed.content,
                    instead_of=record_of(typed.text("kept")),
                    concern_id=page.get("concern_id"),
                    action_id=page.get("action_id"),
                    part_id=page.get("part_id"),
                    use=use_of(request, key),
                )
            except REFUSALS as refusal:
                # Answered here: the middleware asks before any view.
                return waits_unsaved(request, typed, refusal, lines=partial(readable_alone, form))
            if kept is None:
                return None
            return SeeOther(_page(kept)) if request.user.pk == key.author_id else for_its_author(request, _page(kept))

        @wraps(view)
        def taken(request: Request, **page: UUID) -> HttpResponse:
            key = tokens.whose(request.POST.get("key", ""))
            if key is not None and key.author_id != request.user.pk and (answer := keep(request, **page)):
                return answer
            response = view(request, **page)
            # Saved, and on to the next page: what was kept has done its work.
            if response.status_code == 302 and (kept_id := record_of(request.POST.get("kept", ""))):
                end_kept_text(kept_id=kept_id, by=request.user)
            return response

        taken.keeps = keep  # type: ignore[attr-defined]
        return says_unsaved(lines=partial(readable_alone, form))(taken)  # type: ignore[no-any-return]

    return declare


def kept_forms(request: Request, page: Any, makers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """The forms of a page over what whoever reads it had typed there and could not save: of each the newest, by
    name.
    """
    of_page: dict[str, Any] = {"part": page.pk}
    if isinstance(page, Action):
        of_page = {"action": page}
    elif isinstance(page, Concern):
        of_page = {"concern": page, "action": None, "part": None}
    mine = visible(request, KeptText).filter(author=request.user, form__in=list(makers), **of_page)
    rows = list(mine.order_by("kept_at", "pk"))
    read_out(request, rows, verb=Verb.VIEW)
    return {row.form: makers[row.form](MultiValueDict({**row.content, "kept": [str(row.pk)]})) for row in rows}


@require_POST
@anyone_signed_in
def kept_discard(request: Request, kept_id: UUID) -> HttpResponse:
    """Throw away what was kept. Pressed twice, there is nothing left to throw away."""
    kept = visible(request, KeptText).filter(author=request.user, pk=kept_id).first()
    if kept is None:
        return SeeOther(reverse("home"))
    end_kept_text(kept_id=kept.pk, by=request.user)
    messages.success(request, "Discarded.")
    return SeeOther(_page(kept))


def _page(kept: KeptText) -> str:
    if page := _elsewhere.get(kept.form):
        return reverse(page, args=[kept.part or kept.concern_id])
    if kept.action_id:
        return reverse("action", args=[kept.action_id])
    return reverse("concern", args=[kept.concern_id])
