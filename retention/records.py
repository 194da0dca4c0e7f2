"""What must the rest of Harbour know of rules, dates, holds, lists and what is left of records?"""

from safeguarding.audit.models import LogEntry
from safeguarding.records import Kind, Refused, declare, needs

from .models import (
    Approval,
    Brake,
    ClearedTable,
    Decision,
    DestructionItem,
    DestructionList,
    EndingRow,
    FileToDrop,
    ItemPart,
    ItemReason,
    ItemRun,
    LegalHold,
    Mark,
    RetentionDate,
    RetentionGate,
    RetentionRule,
    Statement,
    Tombstone,
)

_NOT_SEARCHED = Refused("it says how long a record is kept, and nothing of what happened")
_SCAN = ("retention scan",)

declare(
    RetentionDate,
    called=("retention date", "retention dates"),
    followed=Refused("the nightly scan writes it, from what others stated"),
    merged=Refused("there is one for each record, and the scan makes it again"),
    needed_by=_SCAN,
)
declare(Statement, called=("retention statement", "retention statements"), searched=_NOT_SEARCHED)
declare(Mark, called=("mark of long retention", "marks of long retention"), searched=_NOT_SEARCHED)
declare(
    LegalHold,
    called=("legal hold", "legal holds"),
    page="legal_hold",
    searched=_NOT_SEARCHED,
    # One on the whole school is of no record that a history hangs on.
    followed=Refused("each of its moves is an event, and its page says who set it and who lifted it"),
    needed_by=("reviews of holds",),
)
declare(
    DestructionList,
    called=("destruction list", "destruction lists"),
    searched=_NOT_SEARCHED,
    page="destruction_list",
    # It is of no record that a history hangs on.
    followed=Refused("each of its moves is an event, and its page says who made it and when"),
    needed_by=("destruction lists",),
)
declare(
    DestructionItem,
    Decision,
    Approval,
    called=("item of a destruction list", "items of destruction lists"),
    followed=Refused("each of its moves is an event"),
)
declare(
    ItemRun,
    Tombstone,
    called=("destruction of a record", "destructions of records"),
    searched=_NOT_SEARCHED,
    followed=Refused("that it begins, that its rows go and that its files go are events"),
)
declare(ItemReason, called=("reason on a destruction list", "reasons on destruction lists"), searched=_NOT_SEARCHED)
declare(RetentionRule, kind=Kind.REFERENCE)
declare(ItemPart, EndingRow, FileToDrop, RetentionGate, ClearedTable, Brake, kind=Kind.INFRASTRUCTURE)
# Which rule came into force, and which one it replaced.
needs("retention scan", LogEntry)
