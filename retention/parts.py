"""How what retention knows of a child is told beyond a page: holds, what was stated, marks."""

from django.db.models import Q

from safeguarding.dates import start_of
from safeguarding.parts import as_declared, called, left_out, tell

from .models import (
    Approval,
    Decision,
    DestructionItem,
    DestructionList,
    ItemReason,
    ItemRun,
    LegalHold,
    Mark,
    RetentionDate,
    Statement,
    Tombstone,
)

called(LegalHold, lambda row: row.reference)
tell(
    LegalHold,
    title="Legal hold",
    # Police may have asked that nobody else knows: that is answered by the Headteacher, and not by a file.
    blocks=as_declared(
        at="set_at",
        but=("year", "number", "readers", "record_kind"),
        only=Q(readers=LegalHold.Readers.LEADS),
    ),
)
tell(
    Statement,
    title="Stated about how long the file is kept",
    blocks=as_declared(at=lambda row: (start_of(row.on), False), but=("on",)),
)
tell(Mark, title="Long retention", blocks=as_declared(at="marked_at"))
left_out(
    RetentionDate,
    called="Dates by which the record is kept",
    because="It is worked out from the schedule and from what is told here.",
)
_ENDS = "It says whether the record ends, which is decided with the record as it is told here."
left_out(
    DestructionList,
    DestructionItem,
    Decision,
    Approval,
    ItemReason,
    called="Lists of what is to be destroyed",
    because=_ENDS,
)
left_out(
    ItemRun,
    Tombstone,
    called="Proof that a record was destroyed",
    because="It says how a record ended that is there no more.",
)
