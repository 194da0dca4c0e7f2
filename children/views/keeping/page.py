"""The one page on which forms stand that change a child's record, and what it says where one was refused."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from children.forms.keeping import KeepForm
from children.models import Child, ChildUpdate, ToldBy
from children.services import keeping
from safeguarding.audit.reading import read_one, visible
from safeguarding.exceptions import ChangedSince, HarbourError
from safeguarding.http import Request
from safeguarding.refused_forms import as_typed

SAVED = "Saved. It counts from now on, wherever the record is read."
Made = Mapping[str, Callable[..., KeepForm]]


def child_of(request: Request, pk: UUID) -> Child:
    """The child whose record is changed, as somebody may see it who works on it."""
    request.nav = "children"
    child: Child = read_one(request, Child, pk=pk, purpose="keep")
    request.of_school = child.school_id
    return child


def done_before(request: Request) -> HttpResponse | None:
    """Where this very form has done something already (a double click, or the page gone back to), to the record."""
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError:
        return None
    done = visible(request, ChildUpdate).filter(token=token).first()
    return redirect("child_people", done.child_id) if done else None


def asked(request: Request, child: Child) -> dict[str, Any]:
    """What each form takes of requests to correct this record: those that are open, and from which the reader came."""
    about = keeping.requests_about(child, by=request.user)
    key = request.GET.get("request", "")
    came = {"typed": {"told_by": ToldBy.REQUEST.value, "request": key}} if key in dict(about) else {}
    return {"requests": about, **came}


def page(
    request: Request,
    context: Mapping[str, Any],
    shown: Iterable[KeepForm],
    *,
    status: int = 200,
    template: str = "children/keep.html",
    **more: Any,
) -> HttpResponse:
    """The page with these forms, one of them with what was typed."""
    forms = list(shown)
    bound = next((form for form in forms if form.is_bound), None)
    said = {"forms": forms, "bound": bound, "here": request.path, "refusal": None, "now": (), "lost": ()}
    return render(request, template, {**context, **said, **more}, status=status)


def refused(
    request: Request, child: Child, context: Mapping[str, Any], made: Made, form: KeepForm, refusal: HarbourError
) -> HttpResponse:
    """The page again. Where somebody was faster, with what stands there now: saved again, the form goes on top of it.
    What is for a lead, the leads are notified of.

    `made` are the forms as they stand now; what was typed into one that is not among them is there to be copied.
    """
    key = form.data.get("deed", "")
    refusal.sentence = " ".join(filter(None, (refusal.sentence, keeping.tell_of(refusal, child, by=request.user))))
    if key not in made:
        left = [one() for one in made.values()]
        return page(request, context, left, status=refusal.status, refusal=refusal, lost=as_typed(form))
    now: Sequence[tuple[str, str]] = ()
    if isinstance(refusal, ChangedSince):
        fresh = made[key]()
        form.say("seen", str(fresh.initial["seen"]))
        words = dict(as_typed(fresh))
        labels = [str(field.label) for field in fresh.visible_fields() if field.name in fresh.now]
        now = [(label, words.get(label, "Not recorded")) for label in labels]
    shown = [form if name == key else make() for name, make in made.items()]
    return page(request, context, shown, status=refusal.status, refusal=refusal, now=now)
