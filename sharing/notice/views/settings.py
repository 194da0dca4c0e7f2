"""How the notice stands, what the school says of itself, its versions, and the draft of the next one."""

from contextlib import suppress
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from safeguarding.accounts import fresh
from safeguarding.accounts.permissions import may, requires, requires_for_record
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school, open_notices
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.privacy_notice import Asked
from safeguarding.refused_forms import on_top, saved_meanwhile
from sharing.notice.capabilities import NoticeCapability
from sharing.notice.forms import DetailsForm, PublishForm
from sharing.notice.services import papers, publishing
from sharing.notice.services.details import details_of, save_details
from sharing.notice.services.drafting import compared, drafted, shown
from sharing.notice.services.health import health_of
from sharing.notice.services.telling import promised


@requires(Capability.MANAGE_SCHOOL)
def notice_settings(request: Request) -> HttpResponseBase:
    """The health of the notice, what the school says of itself, and every version with what it changed."""
    school = get_school(request.held.school_id)
    form = DetailsForm(request.POST if request.method == "POST" else None, details=details_of(school.pk))
    if form.is_valid():
        request.again = partial(_settings_page, request, form)
        save_details(school=school, seen=form.cleaned_data["seen"], details=form.details(), by=request.user)
        messages.success(request, "Saved. The notice says it once the next version is published.")
        return redirect("notice_settings")
    return _settings_page(request, form)


def _settings_page(request: Request, form: DetailsForm, refusal: HarbourError | None = None) -> HttpResponse:
    request.nav, school = "settings", get_school(request.held.school_id)
    record(Verb.VIEW, school, purpose="privacy notice")
    meanwhile = []
    if refusal:
        there = DetailsForm(details=details_of(school.pk))
        on_top(form, there.initial["seen"])
        meanwhile = saved_meanwhile(form, there)
    context = {
        "refusal": refusal,
        "meanwhile": meanwhile,
        "school": school,
        "form": form,
        "health": health_of(Asked(school, timezone.now(), request.user)),
        "versions": publishing.versions(school.pk),
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "notice/settings.html", context, status=status)


@requires(Capability.MANAGE_SCHOOL)
def notice_draft(request: Request) -> HttpResponseBase:
    """What a version would say that was published now. Publishing asks for a fresh factor: everybody reads it then."""
    school = get_school(request.held.school_id)
    if request.method == "POST" and (page := fresh.asked(request)) is not None:
        return page
    form = PublishForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = publishing.publish_notice(school=school, by=request.user, **form.cleaned_data)
        # So that nobody outside waits for it; where the printer is busy, the worker has it laid out.
        with suppress(HarbourError):
            papers.lay_out(made)
        messages.success(request, f"Version {made.version} is published. Everybody reads it now.")
        return redirect("notice_settings")
    request.nav = "settings"
    draft, last = drafted(Asked(school, timezone.now(), request.user)), publishing.newest(school.pk)
    added, removed = compared(last.sections if last else [], draft.sections)
    record(Verb.VIEW, school, purpose="draft of the privacy notice")
    context = {
        "school": school,
        "draft": draft,
        "sections": shown(draft.sections),
        "last": last,
        "added": added if last else [],
        "removed": removed,
        "is_new": bool(added or removed),
        "form": PublishForm(initial={"seen": draft.digest}),
        "has_errors": bool(form.errors),
    }
    return render(request, "notice/draft.html", context, status=422 if form.errors else 200)


@require_GET
@requires_for_record(NoticeCapability.FOLLOW_NOTICE)
def notice_version(request: Request, notice_id: UUID) -> HttpResponseBase:
    """One version, as it was published, and what the newest promises and is not done. Word of that is opened by it."""
    found = publishing.version_of(notice_id)
    if found is None or not may(request.user, NoticeCapability.FOLLOW_NOTICE, found.school_id):
        raise Http404
    request.nav = "settings"
    record(Verb.VIEW, found, school_id=found.school_id, purpose="privacy notice")
    open_notices(user=request.user, object_id=found.pk, object_type="privacy_notice")
    last = publishing.newest(found.school_id)
    context = {
        "notice": found,
        "sections": shown(found.sections),
        "broken": promised(found, at=timezone.now()) if last and last.pk == found.pk else [],
        "manages": may(request.user, Capability.MANAGE_SCHOOL, found.school_id),
    }
    return render(request, "notice/version.html", context)
