"""Notify the leads of rows that name a home which is hidden from whoever gave the file."""

from uuid import UUID

from django.db.models import Q

from children.facts import Home
from children.models import Child, ImportRow, ImportRun
from children.notice_kinds import ChildNotice
from children.services.keeping import tell_leads
from children.services.unseen import homes_at
from safeguarding.accounts.models import User
from safeguarding.audit.protection import known

from .sight import hidden_from


def tell_of_hidden_homes(run: ImportRun, *, by: User | None) -> None:
    """Notify the leads, about the children hidden from `by` who live there or whose adults do.

    The rows themselves are neither shown to `by` nor carried out by their confirmation (`sight.py`): what a file asks
    of an address tells nothing of who lives at it. The caller sees the whole list.
    """
    homes = set(known("hidden_households", by.pk)) if by is not None else set()
    if by is None or not homes:
        return
    hidden = hidden_from(by)
    # A hidden child's own row, or that of who moves out, is what any list says.
    rows = ImportRow.objects.filter(run=run, kin__overlap=list(homes)).exclude(child__in=hidden)
    given = {Home(**row.facts["address"]).identity for row in rows if "address" in row.facts}
    named = homes & set(homes_at(run.school_id, given).values()) if given else set()
    if named:
        kind = ChildNotice.ENTERED_AGAIN
        children = _of(named, hidden)
        tell_leads(school_id=run.school_id, children=children, by=by, kind=kind, purpose=kind.value)


def _of(homes: set[UUID], hidden: frozenset[UUID]) -> list[UUID]:
    """The hidden children who live, or lived, in these homes, or whose adults do."""
    lived = Q(homes__household__in=homes) | Q(contacts__contact__household__in=homes)
    return list(Child.objects.filter(lived, pk__in=hidden).order_by("pk").values_list("pk", flat=True).distinct())
