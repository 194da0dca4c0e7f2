"""What becomes of a child whom somebody chose on a form and may not name, as one hidden from them? The concern goes on
without the name.

Nobody is told whether the key was of a hidden child or never issued: both make the same row, which its writer never
sees. Leads who may see the concern and the child find it on the page of the concern, and add the child or say no.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from children.models import Child
from children.services import led_on
from safeguarding.accounts.models import User
from safeguarding.accounts.services import staff_of, tell
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import who_sees
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, ConcernChild, WithheldName
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.telling import ask_to_appoint, readers
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.keys import entry_token

Status = WithheldName.Status
# In the place of a description, where the reporter gave none.
NOT_RECORDED = "A child was chosen on the form and could not be recorded"


@transaction.atomic
def withhold(named: ConcernChild, key: UUID, *, by: User, at: datetime) -> None:
    """Leave behind that the writer chose `key` for this child of a concern. The same again is one row."""
    row = WithheldName(
        id=entry_token(named.pk, key),
        concern_id=named.concern_id,
        school_id=named.school_id,
        named=named,
        child_key=key,
        author=by,
        withheld_at=at,
    )
    with door("naming"):
        WithheldName.objects.bulk_create([row], ignore_conflicts=True)
    record(Verb.CREATE, row, by=by)


def tell_of_withheld(concern: Concern, keys: Sequence[UUID], *, by: User, at: datetime) -> None:
    """Word to who may decide about a name that was left out, where nobody who is told of the concern itself may.

    Asked of the rule for each key alike, so that it makes no difference here whether there is such a child.
    """
    if not keys:
        return
    on, about = timezone.localdate(at), {"concern_id": concern.pk, "school_id": concern.school_id}
    told = {person.pk for person in readers(concern, on=on, but={by.pk})}
    staff = {one.user.pk: one.user for one in staff_of(concern.school_id, on=on) if one.user.pk != by.pk}
    for key in dict.fromkeys(keys):
        able = who_sees(WithheldName(child_key=key, **about), list(staff))
        if not able:
            ask_to_appoint(concern.school_id, at=at, but={by.pk})
        elif not told & able.keys():
            tell(
                people=[person for pk, person in staff.items() if pk in able],
                school_id=concern.school_id,
                kind=ConcernNotice.ADDED,
                object_type="concern",
                object_id=concern.pk,
                at=at,
            )


def linked_instead(named: ConcernChild, *, by: User, at: datetime) -> None:
    """A lead has said by themselves which child it is: where that is the one who was chosen, nothing waits any more."""
    for row in WithheldName.objects.filter(named=named, child_key=named.child_id, status=Status.WAITING):
        settle(row, Status.ADDED, by=by, at=at)


def withheld_in(rows: QuerySet[WithheldName], cards: QuerySet[Child]) -> list[tuple[WithheldName, Child]]:
    """Of these names, each with the card of its child; without those of keys that are of no child whom the reader
    sees.
    """
    found = list(rows.select_related("named", "author", "decided_by").order_by("withheld_at", "pk"))
    led = led_on([row.child_key for row in found])
    there = cards.in_bulk({led.get(row.child_key, row.child_key) for row in found}) if found else {}
    keyed = ((row, there.get(led.get(row.child_key, row.child_key))) for row in found)
    return [(row, child) for row, child in keyed if child is not None and child.school_id == row.school_id]


def settle(row: WithheldName, status: str, *, by: User, at: datetime) -> WithheldName:
    """Say what became of a name, which is locked or stands in a concern that is."""
    row.status, row.decided_at, row.decided_by = status, at, by
    row.save(update_fields=["status", "reason", "child_key", "decided_at", "decided_by"])
    record(Verb.CONFIRM if status == Status.ADDED else ConcernVerb.REFUSE, row, by=by)
    return row
