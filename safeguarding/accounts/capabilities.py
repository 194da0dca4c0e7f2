"""What does a role let somebody do, in words? For the page that says what changes, and for one's own first page."""

from collections.abc import Iterable

from .roles import ROLES, Capability, Role

C = Capability
# The end of "From then on this person …".
WORDS: dict[Capability, str] = {
    C.LOG_CONCERN: "logs concerns, and sees what became of their own",
    C.VIEW_CONCERNS: "reads every concern of the school that is not restricted",
    C.VIEW_RESTRICTED: "reads the restricted concerns too",
    C.STAND_IN: "reads and decides concerns in place of somebody who may not see them",
    C.READ_STAFF_CONCERNS: "reads and decides concerns about adults who work here, but for those about themselves",
    C.READ_ABOUT_HEAD: "reads and decides concerns about the Headteacher",
    C.RECEIVE_LOW_LEVEL: "reads low-level concerns about adults, where the school has chosen so",
    C.DECIDE_CONCERNS: "decides what is done about a concern",
    C.RECEIVE_CALLS: "is called when somebody needs a safeguarding lead now",
    C.FIND_CHILDREN: "finds children by name, year and class",
    C.VIEW_CHILD_DETAILS: "opens the record of every child: people, dates, numbers",
    C.VIEW_ADDRESSES: "sees where children live",
    C.IMPORT_CHILDREN: "brings in the list of children",
    C.IMPORT_EARLIER_RECORDS: "brings in what an earlier system had on the children, and takes it out again",
    C.TAKE_POLICE_NOTICES: "takes down what the police tell the school about a child’s home",
    C.KEEP_PHOTOGRAPHS: "puts photographs of children on their records, with consent where it is needed",
    C.OWN_ACTIONS: "has a page of the actions given to them",
    C.MANAGE_SCHOOL: "changes the school’s settings",
    C.MANAGE_ACCESS: "gives and withdraws access, and looks at conflicts of interest",
    C.GIVE_ROLES: "gives and ends roles, and names who acts as safeguarding lead",
    C.WRITE_PASTORAL: "writes pastoral notes and support plans for children they have access to",
    C.EMERGENCY_ACCESS: "may open one child’s record in an emergency, with a reason, for an hour",
    C.KEEP_KEYS: "keeps a printed share of the key to everything written, without reading it",
    C.MANAGE_ACCOUNTS: "looks after accounts, without seeing a record",
    C.VIEW_AUDIT: "sees who has looked at what",
}

# The end of "Never in this role: …".
_NEVER = {
    C.VIEW_CONCERNS: "reads a concern that somebody else logged",
    C.VIEW_CHILD_DETAILS: "opens the record of a child",
    C.VIEW_ADDRESSES: "sees where children live",
}


def in_words(capabilities: Iterable[Capability]) -> list[str]:
    """Each capability as the end of a sentence, always in the same order."""
    held = set(capabilities)
    return [words for capability, words in WORDS.items() if capability in held]


def never(role: Role) -> list[str]:
    """What a role that does not read concerns never opens, in words. Who stands in reads some, and no other."""
    if role.may(C.VIEW_CONCERNS):
        return []
    words = _NEVER | ({C.VIEW_CONCERNS: "reads any other concern"} if role.may(C.STAND_IN) else {})
    return [said for capability, said in words.items() if not role.may(capability)]


def of_roles(role_keys: Iterable[str]) -> set[Capability]:
    """Everything that some of these roles may do."""
    return set[Capability]().union(*(ROLES[key].capabilities for key in role_keys))


def differences(before: Iterable[str], after: Iterable[str]) -> tuple[list[str], list[str]]:
    """What somebody gains and what they lose who held the roles `before` and holds `after`."""
    had, has = of_roles(before), of_roles(after)
    return in_words(has - had), in_words(had - has)
