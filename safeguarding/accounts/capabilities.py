"""What may a role let somebody do? Here is what accounts know of; each app has its own capabilities.

A capability comes with its words, the end of "From then on this person …", and with the roles that hold it
(`roles.py`).
"""

from dataclasses import dataclass

from django.db import models

from safeguarding.registers import Entry, Register


@dataclass(frozen=True)
class Held(Entry):
    """What a capability is in words, the roles that hold it, and how it is said that a role never holds it.

    `opens_records`: who holds it can open a record, and needs a second factor. `unnamed`: why the privacy notice need
    not name who holds it among those who handle records; empty: it opens something about children by the role alone.
    One that says neither is strict.
    """

    by: frozenset[str]
    never: str = ""
    opens_records: bool = True
    unnamed: str = ""


CAPABILITIES: Register[Held] = Register("capability", length=40)
# Any app's, also as a template or a rule names it: `CAPABILITIES` knows which there are.
AnyCapability = str


class Capability(models.TextChoices):
    """Something a role may do in its own school, whatever the app."""

    LOG_CONCERN = "log_concern", "logs concerns, and sees what became of their own"
    VIEW_CONCERNS = "view_concerns", "reads every concern of the school that is not restricted"
    # Read and decide what the usual readers may not, because one of them is related to a child in it or named in it.
    STAND_IN = "stand_in", "reads and decides concerns in place of somebody who may not see them"
    DECIDE_CONCERNS = "decide_concerns", "decides what is done about a concern"
    RECEIVE_CALLS = "receive_calls", "is called when somebody needs a safeguarding lead now"
    FIND_CHILDREN = "find_children", "finds children by name, year and class"
    MANAGE_SCHOOL = "manage_school", "changes the school’s settings"
    # Give and withdraw need-to-know access, restrict a concern, confirm or lift a conflict of interest.
    MANAGE_ACCESS = "manage_access", "gives and withdraws access, and looks at conflicts of interest"
    # Give and end roles, and name who acts as safeguarding lead while the lead is away.
    GIVE_ROLES = "give_roles", "gives and ends roles, and names who acts as safeguarding lead"
    # Accounts, roles and the installation, without a record.
    MANAGE_ACCOUNTS = "manage_accounts", "looks after accounts, without seeing a record"
    # The keys of the installation: whether they fit, and one printed share of the root key.
    KEEP_KEYS = "keep_keys", "keeps a printed share of the key to everything written, without reading it"
    # Who has seen and done what, without what the records say.
    VIEW_AUDIT = "view_audit", "sees who has looked at what"
