"""Add colleagues by hand or from a file, after a look at what that gives; and say which classes somebody teaches."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from safeguarding.accounts import services
from safeguarding.accounts.models import School, User
from safeguarding.accounts.notices import address_about
from safeguarding.accounts.permissions import fresh_factor, requires
from safeguarding.accounts.role_words import in_words
from safeguarding.accounts.roles import ROLES, Capability
from safeguarding.accounts.second_person import may_be_first
from safeguarding.accounts.services import classes, new_staff
from safeguarding.accounts.services.new_staff import Joiner
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.dates import counted
from safeguarding.front.limits import takes_files
from safeguarding.http import Request
from safeguarding.spreadsheet import as_csv
from safeguarding.staff.checking import Asking, Checked
from safeguarding.staff.files import EXAMPLE
from safeguarding.staff.forms import ClassForm, ConfirmForm, ListForm, PersonForm, SamePersonForm


def _here(request: Request) -> tuple[School, date]:
    request.nav = "access"
    return services.get_school(request.held.school_id), timezone.localdate()


@requires(Capability.GIVE_ROLES)
@fresh_factor
def add_staff(request: Request) -> HttpResponseBase:
    """Who has not signed in yet; one person by hand, several by file. Sending the form shows first what it gives."""
    form = PersonForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        school, _ = _here(request)
        rows, starts_on, namesakes = form.rows(), form.cleaned_data["starts_on"], form.cleaned_data["namesake"]
        [checked] = Asking(school, starts_on, namesakes=namesakes).check(rows)
        if not checked.problems:
            return _preview(request, rows, starts_on, namesakes=namesakes)
        for problem in checked.problems:
            form.add_error(None, problem)
    return _page(request, form=form)


@takes_files
@require_POST
@requires(Capability.GIVE_ROLES)
def add_staff_file(request: Request) -> HttpResponseBase:
    """A file is read and shown. Nothing is written, and nothing of it is kept."""
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, list_form=form)
    return _preview(request, form.cleaned_data["file"], form.cleaned_data["first_day"])


@require_GET
@requires(Capability.GIVE_ROLES)
def staff_example(request: Request) -> HttpResponse:
    """A file to fill in."""
    response = HttpResponse(as_csv(*EXAMPLE), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="staff.csv"'
    return response


@require_POST
@requires(Capability.GIVE_ROLES)
@fresh_factor
def confirm_staff(request: Request) -> HttpResponseBase:
    """What was shown is added, all of it at once. Rows that are wrong are left out only where that was ticked."""
    school, _ = _here(request)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, broken=form)
    given = form.cleaned_data
    checked = Asking(school, given["starts_on"], namesakes=given["namesakes"]).check(given["rows"])
    same = SamePersonForm(request.POST, checked=checked)
    wrong = [one for one in checked if one.problems]
    asked = len(wrong) == len(checked) or (bool(wrong) and not given["leave_out"])
    if asked or not same.is_valid():
        rows, starts_on, namesakes = given["rows"], given["starts_on"], given["namesakes"]
        return _preview(request, rows, starts_on, namesakes=namesakes, asked=asked, same=same)
    good = [same.joiner(place, one) for place, one in enumerate(checked) if not one.problems]
    added = new_staff.add_staff(school=school, joiners=good, starts_on=given["starts_on"], by=request.user)
    messages.success(request, _done(good, added))
    return redirect("add_staff")


def _done(joiners: Sequence[Joiner], added: Sequence[User]) -> str:
    """Who was added, and who has the account back that they had."""
    back = [user.full_name for joiner, user in zip(joiners, added, strict=True) if joiner.account is not None]
    said = [f"{name} has their account back." for name in back]
    if new := len(added) - len(back):
        said.insert(0, f"{counted(new, 'person', 'people')} added. Nobody can sign in before their first start.")
    return " ".join(said)


@require_POST
@requires(Capability.GIVE_ROLES)
@fresh_factor
def give_class(request: Request, user_id: UUID) -> HttpResponseBase:
    """Somebody teaches a class from today."""
    school, today = _here(request)
    person = _colleague(user_id, school, today)
    form = ClassForm(request.POST, names=Asking(school, today).classes.values())
    if not form.is_valid():
        context = {"person": person, "form": form}
        return render(request, "staff/class.html", context, status=422)
    name = form.cleaned_data["class_name"]
    classes.give_class(user=person, school=school, class_name=name, starts_on=today, by=request.user)
    messages.success(request, f"Class {name} given.")
    return redirect(address_about("colleague", user_id) or "access_home")


@require_POST
@requires(Capability.GIVE_ROLES)
@fresh_factor
def end_class(request: Request, user_id: UUID, taught_id: UUID) -> HttpResponseBase:
    """Somebody teaches a class today for the last time."""
    school, today = _here(request)
    person = _colleague(user_id, school, today)
    taught = next((one for one in classes.classes_of(person, school.pk, on=today) if one.pk == taught_id), None)
    if taught is None:
        raise Http404
    classes.end_class(taught=taught, last_day=today, by=request.user)
    messages.success(request, f"Today is the last day with class {taught.class_name}.")
    return redirect(address_about("colleague", user_id) or "access_home")


def _page(request: Request, **given: object) -> HttpResponse:
    """The page with its two forms; `given` is the one that was sent and could not be taken."""
    school, today = _here(request)
    waiting = new_staff.not_signed_in_yet(school, on=today)
    record(Verb.LIST, object_type="accounts.user", count=len(waiting), school_id=school.pk, purpose="not signed in yet")
    sent = [form for form in given.values() if isinstance(form, PersonForm | ListForm | ConfirmForm)]
    context = {
        "school": school,
        # Before their first day there is no role to help them with.
        "waiting": [
            {"person": user, "own": user.added_by_id == request.user.pk, "from_day": first if first > today else None}
            for user, first in waiting
        ],
        "helps": may_be_first("reset", request.user, school.pk),
        "form": given.get("form") or PersonForm(initial={"starts_on": today}),
        "list_form": given.get("list_form") or ListForm(initial={"first_day": today}),
        "broken": given.get("broken"),
        "has_errors": bool(sent),
    }
    return render(request, "staff/add.html", context, status=422 if sent else 200)


def _preview(
    request: Request,
    rows: list[dict[str, str]],
    starts_on: date,
    *,
    namesakes: bool = False,
    asked: bool = False,
    same: SamePersonForm | None = None,
) -> HttpResponse:
    """What would be added, what each role opens, which rows are wrong, and who may have an account. Nothing is written.

    `same` is what was sent of the last of these; `asked`: wrong rows were not left out.
    """
    school, _ = _here(request)
    checked = Asking(school, starts_on, namesakes=namesakes).check(rows)
    good = [one for one in checked if not one.problems]
    record(Verb.VIEW, school, purpose="who would be added")
    # With the user names that are shown: sent twice, it adds nobody twice.
    named = [row | {"username": one.joiner.username} for row, one in zip(rows, checked, strict=True)]
    form = ConfirmForm.of(named, starts_on=starts_on, namesakes=namesakes)
    opens = _opens(good)
    context = {
        "form": form,
        "good": good,
        "bad": [one for one in checked if one.problems],
        "opens": opens,
        "one_role": len(opens) == 1,
        "add_words": f"Add {counted(len(good), 'person', 'people')}",
        "starts_on": starts_on,
        "asked": asked,
        "same": same or SamePersonForm(checked=checked),
        "has_errors": same is not None,
    }
    return render(request, "staff/preview.html", context, status=200 if same is None else 422)


def _opens(good: list[Checked]) -> list[tuple[str, list[str]]]:
    """What each role among them lets its holder do, in words."""
    keys = {one.joiner.role_key for one in good}
    return [(role.title, in_words(role.capabilities)) for role in reversed(ROLES.values()) if role.key in keys]


def _colleague(user_id: UUID, school: School, today: date) -> User:
    found = next((one.user for one in services.staff_of(school.pk, on=today) if one.user.pk == user_id), None)
    if found is None:
        raise Http404
    return found
