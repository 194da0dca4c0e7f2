"""What leads do with notes from outside; and the link by which they come, for those who manage the school."""

from functools import partial
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from safeguarding.accounts.forms.access import MemberForm
from safeguarding.accounts.permissions import requires, requires_for_record
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import LEADS, get_person, get_school, sight, staff_of
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.audit.services import record
from safeguarding.concerns.forms.outside import AsideForm, as_log_form
from safeguarding.concerns.lifecycles import note_life
from safeguarding.concerns.models import OutsideConflict, OutsideLink, OutsideNote
from safeguarding.concerns.permissions import access_given, may_settle_note, may_take_up_note
from safeguarding.concerns.services.outside import conflicts, links, settling
from safeguarding.concerns.services.outside.waiting import unsettled
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.http import Request, SeeOther
from safeguarding.keys import record_of
from safeguarding.paging import newest_first
from safeguarding.printing.paper import paper

_PEOPLE = ("read_by", "taken_up_by", "put_forward_by", "ended_by", "concern")
# What each button of the page of a note does, and what the next page says.
_DEEDS = {
    "set_aside": (settling.set_aside, "Set aside. It can be taken up again."),
    "give_back": (settling.give_back, "Given back. It waits for somebody to act on it."),
    "take_back": (settling.take_back, "It waits again for somebody to act on it."),
}


@require_GET
@requires(Capability.VIEW_CONCERNS)
def outside_notes(request: Request) -> HttpResponse:
    """Notes that wait, and those that were dealt with, newest first."""
    request.nav = "concerns"
    school_id = request.held.school_id
    seen = visible(request, OutsideNote).filter(school_id=school_id).select_related("ended_by", "concern")
    waiting = unsettled(seen, school_id)
    page = newest_first(seen.exclude(pk__in=waiting.values("pk")), "received_at", request.GET.get("before", ""))
    context = {
        "waiting": read_many(request, waiting, purpose="from outside"),
        "settled": read_many(request, page.rows, purpose="from outside"),
        "older": f"?before={page.older}" if page.older else "",
        "newest": "" if page.is_first else request.path,
    }
    return render(request, "outside/notes.html", context)


@requires_for_record(Capability.VIEW_CONCERNS, also=access_given)
def outside_note(request: Request, note_id: UUID) -> HttpResponse:
    """One note. Opening it reads it, as opening a concern does. Its buttons say what becomes of it."""
    note = _read(request, note_id)
    if request.method != "POST":
        return _page(request, settling.open_note(note=note, by=request.user))
    if not may_settle_note(request.user, note):
        raise NotAllowed(LEADS)
    if request.POST.keys() & {"not_for", "for_after_all"}:
        return _for_whom(request, note)
    form = AsideForm(request.POST if "put_forward" in request.POST else None)
    request.again = partial(_refused, request, note_id, form)
    if "take_up" in request.POST:
        token = settling.take_up(note=note, content=as_log_form(note), by=request.user)
        messages.info(request, f"Every word of {note.reference} stands in this form. Choose the child, then send it.")
        return SeeOther(reverse("log_resume", args=[token]))
    if form.is_bound:
        if not form.is_valid():
            return _page(request, note, form=form, status=422)
        given = form.cleaned_data
        settling.put_forward(note=note, reason=given["reason"], detail=given["reason_detail"], by=request.user)
        messages.success(request, "Put forward. A colleague looks at it too, and sets it aside or gives it back.")
    else:
        deed, said = next((made for name, made in _DEEDS.items() if name in request.POST), (None, ""))
        if deed is not None:
            deed(note=note, by=request.user)
            messages.success(request, said)
    return SeeOther(reverse("outside_note", args=[note_id]))


def _for_whom(request: Request, note: OutsideNote) -> HttpResponse:
    """It is not for a colleague: first who would see it no longer, then it is said. Or it is for them after all."""
    request.again = partial(_refused, request, note.pk, AsideForm())
    if "for_after_all" in request.POST:
        said = read_one(request, OutsideConflict, pk=record_of(request.POST["for_after_all"]), note=note)
        conflicts.withdraw_not_for(conflict=said, by=request.user)
        messages.success(request, "Withdrawn. That person sees the note again, as far as their role allows.")
        return SeeOther(reverse("outside_note", args=[note.pk]))
    form = _not_for_form(note, request.POST)
    if not form.is_valid():
        return _page(request, note, not_for=form, status=422)
    person = get_person(form.cleaned_data["person"])
    say = partial(conflicts.say_not_for, note=note, user=person, by=request.user)
    if "confirmed" not in request.POST:
        change = sight.tried(note, say, on=timezone.localdate())
        return render(request, "outside/not_for.html", {"note": note, "form": form, "person": person, "change": change})
    say()
    messages.success(request, "Recorded. That person sees nothing of this note from now on.")
    if person == request.user:
        return SeeOther(reverse("home"))
    return SeeOther(reverse("outside_note", args=[note.pk]))


def _not_for_form(note: OutsideNote, data: Any = None) -> MemberForm:
    return MemberForm(data, people=staff_of(note.school_id, on=timezone.localdate()), prefix="about")


def _read(request: Request, note_id: UUID) -> OutsideNote:
    request.nav = "concerns"
    note = read_one(request, visible(request, OutsideNote).select_related(*_PEOPLE), pk=note_id)
    request.of_school = note.school_id
    return note


def _refused(request: Request, note_id: UUID, form: AsideForm, refusal: HarbourError) -> HttpResponse:
    """The note as others have left it meanwhile, what they did, and what was typed here."""
    return _page(request, _read(request, note_id), form=form, refusal=refusal, status=refusal.status)


def _page(
    request: Request,
    note: OutsideNote,
    *,
    form: AsideForm | None = None,
    not_for: MemberForm | None = None,
    refusal: HarbourError | None = None,
    status: int = 200,
) -> HttpResponse:
    may, settles = note_life.open_to(note, request.user), may_settle_note(request.user, note)
    is_open = settles and note.status != OutsideNote.Status.CONCERN
    context: dict[str, Any] = {
        "note": note,
        "may": may,
        "may_take_up": is_open and may_take_up_note(request.user, note),
        "is_open": is_open,
        "not_for": list(conflicts.standing(note)) if is_open else [],
        "not_for_form": (not_for or _not_for_form(note)) if is_open else None,
        "is_mine": note.taken_up_by_id == request.user.pk,
        "here": request.path,
        "form": form or AsideForm(),
        "refusal": refusal,
        # Where the page offers their form no more, the words stand there to be copied.
        "lost": form.typed() if form is not None and not may["put_forward"] else [],
        "has_errors": status == 422,
    }
    return render(request, "outside/note.html", context, status=status)


@requires(Capability.MANAGE_SCHOOL)
def outside_link(request: Request) -> HttpResponse:
    """The link of the school: make one, switch it on and off, print it."""
    request.nav = "settings"
    school = get_school(request.held.school_id)
    link = links.link_of(school.pk)
    if request.method == "POST":
        if "make" in request.POST:
            links.make_link(school=school, by=request.user, instead_of=record_of(request.POST["make"]))
            messages.success(request, "The new link takes notes from now on. Print it, and take old prints down.")
        elif link is not None and request.POST.keys() & {"on", "off"}:
            links.switch_link(link=link, on="on" in request.POST, by=request.user)
            messages.success(request, "The link takes notes." if "on" in request.POST else "The link takes no notes.")
        return SeeOther(reverse("outside_link"))
    record(Verb.VIEW, school, purpose="outside link")
    context = {
        "link": link,
        "address": _address(request, link),
        "from_address": settings.OUTSIDE_NOTES_FROM_ADDRESS,
        "by_link": settings.OUTSIDE_NOTES_BY_LINK,
    }
    return render(request, "outside/link.html", context)


@require_GET
@requires(Capability.MANAGE_SCHOOL)
def outside_poster(request: Request) -> HttpResponse:
    """The link on paper, for reception and the staff room."""
    link = links.link_of(request.held.school_id)
    if link is None:
        raise Http404
    record(Verb.PRINT, link, purpose="poster")
    address = _address(request, link)
    context = {"address": address, "square": _square(address), "place": link.school}
    return paper(request, "pdf/outside.html", context, title="Leave a concern", school_id=link.school_id)


def _square(address: str) -> dict[str, str]:
    """An address as a QR code, its `size` and its `path`: nobody types it from a wall into a telephone.

    The library draws it as it draws the key of an authenticator app.
    """
    drawn = ElementTree.fromstring(get_adapter().build_totp_svg(address))  # noqa: S314
    return {"size": drawn.attrib["viewBox"], "path": drawn[0].attrib["d"]}


def _address(request: Request, link: OutsideLink | None) -> str:
    return request.build_absolute_uri(reverse("outside", args=[link.secret])) if link else ""
