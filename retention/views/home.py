"""The page "Retention": what is due, the lists and how far each is, holds and brakes."""

from functools import cache, partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from retention.capabilities import RetentionCapability as C
from retention.forms.lists import BeginForm
from retention.lifecycles import may_stop
from retention.models import DestructionItem, DestructionList, Group, LegalHold, RetentionDate
from retention.periods import CHILD_FILE
from retention.phrases import HIDDEN, is_plain, kind_of, kinds_of, rule_of, why
from retention.services.kept import hidden_from
from retention.services.lists import MOST_PLAIN, begin_list
from retention.services.one_record import adults_held_by
from retention.services.progress import (
    Due,
    Progress,
    Stand,
    backups_live,
    due_at,
    known_by,
    progress_of,
    standing_brakes,
)
from retention.services.reviewers import decided_by, may_approve, reviews
from retention.services.scan import on_no_list
from retention.services.schedule import in_force_at
from retention.services.signs import to_decide
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may, requires
from safeguarding.accounts.services import get_school
from safeguarding.audit.reading import read_many, visible
from safeguarding.ending.reasons import told_to
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.paging import counts_of_page

# As many as come on one list, where they are decided together; the next stand here once these are on one.
SHOWN = MOST_PLAIN
# Lists of which something is still to come, and the last few that are over; the register has all that were carried out.
_LISTS, _PAST = 40, 5


@requires(C.COUNT_RETENTION)
def retention(request: Request) -> HttpResponse:
    """What is due. Sent, it puts the chosen records on a list."""
    school_id = request.held.school_id
    if request.method != "POST":
        return _page(request)
    form = BeginForm(request.POST, keys=_chosen(request))
    if not form.is_valid():
        return _page(request, form, status=422)
    request.again = partial(_refused, request, form)
    made = begin_list(
        school=get_school(school_id),
        records=form.cleaned_data["records"],
        token=form.cleaned_data["token"],
        by=request.user,
    )
    messages.success(request, f"These records are on list {made.reference} now. Decide each of them.")
    return redirect("destruction_list", made.pk)


def _chosen(request: Request) -> list[UUID]:
    """Whatever was sent that is a key: whether it is due, the service says."""
    found = []
    for text in request.POST.getlist("records"):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _refused(request: Request, form: BeginForm, refusal: HarbourError) -> HttpResponse:
    return _page(request, form, status=refusal.status, refusal=refusal)


def _page(
    request: Request, form: BeginForm | None = None, *, status: int = 200, refusal: HarbourError | None = None
) -> HttpResponse:
    request.nav = "retention"
    school_id = request.held.school_id
    named = may(request.user, C.VIEW_RETENTION, school_id)
    counts = counts_of_page()
    standing = standing_brakes(school_id)
    counts.ask("holds", visible(request, LegalHold).filter(school=school_id, lifted_at=None))
    counts.ask("brakes", standing)
    counts.ask("rules", in_force_at(school_id))
    lists = list(visible(request, DestructionList).filter(school=school_id).order_by("-made_at", "-pk")[:_LISTS])
    # The chair sees numbers alone of records, and may decide or approve the end of a concern about an adult.
    due = list(_due(request)) if named or may(request.user, C.SECOND_DESTRUCTION, school_id) else []
    waits = (
        list(to_decide(request, school_id).select_related("child").order_by("missing", "pk")[:SHOWN]) if named else []
    )
    # What the page names is one event.
    read_many(request, [*due, *waits, *lists], purpose="records that are due, and lists")
    shown = _of_lists(lists, request.user)
    reviews_records = named and reviews(request.user, school_id)
    rows = _rows(request, due[:SHOWN], reviews_records=reviews_records) if due or named else []
    may_begin = reviews_records or any(row["yours"] for row in rows)
    context = {
        "form": form or BeginForm(),
        "chosen": {str(key) for key in (request.POST.getlist("records") if form else [])},
        "named": named,
        "may_begin": may_begin,
        "rows": rows,
        "more": len(due) > SHOWN,
        "to_decide": waits,
        "free": any(row["yours"] and not row["kept"] for row in rows),
        "numbers": [] if named else _numbers(due_at(school_id)),
        "open": [one for one in shown if one["stand"] not in (Stand.DONE, Stand.STOPPED)],
        "yours": bool(shown and shown[0]["yours"]),
        "past": [one for one in shown if one["stand"] in (Stand.DONE, Stand.STOPPED)][:_PAST],
        # Asked in the template: by then they are counted with what the menu counts.
        "brakes": cache(lambda: list(standing) if counts["brakes"] else []),
        "adopted": lambda: counts["rules"] > 0,
        "sees_holds": any(may(request.user, wanted, school_id) for wanted in (C.VIEW_HOLDS, C.SECOND_DESTRUCTION)),
        "holds": lambda: counts["holds"],
        "backups": backups_live().days,
        "refusal": refusal,
        "has_errors": bool(form and form.errors),
    }
    return render(request, "retention/home.html", context, status=status)


def _due(request: Request) -> QuerySet[RetentionDate]:
    """What is due and on no list, the longest due first."""
    here = visible(request, RetentionDate).filter(school=request.held.school_id)
    due = on_no_list(here, visible(request, DestructionItem))
    return due.select_related("child", "rule").order_by("due_on", "pk")[: SHOWN + 1]


def _rows(request: Request, found: list[RetentionDate], *, reviews_records: bool) -> list[dict[str, Any]]:
    """Each with what is in its way, and whether it is this person who puts it on a list."""
    kept = told_to(request.user, [row.record_key for row in found])
    # Where the sentence about a missing choice leads.
    adults = [row.record_key for row in found if row.in_group == Group.ADULTS]
    decides = decided_by(request.user, adults)
    # A file is held on its child's tab.
    holds = adults_held_by(request.user) if adults else frozenset()
    sets = may(request.user, C.SET_HOLDS, request.held.school_id)
    yours = decides | {row.record_key for row in found if reviews_records and row.in_group == Group.RECORDS}
    first = next((row.record_key for row in found if row.record_key in yours and not kept.get(row.record_key)), None)
    hidden = hidden_from(request.user, {row.record_key: row.rule for row in found})
    called = known_by([row.record_key for row in found if row.child_id is None])
    return [
        {
            "row": row,
            "kind": kind_of(row.kind),
            "called": called.get(row.record_key, ""),
            "together": is_plain(row.kind, row.rule),
            "why": HIDDEN if row.record_key in hidden else why(row.rule, row.trigger_on, row.due_on),
            "rule": "" if row.record_key in hidden else rule_of(row.rule),
            "kept": kept.get(row.record_key, []),
            "yours": row.record_key in yours,
            "holds": row.record_key in holds or (row.in_group == Group.RECORDS and row.kind != CHILD_FILE and sets),
            "box": "id_records" if row.record_key == first else f"id_records_{place}",
        }
        for place, row in enumerate(found)
    ]


def _numbers(found: list[Due]) -> list[dict[str, Any]]:
    return [{"kind": kinds_of(one.kind), "rule": rule_of(one.rule), "due": one.due, "kept": one.kept} for one in found]


def _of_lists(lists: list[DestructionList], reader: User) -> list[dict[str, Any]]:
    """Those that wait for their reader first."""
    far = progress_of([one.pk for one in lists])
    return sorted((_of_list(one, far[one.pk], reader) for one in lists), key=lambda one: not one["yours"])


def _of_list(on_list: DestructionList, far: Progress, reader: User) -> dict[str, Any]:
    stand = far.stand(on_list)
    return {
        "list": on_list,
        "far": far,
        "stand": stand,
        "yours": _yours(on_list, reader) if stand == Stand.APPROVAL else "",
        "left": far.days_left(timezone.localdate()),
        "gone_days": 14 - far.days_left(timezone.localdate()),
        "may_stop": stand == Stand.WAITING and _may_stop(reader, on_list),
    }


def _may_stop(reader: User, on_list: DestructionList) -> bool:
    return may_stop(reader, on_list) if on_list.is_about_adults else may(reader, C.VIEW_RETENTION, on_list.school_id)


def _yours(on_list: DestructionList, reader: User) -> str:
    """What of a list that waits for approval waits for this person."""
    if may_approve(reader, on_list) and on_list.sent_by_id != reader.pk:
        return "Waiting for your approval"
    if may(reader, C.ADVISE_RETENTION, on_list.school_id) and not on_list.advice:
        return "Waiting for your advice"
    return ""
