"""Take the steps of an item that ends child by child: begin a part, write its line in the ledger, delete its rows.

Each step is a transaction of its own (`destroying.py`). Who is in a part is settled, and on disk, before a row goes: a
crash anywhere is taken up by the same part, and nobody who was held since is asked again, as with every other record.
"""

from uuid import UUID

from django.db import connection

from retention import ledger
from retention.models import DestructionItem, ItemPart
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.ending.by_child import rows_of
from safeguarding.turns import wait_for


def has_more(item: DestructionItem) -> bool:
    """Take the next step of an item that has begun. Returns whether there was one: of an item that ends whole there is
    none.
    """
    if not rows_of(item.kind):
        return False
    if part := ItemPart.objects.filter(item=item, ended_at=None).select_related("item__rule").first():
        ledger.note_part(part)
        record(Verb.DESTROY, item, purpose="days", count=end_part(part.pk))
        return True
    # An import that is at work ends first; the next one leaves these days out.
    wait_for(item.school_id)
    return _begin_part(item.pk)


def end_part(part: UUID) -> int:
    """Delete the rows of a part. Returns how many there were; none where it was done before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.end_part(%s)", [part])
        [[rows]] = cursor.fetchall()
    return int(rows)


def counts_of(item: DestructionItem) -> dict[str, int]:
    """How many rows went with the parts of an item, by the label of their model."""
    label = rows_of(item.kind)
    return {label: sum(item.parts.values_list("rows", flat=True))} if label else {}


def _begin_part(item: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.begin_part(%s)", [item])
        [[part]] = cursor.fetchall()
    return part is not None
