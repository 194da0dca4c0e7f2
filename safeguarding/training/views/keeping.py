"""The register of training for who keeps it: how everybody stands, one person, one record, and noting what was had."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from safeguarding.accounts.models import School
from safeguarding.accounts.permissions import anyone_signed_in, requires
from safeguarding.accounts.services import Colleague, get_school, open_notices, staff_of
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.audit.services import record
from safeguarding.dates import counted
from safeguarding.front.limits import takes_files
from safeguarding.http import Request
from safeguarding.training.capabilities import TrainingCapability as C
from safeguarding.training.forms import ANY, DUE, IN_ORDER, NOT_TRAINED, STATES, UNREAD, FilterForm, NoteForm
from safeguarding.training.models import Certificate, GuidanceRead, TrainingRecord
from safeguarding.training.permissions import may_decide_certificate, may_keep
from safeguarding.training.services import noting
from safeguarding.training.services.courses import courses_of
from safeguarding.training.services.reading_guidance import to_read
from safeguarding.training.services.register import Person, Rows, counting, people, staff
from safeguarding.training.services.standing import in_numbers
from safeguarding.uploads.forms import AttachForm
from safeguarding.uploads.views import attach

_KEPT: dict[str, Callable[[Person], bool]] = {
    ANY: lambda one: True,
    NOT_TRAINED: lambda one: not one.is_trained,
    DUE: lambda one: one.is_due,
    UNREAD: lambda one: not one.has_read,
    IN_ORDER: lambda one: one.is_in_order,
}


def _here(request: Request) -> tuple[School, date]:
    request.nav = "training"
    return get_school(request.held.school_id), timezone.localdate()


@require_GET
@requires(C.KEEP_TRAINING)
def training(request: Request) -> HttpResponse:
    """How everybody of the school stands: one line a person. Recorded as one list."""
    school, today = _here(request)
    found = people(school.pk, _rows(request, school.pk), today)
    form = FilterForm(request.GET or None)
    state = form.chosen() if form.is_bound else ANY
    shown = [one for one in found if _KEPT[state](one)]
    context = {
        "form": FilterForm(initial={"state": state}),
        "state": state,
        "narrowed_to": STATES[state] if state else "",
        "people": shown,
        "all": len(found),
        "numbers": in_numbers(school.pk, found),
        "courses": courses_of(school.pk),
        "editions": to_read(school.pk, today),
    }
    return render(request, "training/register.html", context)


def _rows(request: Request, school_id: UUID) -> Rows:
    """The records and what was read, of the whole school, on record as one list of each."""
    records = counting(visible(request, TrainingRecord).filter(school=school_id))
    reads = visible(request, GuidanceRead).filter(school=school_id)
    return Rows(read_many(request, records, purpose="register"), read_many(request, reads, purpose="register"))


@requires(C.KEEP_TRAINING)
def note_training(request: Request) -> HttpResponse:
    """Who had which course on a day: one form for several people."""
    school, today = _here(request)
    form = NoteForm(
        request.POST if request.method == "POST" else None,
        courses=courses_of(school.pk),
        colleagues=staff(school.pk, today),
        initial={"done_on": today, "people": request.GET.getlist("who")},
    )
    if form.is_valid():
        new = noting.note_training(school=school, had=form.had(), token=form.cleaned_data["token"], by=request.user)
        _say(request, len(new), len(form.cleaned_data["people"]))
        if len(new) == 1:
            return redirect("training_record", new[0].pk)
        return redirect("training")
    record(Verb.VIEW, school, purpose="note training")
    context = {"form": form, "courses": courses_of(school.pk)}
    return render(request, "training/note.html", context, status=422 if form.errors else 200)


def _say(request: Request, new: int, of: int) -> None:
    if new:
        messages.success(request, f"Noted for {counted(new, 'person', 'people')}.")
    if new < of:
        messages.success(request, f"{counted(of - new, 'person has', 'people have')} it in the register already.")


@require_GET
@requires(C.KEEP_TRAINING)
def person_training(request: Request, user_id: UUID) -> HttpResponse:
    """One member of staff: each course, every record with its certificates, what was read."""
    school, today = _here(request)
    colleague = next((one for one in staff_of(school.pk, on=today) if one.user.pk == user_id), None)
    if colleague is None:
        raise Http404
    context = {
        "person": told_of(request, colleague, school.pk, today),
        "records": records_of(request, colleague, school.pk),
        "colleague": colleague,
        "name": colleague.user.full_name,
        "who": str(user_id),
    }
    return render(request, "training/person.html", context)


def told_of(request: Request, colleague: Colleague, school_id: UUID, today: date) -> Person:
    """How one person stands, on record as two short lists."""
    of_person = {"school": school_id, "user": colleague.user}
    records = counting(visible(request, TrainingRecord).filter(**of_person))
    reads = visible(request, GuidanceRead).filter(**of_person).select_related("edition")
    rows = Rows(read_many(request, records, purpose="person"), read_many(request, reads, purpose="person"))
    [found] = people(school_id, rows, today, [colleague])
    return found


def records_of(request: Request, colleague: Colleague, school_id: UUID) -> list[TrainingRecord]:
    """Every record of a person at a school, the newest first, withdrawn ones too."""
    rows = visible(request, TrainingRecord).filter(school=school_id, user=colleague.user)
    rows = rows.select_related("course", "noted_by", "withdrawn_by").order_by("-done_on", "-pk")
    return read_many(request, rows, purpose="records of a person")


@takes_files
@anyone_signed_in
def training_record(request: Request, record_id: UUID) -> HttpResponse:
    """One record: the course, until when it holds, its certificates. For the person and for who keeps the register."""
    source = visible(request, TrainingRecord).select_related("course", "user", "noted_by", "withdrawn_by")
    found = read_one(request, source, pk=record_id)
    request.of_school = found.school_id
    own, keeps = found.user_id == request.user.pk, may_keep(request.user, found)
    request.nav = "training" if keeps and not own else "my_training"
    if request.method == "POST":
        return attach(request, reverse("training_record", args=[record_id]), _attach_to(found))
    if own:
        open_notices(user=request.user, object_id=found.pk)
    files = (
        visible(request, Certificate).filter(training=found).select_related("author").order_by("-attached_at", "-pk")
    )
    context = {
        "training": found,
        "own": own,
        "keeps": keeps,
        "files": read_many(request, files, purpose="certificates", about=found),
        "attach_form": None if found.withdrawn_at else AttachForm(),
        "may_withhold": keeps and _decides(request, found),
    }
    return render(request, "training/record.html", context)


def _decides(request: Request, found: TrainingRecord) -> bool:
    return may_decide_certificate(request.user, Certificate(school_id=found.school_id))


def _attach_to(found: TrainingRecord) -> Any:
    return lambda **given: noting.attach_certificate(training=found, **given)


@require_POST
@requires(C.KEEP_TRAINING)
def withdraw_training(request: Request, record_id: UUID) -> HttpResponse:
    """It was noted by mistake."""
    found = read_one(request, visible(request, TrainingRecord).filter(school=request.held.school_id), pk=record_id)
    noting.withdraw_training(training=found, by=request.user)
    messages.success(request, "Withdrawn: it counts no more. That it was noted stays on the page of the person.")
    return redirect("person_training", found.user_id)
