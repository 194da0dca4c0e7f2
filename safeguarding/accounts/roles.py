"""Which roles are there, and what may each do? Roles are code; who holds one, where and until when is a row.

The capabilities follow the matrix of the domain reference, section 7, as far as Harbour has the functions.
"""

from dataclasses import dataclass
from enum import StrEnum


class Capability(StrEnum):
    """Something a role may do in its own school."""

    LOG_CONCERN = "log_concern"
    VIEW_CONCERNS = "view_concerns"
    # Of those, the ones that somebody has restricted.
    VIEW_RESTRICTED = "view_restricted"
    # Read and decide what the usual readers may not, because one of them is related to a child in it or named in it.
    STAND_IN = "stand_in"
    # Read and decide concerns about adults; those about the Headteacher; low-level ones, where the school has chosen
    # so.
    READ_STAFF_CONCERNS = "read_staff_concerns"
    READ_ABOUT_HEAD = "read_about_head"
    RECEIVE_LOW_LEVEL = "receive_low_level"
    DECIDE_CONCERNS = "decide_concerns"
    RECEIVE_CALLS = "receive_calls"
    FIND_CHILDREN = "find_children"
    VIEW_CHILD_DETAILS = "view_child_details"
    VIEW_ADDRESSES = "view_addresses"
    IMPORT_CHILDREN = "import_children"
    # Bring in what an earlier system of the school had on its children, and take it out again.
    IMPORT_EARLIER_RECORDS = "import_earlier_records"
    # Put photographs of children on their records, with consent where it is needed, and end them.
    KEEP_PHOTOGRAPHS = "keep_photographs"
    # Any member of staff may be given an action. These have the page of their actions in the navigation from the start.
    OWN_ACTIONS = "own_actions"
    MANAGE_SCHOOL = "manage_school"
    # Give and withdraw need-to-know access, restrict a concern, confirm or lift a conflict of interest.
    MANAGE_ACCESS = "manage_access"
    # Give and end roles, and name who acts as safeguarding lead while the lead is away.
    GIVE_ROLES = "give_roles"
    # Write notes and plans of support below the threshold of a concern, for children one has access to.
    WRITE_PASTORAL = "write_pastoral"
    # Take down what the police tell the school of domestic abuse at a child's home (Operation Encompass).
    TAKE_POLICE_NOTICES = "take_police_notices"
    # Open one child's record in an emergency, with a reason, for an hour.
    EMERGENCY_ACCESS = "emergency_access"
    # Accounts, roles and the installation, without a record.
    MANAGE_ACCOUNTS = "manage_accounts"
    # The keys of the installation: whether they fit, and one printed share of the root key.
    KEEP_KEYS = "keep_keys"
    # Who has seen and done what, without what the records say.
    VIEW_AUDIT = "view_audit"


@dataclass(frozen=True)
class Role:
    """A role: its key in the database, its title on the page, what it is in plain English, what it may do."""

    key: str
    title: str
    description: str
    capabilities: frozenset[Capability]
    home: str = "staff_home"
    # The school's privacy notice says that safeguarding leads, pastoral staff and the Headteacher handle records.
    # Anybody else needs the school's own word for it (`School.roles_beyond_notice`), which the notice then shows.
    named_in_notice: bool = False

    def may(self, capability: Capability) -> bool:
        return capability in self.capabilities


C = Capability
# Held from a day until a day, never without an end.
ACTING_LEAD = "acting_lead"
_STAFF = frozenset({C.LOG_CONCERN, C.FIND_CHILDREN})
_OFFICE = _STAFF | {
    C.VIEW_CHILD_DETAILS,
    C.VIEW_ADDRESSES,
    C.IMPORT_CHILDREN,
    C.KEEP_PHOTOGRAPHS,
    C.TAKE_POLICE_NOTICES,
}
_PASTORAL = _STAFF | {C.OWN_ACTIONS, C.EMERGENCY_ACCESS, C.WRITE_PASTORAL}
_DEPUTY = _OFFICE | {C.VIEW_CONCERNS, C.DECIDE_CONCERNS, C.RECEIVE_CALLS, C.OWN_ACTIONS, C.WRITE_PASTORAL}
_LEAD = _DEPUTY | {
    C.VIEW_RESTRICTED,
    C.MANAGE_SCHOOL,
    C.MANAGE_ACCESS,
    C.GIVE_ROLES,
    C.VIEW_AUDIT,
    C.KEEP_KEYS,
    C.IMPORT_EARLIER_RECORDS,
}
# Everything that a concern needs, and nothing that lasts longer: no roles, no settings, no keys, no list of children.
_ACTING = _LEAD - {
    C.MANAGE_SCHOOL,
    C.GIVE_ROLES,
    C.KEEP_KEYS,
    C.IMPORT_CHILDREN,
    C.KEEP_PHOTOGRAPHS,
    C.IMPORT_EARLIER_RECORDS,
}
_STANDING_IN = frozenset({C.STAND_IN, C.OWN_ACTIONS})

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
        Role(
            "governor",
            "Safeguarding governor",
            "Sees how safeguarding is going in numbers, and never a record.",
            frozenset(),
            home="own_role",
        ),
        Role(
            "it_admin",
            "IT administrator",
            "Keeps accounts and the installation running, and never sees a record.",
            frozenset({C.MANAGE_ACCOUNTS, C.KEEP_KEYS}),
            home="own_role",
        ),
        Role(
            "auditor",
            "Auditor",
            "Sees who has seen and done what, and never what a record says.",
            frozenset({C.VIEW_AUDIT}),
            home="own_role",
        ),
        Role(
            "dpo",
            "Data protection officer",
            "Logs concerns and sees who has seen and done what. Reads a record only for a request that is open.",
            frozenset({C.LOG_CONCERN, C.VIEW_AUDIT}),
        ),
        Role(
            "pastoral",
            "Pastoral lead",
            "Logs concerns, carries out actions given to her, and reads the children she has been given access to.",
            _PASTORAL,
            named_in_notice=True,
        ),
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
            "chair",
            "Chair of governors",
            "Reads and decides only what the Headteacher may not, because it is about the Headteacher, or "
            "what nobody else may.",
            _STANDING_IN | {C.READ_ABOUT_HEAD},
            home="own_role",
        ),
        Role(
            "alternate_lead",
            "Alternate safeguarding lead",
            "Reads and decides in place of the safeguarding lead where the lead is related to a child or named.",
            _STAFF | _STANDING_IN,
            named_in_notice=True,
        ),
        Role(
            "deputy_lead",
            "Deputy safeguarding lead",
            "Reads every concern of the school that is not restricted, decides, acts and closes. Stands in "
            "for the safeguarding lead.",
            _DEPUTY,
            home="today",
            named_in_notice=True,
        ),
        Role(
            "trust_lead",
            "Trust safeguarding lead",
            "Reads and decides like a safeguarding lead in each school of the trust that she has been given.",
            _LEAD - {C.IMPORT_CHILDREN, C.IMPORT_EARLIER_RECORDS, C.RECEIVE_CALLS},
            home="today",
            named_in_notice=True,
        ),
        Role(
            ACTING_LEAD,
            "Acting safeguarding lead",
            "Reads and decides in the place of a safeguarding lead who is away, until a day. Gives nobody a role.",
            _ACTING,
            home="today",
            named_in_notice=True,
        ),
        Role(
            "lead",
            "Designated safeguarding lead",
            "Reads every concern of the school, decides, acts and closes. Is accountable for it.",
            _LEAD | {C.RECEIVE_LOW_LEVEL},
            home="today",
            named_in_notice=True,
        ),
        Role(
            "headteacher",
            "Headteacher",
            "Reads and decides like a safeguarding lead, is called when no lead answers, reads concerns "
            "about adults, and answers for the school.",
            _LEAD | {C.READ_STAFF_CONCERNS},
            home="today",
            named_in_notice=True,
        ),
    )
}
LEAD_ROLES = ("lead", ACTING_LEAD, "deputy_lead")


def with_capability(capability: Capability) -> list[str]:
    """Keys of the roles that have `capability`."""
    return [key for key, role in ROLES.items() if role.may(capability)]


def only_they(capability: Capability, does: str = "of this school can do this") -> str:
    """The sentence of a refusal: only the roles that have `capability`, the furthest-reaching first, may do what it
    says.
    """
    *most, last = (f"the {_inside(ROLES[key].title)}" for key in reversed(with_capability(capability)))
    return f"Only {', '.join(most)} and {last} {does}."


def _inside(title: str) -> str:
    """A title inside a sentence: safeguarding lead, but Headteacher."""
    return title if title == ROLES["headteacher"].title else title[0].lower() + title[1:]
