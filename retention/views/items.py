"""One record on a list: what goes, what stays, and why."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from retention.capabilities import RetentionCapability as C
from retention.models import DestructionItem, DestructionList, Group
from retention.periods import CHILD_FILE
from retention.services.contents import contents_of
from retention.services.list_notices import approvers
from retention.services.one_record import adults_held_by
from retention.services.progress import backups_live, progress_of, run_of
from retention.services.reviewers import reviews_list
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may, requires_for_record
from safeguarding.audit.reading import read_one, visible
from safeguarding.http import Request

from .rows import Row, names_records, rows_of

_S = DestructionList.Status


@require_GET
@requires_for_record(C.COUNT_RETENTION)
def destruction_item(request: Request, item_id: UUID) -> HttpResponse:
    """For those who decide and approve. Once it has begun, the page says how far it is and no more."""
    items = visible(request, DestructionItem).select_related("on_list__school", "rule")
    found = read_one(request, items, pk=item_id)
    if not names_records(request.user, found.on_list):
        raise Http404
    request.nav, request.of_school = "retention", found.school_id
    run, on_list = run_of(found), found.on_list
    far = progress_of([on_list.pk])[on_list.pk]
    [row] = rows_of(request, on_list, [found])
    context = {
        "row": row,
        "list": on_list,
        "stand": far.stand(on_list),
        "next": _next(request.user, on_list, row),
        "hold_page": "" if run or row.is_out else _hold_page(request.user, found),
        "reads": may(request.user, C.VIEW_RETENTION, found.school_id),
        "run": run,
        "backups": backups_live().days,
        "contents": None if run else contents_of(found.record_key, request.user),
    }
    return render(request, "retention/item.html", context)


def _hold_page(reader: User, item: DestructionItem) -> str:
    """Where the person holds this record; empty where it is not theirs to hold."""
    if item.in_group == Group.ADULTS:
        holds = item.record_key in adults_held_by(reader)
    else:
        holds = may(reader, C.SET_HOLDS, item.school_id)
    return reverse("hold_child" if item.kind == CHILD_FILE else "hold_record", args=[item.record_key]) if holds else ""


def _next(reader: User, on_list: DestructionList, row: Row) -> str:
    """What the person does with the list now, before its number."""
    if on_list.status == _S.REVIEW and reviews_list(reader, on_list):
        return "Decide on list"
    if row.is_to_end and on_list.status in (_S.APPROVAL, _S.WAITING) and reader in approvers(on_list):
        return "Approve or leave out on list"
    return "Open list"
