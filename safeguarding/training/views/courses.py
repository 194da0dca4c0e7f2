"""Which courses does the school ask for? The list, a new one or another time, and what one of them is."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import anyone_signed_in, requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school, open_notices, staff_of
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.http import Request
from safeguarding.training.forms import CourseForm
from safeguarding.training.services import courses
from safeguarding.training.services.register import is_asked


@requires(Capability.MANAGE_SCHOOL)
def training_courses(request: Request) -> HttpResponse:
    """The courses that hold, and the form that adds one or sets another time for one; what was before."""
    school = get_school(request.held.school_id)
    live = courses.courses_of(school.pk)
    move = request.POST.get("move", "")
    form = CourseForm(request.POST if move == "set" else None, school_id=school.pk, courses=live)
    if form.is_valid():
        courses.set_course(school=school, token=form.cleaned_data["token"], by=request.user, **form.facts())
        messages.success(request, "Set. Training that was noted keeps the day until which it holds.")
        return redirect("training_courses")
    if move == "end":
        courses.end_course(school=school, code=request.POST.get("code", ""), by=request.user)
        messages.success(request, "Ended. Training that was noted stays in the register.")
        return redirect("training_courses")
    request.nav = "settings"
    record(Verb.VIEW, school, purpose="training courses")
    context = {"form": form, "courses": live, "ended": courses.ended_courses(school.pk)}
    return render(request, "training/courses.html", context, status=422 if form.errors else 200)


@require_GET
@anyone_signed_in
def training_course(request: Request, course_id: UUID) -> HttpResponse:
    """What one course is, how long it holds, and whether it is asked of the reader."""
    school, today = get_school(request.held.school_id), timezone.localdate()
    found = next((one for one in courses.courses_of(school.pk) if one.pk == course_id), None)
    if found is None:
        raise Http404
    request.nav = "my_training"
    open_notices(user=request.user, object_id=found.pk)
    me = next((one for one in staff_of(school.pk, on=today) if one.user.pk == request.user.pk), None)
    context = {"course": found, "is_asked": me is not None and is_asked(found, me)}
    return render(request, "training/course.html", context)
