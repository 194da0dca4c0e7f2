"""May an adult get another name? What protects a child from one adult would be about another."""

from uuid import UUID

from safeguarding.prepared import prepared

BOUND = (
    "An order or confirmed parental responsibility of this adult stands on a child’s record, and would be another "
    "person’s under another name. Ask a safeguarding lead to change the name. If this is another adult, add them."
)


def may_rename(contact: UUID | str, *, by: UUID | None) -> bool:
    """Whether whoever has the key `by` may; of a task of the machine, nobody's. The guard of adults asks the same
    (`children/rights.py`).
    """
    [[may]] = prepared("SELECT rules.may_rename(%s::uuid, %s::uuid)", [by, contact])
    return bool(may)
