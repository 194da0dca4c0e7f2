"""Log a concern: one page that loses nothing.

Every form has an address of its own, made with its token: going back to it, loading it again and opening it on another
day show what was typed there, or that it has been sent. Everything pressed on it (find, add, remove, save, send) is
posted to one address with a key that says whose form it is, so that text is kept for its author whoever is signed in.
"""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from children.models import Child
from children.services import Found, asked_about, find_children, led_on, loggable, namesakes
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure, may, never_waits, public, requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import bulk, get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.audit.services import record
from safeguarding.concerns import tokens
from safeguarding.concerns.forms.mention import SWAP
from safeguarding.concerns.forms.reporting import NOT_NAMED, ReportForm, child_forms
from safeguarding.concerns.forms.typed import ABOUT, DESCRIBED, Typed, of_call
from safeguarding.concerns.models import ConcernChild, Draft
from safeguarding.concerns.services.attaching import attach_chosen, look_at_chosen
from safeguarding.concerns.services.drafts import is_anothers, is_overtaken, unsent_as
from safeguarding.concerns.services.help_now import HelpNow, help_now
from safeguarding.concerns.services.kinds import kinds_on
from safeguarding.concerns.services.naming import take_out_of_call
from safeguarding.concerns.services.papers import typed_for
from safeguarding.concerns.services.progress import UnfinishedCall, unfinished_call
from safeguarding.concerns.services.raising import raise_concern, sent_as
from safeguarding.concerns.views.earlier_marks import ON, PARAMETER, of_form
from safeguarding.concerns.views.keeping import (
    Page,
    address_of,
    for_its_author,
    keep_typed,
    moved_on,
    page_of,
    saved,
    waits_unsaved,
    without_key,
)
from safeguarding.concerns.views.mentioning import looking, record_offered
from safeguarding.concerns.views.posted import everything
from safeguarding.concerns.views.unsaved import says_unsaved, whom_to_ring
from safeguarding.exceptions import HarbourError
from safeguarding.front.limits import takes_files
from safeguarding.http import Request, SeeOther
from safeguarding.keys import record_of, uuid7
from safeguarding.rendering import Showing
from safeguarding.uploads.forms import ChooseForm
from safeguarding.uploads.views import say

_CHOOSE_AGAIN = "Choose your files again before you send: they are sent with the concern, and not kept before."
_MAY_NOT = "You have no role at this school, so you cannot log a concern there. Ask the Headteacher to give you one."


@takes_files
@csrf_exempt
@public
@says_unsaved()
def log_concern(request: Request) -> HttpResponse:
    """The way in: a form with an address of its own. And where everything that is pressed on a form is posted to.

    Open without sign-in and without the browser's token for what is posted, because a session may end under somebody's
    hands: `keeping` says why that is safe.
    """
    if request.method == "POST":
        return _posted(request)
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    ensure(request.user, Capability.LOG_CONCERN, request.acting.school_id, _MAY_NOT)  # type: ignore[arg-type]
    resume = reverse("log_resume", args=[uuid7()])
    about = record_of(request.GET.get(ABOUT, ""))
    return redirect(f"{resume}?{ABOUT}={about}" if about else resume)


@require_safe
@requires(Capability.LOG_CONCERN)
@never_waits
def log_resume(request: Request, token: UUID) -> HttpResponse:
    """One form: what was typed on it so far, or an empty one. One that was sent leads to its report."""
    if (sent := sent_as(token, by=request.user)) is not None:
        return redirect(_page_of_sent(token, sent, by=request.user))
    mine = visible(request, Draft).filter(pk=token, author=request.user)
    draft = read_one(request, mine, pk=token) if mine.exists() else None
    if draft is None and is_anothers(token, by=request.user):
        raise Http404
    if draft is not None and draft.adds_to_id is not None:
        return redirect(f"{address_of(draft)}#add")
    call = unfinished_call(token, by=request.user)
    if call and draft is None:
        # The form begins with what was said when the lead was called, and names the child.
        record(
            Verb.VIEW,
            object_type="concerns.concern",
            object_id=call.concern_id,
            school_id=call.school_id,
            purpose="call",
        )
    begun_at = draft or call or request.held
    here = help_now(begun_at.school_id, timezone.localtime(), asks=request.user)
    typed = Typed(draft.content) if draft else _begun(request, call, here)
    return _page(request, typed, token=token, here=here, draft=draft)


@require_POST
@requires(Capability.LOG_CONCERN)
@never_waits
def log_find(request: Request) -> HttpResponse:
    """Children that fit what is being typed on a form, for its script: what the Find button shows without one.

    Those of the school for which the form was opened, in whichever role its author works by now.
    """
    key = tokens.whose(request.POST.get("key", ""))
    mine = key is not None and key.author_id == request.user.pk
    school_id = key.school_id if mine else None  # type: ignore[union-attr]
    typed = Typed({"q": [request.POST.get("q", "")]})
    found = _search(request, typed, school_id or request.held.school_id)
    return render(request, "children/part_found.html", {"found": found, "confirms": True})


def _posted(request: Request) -> HttpResponse:
    data = everything(request)
    typed, key = Typed.posted(data).pressed(), tokens.whose(data.get("key", ""))
    if key is None or key.school_id is None:
        return without_key(request, typed)
    page = page_of(request, key, data)
    if request.user.pk != key.author_id:
        request.again = partial(waits_unsaved, request, typed)
        kept = keep_typed(key, typed, page=page)
        return for_its_author(request, kept.after_sign_in)
    request.keep = partial(keep_typed, key, typed, page=page)
    request.again = partial(_refused, request, typed, key)
    if "send" in data:
        return _send(request, typed, key, page)
    _say_not_kept(request, data)
    if SWAP in data:
        return _swap(request, typed, key, page, data.get(SWAP) or "")
    if (child := record_of(data.get("remove", ""))) and take_out_of_call(
        token=key.token, child_id=child, by=request.user
    ):
        messages.success(request, "The child is not named in your call any more. The safeguarding leads are told.")
    typed, place = _pressed(typed, data)
    kept = keep_typed(key, typed, page=page)
    if kept.sent or kept.is_beside:
        return moved_on(request, kept, sending=False)
    if "draft" in data:
        messages.success(request, "Draft saved. It is not sent yet.")
    return SeeOther(f"{kept.address}{place}")


def _pressed(typed: Typed, data: QueryDict) -> tuple[Typed, str]:
    """What is typed after a button was pressed, and the place on the page to go on from."""
    if (add := data.get("add")) is not None:
        more = typed.adding(add)
        new = next(iter(more.children[len(typed.children) :]), "")
        place = "#id_q" if not new else f"#id_{new}-role" if record_of(new) else f"#id_{new}-description"
        return more, place
    if (ask := record_of(data.get("ask", ""))) is not None:
        return typed, f"?find=1&ask={ask}#found"
    if (remove := data.get("remove")) is not None:
        return typed.removing(remove), "#id_q"
    if (marks := data.get("marks")) is not None:
        # The form is saved first: a link would lose what is typed.
        return typed, f"?{PARAMETER}={ON}#marks" if marks == ON else "#marks"
    if "draft" not in data and typed.text("q").strip():
        return typed, "?find=1#found"
    return typed, ""


def _send(request: Request, typed: Typed, key: tokens.FormKey, page: Page) -> HttpResponse:
    """Send what is whole; keep what is not, and show what is missing.

    What another window has changed is looked at first.
    """
    overtaken = is_overtaken(key.token, content=typed.content, page=page.name, revision=page.revision)
    if overtaken or sent_as(key.token, by=request.user) is not None:
        if overtaken:
            _say_not_kept(request, everything(request))
        return moved_on(request, keep_typed(key, typed, page=page), sending=True)
    here = help_now(key.school_id, timezone.localtime(), asks=request.user)  # type: ignore[arg-type]
    form = report_form(request, typed, here, checked=True)
    whole = form.is_whole()
    record_offered(request, form)
    if not may(request.user, Capability.LOG_CONCERN, key.school_id):
        form.add_error(None, f"{_MAY_NOT} What you have written is kept.")
    elif whole:
        given = ChooseForm(request.POST, request.FILES)
        chosen = look_at_chosen(given.uploads, by=request.user, at=here.at)
        concern = raise_concern(
            token=key.token,
            school=get_school(here.school_id),
            report=form.report(),
            by=request.user,
            at=here.at,
        )
        messages.success(request, f"Sent to the safeguarding leads. Your reference is {concern.reference}.")
        if any(row.is_unknown for row in form.children):
            messages.warning(request, NOT_NAMED)
        attached = attach_chosen(concern=concern, token=key.token, chosen=chosen, by=request.user, at=here.at)
        say(request, attached)
        for problem in given.problems:
            messages.error(request, f"No file was attached. {problem}")
        again = "?files=again#files" if given.problems or attached.problems else ""
        return SeeOther(f"{_page_of_sent(key.token, concern.pk, by=request.user)}{again}")
    _say_not_kept(request, everything(request))
    kept = keep_typed(key, typed, page=page, at=here.at)
    return _page(request, typed, token=key.token, here=here, draft=kept.draft, form=form)


def _refused(request: Request, typed: Typed, key: tokens.FormKey, refusal: HarbourError) -> HttpResponse | None:
    """The form with every word, and why it was not taken. None where Harbour itself can take nothing: see `unsaved`."""
    if refusal.status >= 500:
        return None
    here = help_now(key.school_id, timezone.localtime(), asks=request.user)  # type: ignore[arg-type]
    form = report_form(request, typed, here, checked=True)
    form.is_whole()
    form.add_error(None, refusal.sentence)
    _say_not_kept(request, everything(request))
    draft = visible(request, Draft).filter(pk=key.token, author=request.user).first()
    return _page(request, typed, token=key.token, here=here, draft=draft, form=form, status=refusal.status)


def _say_not_kept(request: Request, data: QueryDict) -> None:
    """Files that were chosen lie in no draft, and no page can choose them for somebody."""
    if request.FILES.getlist("chosen") or any(data.getlist("chosen")):
        messages.warning(request, _CHOOSE_AGAIN)


def _swap(request: Request, typed: Typed, key: tokens.FormKey, page: Page, pressed: str) -> HttpResponse:
    """Put a mention in the place of words that were pointed out, keep it, and show what else there is."""
    here = help_now(key.school_id, timezone.localtime(), asks=request.user)  # type: ignore[arg-type]
    typed = typed.with_texts(report_form(request, typed, here, checked=True).swapped(pressed))
    kept = keep_typed(key, typed, page=page, at=here.at)
    if kept.sent or kept.is_beside:
        return moved_on(request, kept, sending=False)
    form = report_form(request, typed, here, checked=True)
    form.is_whole()
    record_offered(request, form)
    return _page(request, typed, token=key.token, here=here, draft=kept.draft, form=form)


def _page_of_sent(token: UUID, concern_id: UUID, *, by: User) -> str:
    """One's own report; the page of the paper form, for who typed in what a colleague wrote."""
    if (form_id := typed_for(token, by=by)) is not None:
        return reverse("paper_form_page", args=[form_id])
    return reverse("report", args=[concern_id])


def report_form(request: Request, typed: Typed, here: HelpNow, *, checked: bool) -> ReportForm:
    """The form over what is typed, with the cards of its children, read through the gate."""
    # A draft may name a record that has become part of another since: it is about the child of that one.
    records = dict.fromkeys(typed.records)
    led = {was: now for was, now in led_on(list(records)).items() if now not in records}
    named = visible(request, Child).filter(school_id=here.school_id, pk__in=[*records, *led.values()])
    cards = {child.pk: child for child in (read_many(request, named) if records else ())}
    cards |= {was: cards[now] for was, now in led.items() if now in cards}
    nameable = set(named.filter(loggable(here.at.date())).values_list("pk", flat=True)) if cards else set()
    nameable |= {was for was, now in led.items() if now in nameable}
    alike = namesakes(list(dict.fromkeys(cards.values())), today=here.at.date())
    form = ReportForm(
        typed,
        kinds=kinds_on(here.at.date(), here.school_id),
        leads=here.leads,
        children=child_forms(typed, cards=cards, nameable=nameable, namesakes=alike, checked=checked),
        checked=checked,
    )
    form.look(looking(request, here.school_id, cards.values))
    return form


def _page(
    request: Request,
    typed: Typed,
    *,
    token: UUID,
    here: HelpNow,
    draft: Draft | None,
    form: ReportForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form on its page. `form` is given where it was checked and something is missing."""
    request.nav, request.draft_shown, request.showing = "home", token, Showing(writes=True)
    form = form or report_form(request, typed, here, checked=False)
    looked_for = "find" in request.GET or ("q" in form.errors and typed.text("q").strip())
    found = _search(request, typed, here.school_id) if looked_for else None
    context = {
        "form": form,
        "key": tokens.issue(request.user, token, school_id=here.school_id),
        "kinds": list(form.kinds.values()),
        "help": here,
        "ring": whom_to_ring(here.people, here.hours),
        "call": unfinished_call(token, by=request.user),
        "draft": draft,
        "unsent": draft and unsent_as(draft.pk, by=request.user),
        "note": saved(draft) if draft else "Nothing is saved yet. Press Save draft to keep what you type.",
        # Without its script the page saves nothing by itself, and must not say so.
        "note_by_script": "" if draft else "What you type is saved as a draft that only you can see.",
        "kept": "kept" in request.GET,
        "earlier": of_form(request, _worried_about(typed), here.school_id),
        "found": found,
        "confirms": True,
        "sure": asked_about(found or (), request.GET.get("ask")),
        "has_errors": form.is_bound,
        "files": ChooseForm(),
        # This is where the button of the header leads.
        "logs_here": True,
        "described": [(kind.value, kind.label) for kind in DESCRIBED],
    }
    return render(request, "concerns/log.html", context, status=status)


def _worried_about(typed: Typed) -> list[UUID]:
    """The children with a record whom the form is about."""
    role = ConcernChild.Role.WORRIED_ABOUT
    about = [key for key in typed.children if typed.text(f"{key}-role") == role]
    # One who is only described is somebody else: then it is about several.
    return [found for key in about if (found := record_of(key))] if all(map(record_of, about)) else []


def _search(request: Request, typed: Typed, school_id: UUID) -> list[Found]:
    """Whom the words beside the Find button fit, less those added already, recorded as searched for."""
    words, today = typed.text("q").strip(), timezone.localdate()
    found = find_children(by=request.user, school=school_id, words=words, today=today)
    read_many(request, [one.child for one in found], verb=Verb.SEARCH, purpose="log a concern")
    # Whoever manages access is told; nobody who reports is held up.
    bulk.had_enough(bulk.NAMES, by=request.user, school_id=school_id)
    return [one for one in found if one.child.pk not in typed.records]


def _begun(request: Request, call: UnfinishedCall | None, here: HelpNow) -> Typed:
    """An empty form with what goes without saying, or what was said when a lead was called.

    From a child's page it names the child; a key the person may not see names nobody.
    """
    typed = Typed.fresh(at=here.at, in_school=not here.nobody_here, class_name=request.held.class_name)
    if call:
        return of_call(call, typed)
    if about := record_of(request.GET.get(ABOUT, "")):
        there = visible(request, Child).filter(loggable(here.at.date()), pk=about, school=here.school_id)
        return typed.adding(str(about)) if there.exists() else typed
    return typed
