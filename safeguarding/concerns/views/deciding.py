"""The page of a concern, and what a safeguarding lead does on it: decide, note, act, close, open again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_POST

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import colleagues, requires_for_record
from safeguarding.accounts.permissions import may as holds
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import LEADS
from safeguarding.audit.context import with_errors
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns import tokens
from safeguarding.concerns.entries.apart import undecided
from safeguarding.concerns.forms.asking import AskForm, ReclassifyForm
from safeguarding.concerns.forms.deciding import (
    ActionForm,
    CloseForm,
    DecisionForm,
    NoteForm,
    ReopenForm,
    TitleForm,
    UnlinkForm,
    on_top_of,
)
from safeguarding.concerns.lifecycles import concern_life
from safeguarding.concerns.models import Concern, ConcernChild, Mention, Receipt
from safeguarding.concerns.permissions import access_given, may_decide, may_read, may_restrict, schools_read
from safeguarding.concerns.services import deciding, reading
from safeguarding.concerns.services.apart import others_in
from safeguarding.concerns.services.kinds import choices_on
from safeguarding.concerns.services.left_open import left_open
from safeguarding.concerns.services.life import steps
from safeguarding.concerns.services.mentioned import standing
from safeguarding.concerns.services.telling import reporter_may_be_told
from safeguarding.concerns.services.whole import Whole, whole
from safeguarding.concerns.services.work import Work, say_steps, work_of
from safeguarding.concerns.views.children_of_concern import whose
from safeguarding.concerns.views.duties import say_who_was_told
from safeguarding.concerns.views.earlier_marks import of_concern
from safeguarding.concerns.views.error import also_in_error
from safeguarding.concerns.views.kept import keeps_typed, kept_forms
from safeguarding.concerns.views.mentioning import may_be_saved
from safeguarding.concerns.views.to_record import asks_for_word
from safeguarding.dates import full_day
from safeguarding.exceptions import HarbourError, NotAllowed, OutOfTurn
from safeguarding.http import Request
from safeguarding.keys import uuid7
from safeguarding.panels import fill
from safeguarding.rendering import Showing
from safeguarding.uploads.forms import AttachForm


@requires_for_record("view_concerns", also=access_given)
@also_in_error
def concern(request: Request, concern_id: UUID) -> HttpResponse:
    """Everything about one concern. Opening it acknowledges it, unless it was entered in error."""
    found = read_one(request, reading.for_page(), pk=concern_id)
    return _page(request, deciding.open_concern(concern=found, by=request.user))


@require_POST
@requires_for_record("decide_concerns", also=access_given)
def answer_call(request: Request, concern_id: UUID) -> HttpResponse:
    """Tell who called that one is coming, or to be rung: one press on the page of the concern."""
    found = read_one(request, reading.for_page(), pk=concern_id)
    if not may_decide(request.user, found):
        raise NotAllowed(LEADS)
    answer = request.POST.get("answer", "")
    if answer in Concern.CallAnswer.values and deciding.answering(found, request.user):
        deciding.answer_call(concern=found, answer=answer, by=request.user)
    return redirect("concern", concern_id)


_IN_ERROR = "This concern was entered in error, as two people have said. Put it back before anything is added to it."


def _takes(name: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view that takes the form `name` of the page. It gets the concern, and the form when that is whole.

    What was typed is never lost: a form that lacks something, and one that is refused because somebody else has moved
    the concern on, come back on the page as it stands now. The address opened by itself is the page.
    """

    def declare(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        @also_in_error
        def taken(request: Request, concern_id: UUID) -> HttpResponse:
            found = read_one(request, reading.for_page(), pk=concern_id)
            if not may_decide(request.user, found):
                raise NotAllowed(LEADS)
            if request.method != "POST":
                return redirect("concern", concern_id)
            form = _forms(request, found, timezone.now())[name](request.POST)
            if found.is_in_error:
                return _page(request, found, status=409, refusal=OutOfTurn(_IN_ERROR), **{name: form})
            if not may_be_saved(request, form, found):
                return _page(request, found, status=422 if form.errors else 200, **{name: form})
            request.again = partial(_refused, request, concern_id, name, form)
            return view(request, found, form)

        return keeps_typed(name)(taken)

    return declare


def _refused(request: Request, concern_id: UUID, name: str, form: Any, refusal: HarbourError) -> HttpResponse:
    """The page as others have left it meanwhile, what they did, and what was typed here, to be saved on top or
    copied.
    """
    found = read_one(request, reading.for_page(), pk=concern_id)
    changes = []
    if (seen := form.cleaned_data.get("revision")) is not None:
        changes = deciding.changed_since(concern=found, seen=seen, by=request.user)
        form = on_top_of(form, found.revision)
    return _page(request, found, status=refusal.status, refusal=refusal, changes=changes, **{name: form})


@requires_for_record("decide_concerns", also=access_given)
@_takes("decision_form")
def decide(request: Request, found: Concern, form: DecisionForm) -> HttpResponse:
    """Save a decision; then record the referral that it asks for, stay, or open the next concern that waits."""
    ruling = form.ruling()
    deciding.decide(
        concern=found,
        token=form.cleaned_data["token"],
        seen=form.cleaned_data["revision"],
        ruling=ruling,
        by=request.user,
    )
    review = f" The review is on {full_day(ruling.review_on)}." if ruling.review_on else ""
    messages.success(request, f"Decision saved. {_told(request, found, ruling.receipt)}{review}")
    if request.POST.get("then") != "next" and asks_for_word(request, found.pk):
        return redirect("record_referral", found.pk)
    return _onwards(request, found)


@requires_for_record("decide_concerns", also=access_given)
@_takes("note_form")
def add_note(request: Request, found: Concern, form: NoteForm) -> HttpResponse:
    deciding.add_note(concern=found, by=request.user, **form.cleaned_data)
    messages.success(request, "Note saved.")
    return _back(found, "notes")


@requires_for_record("decide_concerns", also=access_given)
@_takes("ask_form")
def ask_reporter(request: Request, found: Concern, form: AskForm) -> HttpResponse:
    deciding.ask_reporter(concern=found, by=request.user, **form.cleaned_data)
    messages.success(request, f"Asked. {found.logged_by.full_name} has been told, and sees it in My reports.")
    return _back(found, "asked")


@requires_for_record("decide_concerns", also=access_given)
@_takes("action_form")
def add_action(request: Request, found: Concern, form: ActionForm) -> HttpResponse:
    deciding.add_action(concern=found, by=request.user, **form.facts())
    messages.success(request, "Action saved. Whoever has to do it has been told that it is there.")
    return _back(found, "actions")


@requires_for_record("decide_concerns", also=access_given)
@_takes("close_form")
def close_concern(request: Request, found: Concern, form: CloseForm) -> HttpResponse:
    given = dict(form.cleaned_data)
    deciding.close_concern(concern=found, seen=given.pop("revision"), by=request.user, **given)
    messages.success(request, f"Concern closed. {_told(request, found, given['receipt'])}")
    return _onwards(request, found)


@requires_for_record("decide_concerns", also=access_given)
@_takes("reopen_form")
def reopen_concern(request: Request, found: Concern, form: ReopenForm) -> HttpResponse:
    deciding.reopen_concern(concern=found, by=request.user, **form.cleaned_data)
    messages.success(request, "Concern opened again. It waits for a decision.")
    return redirect("concern", found.pk)


@requires_for_record("decide_concerns", also=access_given)
@_takes("title_form")
def rename_concern(request: Request, found: Concern, form: TitleForm) -> HttpResponse:
    given = dict(form.cleaned_data)
    deciding.rename_concern(concern=found, seen=given.pop("revision"), by=request.user, **given)
    messages.success(request, "Title saved.")
    return redirect("concern", found.pk)


@requires_for_record("decide_concerns", also=access_given)
@_takes("kind_form")
def reclassify_concern(request: Request, found: Concern, form: ReclassifyForm) -> HttpResponse:
    made = deciding.reclassify_concern(
        concern=found, seen=form.cleaned_data["revision"], by=request.user, **form.facts()
    )
    messages.success(request, "Kind of concern saved. What it was before stands among the notes, with your reason.")
    say_who_was_told(request, made)
    return redirect("concern", found.pk)


@requires_for_record("decide_concerns", also=access_given)
@_takes("unlink_form")
def unlink_child(request: Request, found: Concern, form: UnlinkForm) -> HttpResponse:
    """Take back a link to the wrong record; then who opened the concern meanwhile."""
    given = dict(form.cleaned_data)
    named = read_one(request, visible(request, ConcernChild).filter(concern=found), pk=given.pop("named"))
    undone = deciding.unlink_child(named=named, by=request.user, **given)
    taken_out = "Taken out of that child’s file, chronology, lists and counts."
    if standing(visible(request, Mention)).filter(concern=found, child_key=undone.child_key).exists():
        taken_out = "Taken out. The words of this concern mention that child still: see “Also mentioned”."
    messages.success(request, f"{taken_out} Say who it is once you know.")
    return redirect("undone_link", found.pk, undone.pk)


def _back(found: Concern, part: str) -> HttpResponse:
    return redirect(f"{reverse('concern', args=[found.pk])}#{part}")


def _onwards(request: Request, found: Concern) -> HttpResponse:
    """To the concern just saved, or with "Save and open next" to the first of the queue that is left, or to the empty
    queue.
    """
    if request.POST.get("then") != "next":
        return redirect("concern", found.pk)
    left = reading.queue(visible(request, Concern), found.school_id).exclude(pk=found.pk).first()
    return redirect("concern", left.pk) if left else redirect(request.held.role.home)


def _told(request: Request, found: Concern, receipt: str) -> str:
    if found.logged_by_id == request.user.pk:
        return "You logged it yourself, so nobody else is told."
    if not reporter_may_be_told(found):
        return f"{found.logged_by.full_name} sees nothing of it: it is hidden from them, or they have left."
    return f"Whoever logged it will see: “{Receipt(receipt).label}”"


def _page(
    request: Request,
    found: Concern,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
    changes: Sequence[deciding.Change] = (),
    **bound: Any,
) -> HttpResponse:
    """The page of a concern. `bound` are forms with what was typed, in place of the empty ones."""
    request.nav, request.of_school = "concerns", found.school_id
    at = timezone.now()
    see, today = partial(visible, request), timezone.localdate(at)
    it = whole(found, see, today=today)
    work = work_of(found, see, today=today)
    # Whom the page names by itself, it names inside text.
    request.showing = Showing(own=frozenset(named.child_id for named in it.linked if named.child_id))
    say_steps(it.decisions)
    may = concern_life.open_to(found, request.user)
    if found.is_in_error:
        may = dict.fromkeys(may, False)
    cannot_ask = deciding.cannot_ask(found, by=request.user, at=at) if may["decide"] or may["reopen"] else ""
    offered = _offered(it, may) | {"ask_form": (may["decide"] or may["reopen"]) and not cannot_ask}
    makers = _forms(request, found, at)
    bound = kept_forms(request, found, makers) | bound
    context = {
        "it": it,
        "whose": whose(request, found, it.children),
        "work": work,
        "adds": _adds(it, work, may, offered),
        "concern": found,
        "may": may,
        "offered": offered,
        "origins": fill("concern", request, found),
        "cannot_ask": cannot_ask,
        "steps": steps(it, work, request.user, at=at),
        "key": tokens.issue(request.user, school_id=found.school_id),
        "kept": [form for form in bound.values() if form.kept],
        "others": [] if may_read(request.user, found) else others_in(found, it.children),
        "undecided": {named.pk for named in undecided(it.children)},
        "several": len(it.linked) > 1,
        "refusal": refusal,
        "changes": changes,
        "lost": [line for name, form in bound.items() if not offered[name] for line in form.typed()],
        "attach_form": AttachForm() if offered["note_form"] else None,
        "phrases": Receipt.choices,
        "logged_myself": found.logged_by_id == request.user.pk,
        "reporter_sees": offered["ask_form"] or SimpleLazyObject(lambda: reporter_may_be_told(found)),
        "waits": found.status in reading.OPEN,
        "aside": fill("concern_aside", request, found),
        **_rights(request.user, found),
        "has_errors": any(form.errors for form in bound.values()),
        "earlier": of_concern(request, found, it.children) if it.marks else None,
    }
    forms = {name: make() for name, make in makers.items() if name not in bound} | bound
    forms["unlink_form"].offer(it.linked)
    # The menu counts nothing that was entered in error, this concern neither.
    with with_errors(""):
        return render(request, "concerns/concern.html", context | forms, status=status)


def _rights(reader: User, found: Concern) -> dict[str, Any]:
    """What the reader may do with it, in whatever state it is, beside what the life of a concern says."""
    return {
        "answering": deciding.answering(found, reader),
        "may_decide": may_decide(reader, found),
        "may_restrict": not found.is_in_error and may_restrict(reader, found),
        "may_audit": holds(reader, Capability.VIEW_AUDIT, found.school_id),
        "reads_changes": found.school_id in schools_read(reader),
    }


def _adds(it: Whole, work: Work, may: Mapping[str, bool], offered: Mapping[str, bool]) -> dict[str, bool]:
    """What there is nothing of yet and may be added: a button each. What there is has a panel with its own way to more;
    so has what came back to be mended.
    """
    nothing = {
        "action": offered["action_form"] and not it.actions,
        "referral": may["decide"] and not work.referrals,
        "contact": offered["note_form"] and not work.contacts,
        "meeting": may["decide"] and not work.meetings,
        "file": offered["note_form"] and not it.files,
        "note": offered["note_form"] and not it.notes,
        "question": offered["ask_form"] and not it.questions,
    }
    return {what: True for what, is_so in nothing.items() if is_so}


def _offered(it: Whole, may: Mapping[str, bool]) -> dict[str, bool]:
    """Which forms the page shows. The others have nothing to save to in this state of the concern."""
    decides, works = may["decide"], may["decide"] or may["reopen"]
    return {
        "decision_form": decides,
        "note_form": works,
        "action_form": decides,
        "close_form": may["close"] and not it.to_do,
        "reopen_form": may["reopen"],
        "title_form": works,
        "kind_form": works,
        "unlink_form": works and bool(it.linked),
    }


def _forms(request: Request, found: Concern, at: datetime) -> dict[str, Callable[..., Any]]:
    """The forms of the page, each to be made over what was typed, or empty: with what is usual, never a level or a
    reason.
    """
    today, calendar = timezone.localdate(at), SchoolCalendar.of(found.school_id)
    new = {"token": uuid7()}
    seen = {"revision": found.revision}
    return {
        "decision_form": partial(
            DecisionForm, today=today, calendar=calendar, initial=new | seen | {"title": found.title}
        ),
        "note_form": partial(NoteForm, initial=new),
        "ask_form": partial(AskForm, initial=new),
        "action_form": partial(
            ActionForm, people=colleagues(found.school_id, today), today=today, calendar=calendar, initial=new
        ),
        "close_form": partial(
            CloseForm,
            current=found.revision,
            open_ends=partial(left_open, found, partial(visible, request), at=at),
            initial=seen | {"receipt": found.receipt},
        ),
        "reopen_form": partial(ReopenForm, initial=new),
        "unlink_form": partial(UnlinkForm, initial=new),
        "kind_form": partial(ReclassifyForm, kinds=choices_on(today, found.school_id, asks=request.user), initial=seen),
        "title_form": partial(TitleForm, initial=seen | {"title": found.title}),
    }
