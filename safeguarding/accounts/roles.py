"""Which roles are there, and what may each do? Roles are code; who holds one, where and until when is a row.

The capabilities follow the matrix of the domain reference, section 7, as far as Harbour has the functions.
"""

from dataclasses import dataclass
from enum import StrEnum


class Capability(StrEnum):
    """Something a role may do in its own school."""

    LOG_CONCERN = "log_concern"
    VIEW_CONCERNS = "view_concerns"
    DECIDE_CONCERNS = "decide_concerns"
    RECEIVE_CALLS = "receive_calls"
    FIND_CHILDREN = "find_children"
    VIEW_CHILD_DETAILS = "view_child_details"
    VIEW_ADDRESSES = "view_addresses"
    IMPORT_CHILDREN = "import_children"
    # Any member of staff may be given an action. These have the page of their actions in the navigation from the start.
    OWN_ACTIONS = "own_actions"
    MANAGE_SCHOOL = "manage_school"
    VIEW_AUDIT = "view_audit"


@dataclass(frozen=True)
class Role:
    """A role: its key in the database, its title on the page, what it is in plain English, what it may do."""

    key: str
    title: str
    description: str
    capabilities: frozenset[Capability]
    home: str = "staff_home"

    def may(self, capability: Capability) -> bool:
        return capability in self.capabilities


C = Capability
_STAFF = frozenset({C.LOG_CONCERN, C.FIND_CHILDREN})
_OFFICE = _STAFF | {C.VIEW_CHILD_DETAILS, C.VIEW_ADDRESSES, C.IMPORT_CHILDREN}
_PASTORAL = _STAFF | {C.OWN_ACTIONS}
_LEAD = _OFFICE | {C.VIEW_CONCERNS, C.DECIDE_CONCERNS, C.RECEIVE_CALLS, C.OWN_ACTIONS}

ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        Role("teacher", "Class teacher", "Logs concerns and sees what became of her own.", _STAFF),
        Role(
            "teaching_assistant",
            "Teaching assistant",
            "Logs concerns and sees what became of her own.",
            _STAFF,
        ),
        Role("midday", "Lunch supervisor", "Logs concerns and sees what became of his own.", _STAFF),
        Role("pastoral", "Pastoral lead", "Logs concerns and carries out actions given to her.", _PASTORAL),
        Role("senco", "SENCO", "Logs concerns and carries out actions given to her.", _PASTORAL),
        Role(
            "designated_teacher",
            "Designated teacher",
            "Logs concerns and carries out actions given to him.",
            _PASTORAL,
        ),
        Role(
            "attendance",
            "Attendance officer",
            "Logs concerns and carries out actions given to him.",
            _PASTORAL,
        ),
        Role("office", "Office", "Logs concerns and keeps the list of children up to date.", _OFFICE),
        Role(
            "deputy_lead",
            "Deputy safeguarding lead",
            "Reads every concern of the school, decides, acts and closes. Stands in for the safeguarding lead.",
            _LEAD,
            home="today",
        ),
        Role(
            "lead",
            "Designated safeguarding lead",
            "Reads every concern of the school, decides, acts and closes. Is accountable for it.",
            _LEAD | {C.MANAGE_SCHOOL, C.VIEW_AUDIT},
            home="today",
        ),
        Role(
            "headteacher",
            "Headteacher",
            "Reads and decides like a safeguarding lead, is called when no lead answers, and answers for the school.",
            _LEAD | {C.MANAGE_SCHOOL, C.VIEW_AUDIT},
            home="today",
        ),
    )
}
LEAD_ROLES = ("lead", "deputy_lead")


def with_capability(capability: Capability) -> list[str]:
    """Keys of the roles that have `capability`."""
    return [key for key, role in ROLES.items() if role.may(capability)]
