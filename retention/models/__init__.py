"""What is there of retention? Schedule, dates of records, holds, lists of what is to end, and what is left of it."""

from .dates import OWN_COPY, Group, Mark, RetentionDate, Statement
from .ends import Brake, ClearedTable, EndingRow, FileToDrop, ItemPart, ItemRun, RetentionGate, Tombstone
from .holds import LegalHold
from .lists import Approval, Decision, DestructionItem, DestructionList, ItemReason
from .rules import Outcome, RetentionRule, Trigger

__all__ = [
    "OWN_COPY",
    "Approval",
    "Brake",
    "ClearedTable",
    "Decision",
    "DestructionItem",
    "DestructionList",
    "EndingRow",
    "FileToDrop",
    "Group",
    "ItemPart",
    "ItemReason",
    "ItemRun",
    "LegalHold",
    "Mark",
    "Outcome",
    "RetentionDate",
    "RetentionGate",
    "RetentionRule",
    "Statement",
    "Tombstone",
    "Trigger",
]
