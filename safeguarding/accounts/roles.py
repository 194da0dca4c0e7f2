"""Which roles are there, and what may each do? Roles are code; who holds one, where and until when is a row.

The capabilities follow the matrix of the domain reference, section 7, as far as Harbour has the functions. Those of
accounts stand with their roles here; an app above says in its `capabilities.py` which roles hold its own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.functional import lazy

from .capabilities import CAPABILITIES, AnyCapability, Capability, Held


@dataclass(frozen=True)
class Role:
    """A role: its key in the database, its title on the page, what it is in plain English, what accounts let it do."""

    key: str
    title: str
    description: str
    own: frozenset[Capability]
    # The school's privacy notice says that safeguarding leads, pastoral staff and the Headteacher handle records.
    # Anybody else needs the school's own word for it (`School.roles_beyond_notice`), which the notice then shows.
    named_in_notice: bool = False

    @property
    def home(self) -> str:
        """The name of its home page: the first that an app offers for something it may do, or the one of its own."""
        return next((page for page, capability in _homes if self.may(capability)), "own_role")

    @property
    def capabilities(self) -> frozenset[AnyCapability]:
        """Everything that it may do, by what every app has registered."""
        return frozenset(capability for capability, held in CAPABILITIES.entries.items() if self.key in held.by)

    @property
    def opens_records(self) -> bool:
        """Whether something that it may do can open a record: then it needs a second factor."""
        return any(CAPABILITIES[capability].opens_records for capability in self.capabilities)

    @property
    def handles_records(self) -> bool:
        """Whether something that it may do opens something about children by the role alone. It is named then."""
        return any(not CAPABILITIES[capability].unnamed for capability in self.capabilities)

    @property
    def is_about_people(self) -> bool:
        """Whether something that it may do is about somebody: a record, or what one has logged oneself."""
        return self.opens_records or any(capability in ONLY_LOGGING for capability in self.capabilities)

    def may(self, capability: AnyCapability) -> bool:
        """Whether it holds `capability`. Raises `NotRegistered`."""
        return self.key in CAPABILITIES[capability].by


_homes: list[tuple[str, AnyCapability]] = []

C = Capability
# Held from a day until a day, never without an end.
ACTING_LEAD = "acting_lead"
# What may be done without a second factor.
ONLY_LOGGING = frozenset({C.LOG_CONCERN, C.FIND_CHILDREN})
# Why the notice need not name who may do these (`Held.unnamed`).
_SETS_UP = "it opens no record"
_UNNAMED = {
    C.LOG_CONCERN: "the notice says that everybody who works here can",
    C.FIND_CHILDREN: "the notice says that everybody who works here can",
    C.RECEIVE_CALLS: _SETS_UP,
    C.MANAGE_SCHOOL: _SETS_UP,
    C.GIVE_ROLES: _SETS_UP,
    C.MANAGE_ACCOUNTS: _SETS_UP,
    C.KEEP_KEYS: _SETS_UP,
    C.VIEW_AUDIT: "it shows what was done, and neither what a record says nor whose it is",
}
_STAFF = ONLY_LOGGING
_DEPUTY = _STAFF | {C.VIEW_CONCERNS, C.DECIDE_CONCERNS, C.RECEIVE_CALLS}
_LEAD = _DEPUTY | {C.MANAGE_SCHOOL, C.MANAGE_ACCESS, C.GIVE_ROLES, C.VIEW_AUDIT, C.KEEP_KEYS}
# Everything that a concern needs, and nothing that lasts longer: no roles, no settings, no keys.
_ACTING = _LEAD - {C.MANAGE_SCHOOL, C.GIVE_ROLES, C.KEEP_KEYS}
_STANDING_IN = frozenset({C.STAND_IN})

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
        ),
        Role(
            "it_admin",
            "IT administrator",
            "Keeps accounts and the installation running, and never sees a record.",
            frozenset({C.MANAGE_ACCOUNTS, C.KEEP_KEYS}),
        ),
        Role(
            "auditor",
            "Auditor",
            "Sees who has seen and done what, and never what a record says.",
            frozenset({C.VIEW_AUDIT}),
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
            _STAFF,
            named_in_notice=True,
        ),
        Role("senco", "SENCO", "Logs concerns and carries out actions given to her.", _STAFF),
        Role(
            "designated_teacher",
            "Designated teacher",
            "Logs concerns and carries out actions given to him.",
            _STAFF,
        ),
        Role(
            "attendance",
            "Attendance officer",
            "Logs concerns and carries out actions given to him.",
            _STAFF,
        ),
        Role("office", "Office", "Logs concerns and keeps the list of children up to date.", _STAFF),
        Role(
            "chair",
            "Chair of governors",
            "Reads and decides only what the Headteacher may not, because it is about the Headteacher, or "
            "what nobody else may.",
            _STANDING_IN,
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
            named_in_notice=True,
        ),
        Role(
            "trust_lead",
            "Trust safeguarding lead",
            "Reads and decides like a safeguarding lead in each school of the trust that she has been given.",
            _LEAD - {C.RECEIVE_CALLS},
            named_in_notice=True,
        ),
        Role(
            ACTING_LEAD,
            "Acting safeguarding lead",
            "Reads and decides for a safeguarding lead who is away, until a day. Gives nobody a role.",
            _ACTING,
            named_in_notice=True,
        ),
        Role(
            "lead",
            "Designated safeguarding lead",
            "Reads every concern of the school, decides, acts and closes. Is accountable for it.",
            _LEAD,
            named_in_notice=True,
        ),
        Role(
            "headteacher",
            "Headteacher",
            "Reads and decides like a safeguarding lead, is called when no lead answers, reads concerns "
            "about adults, and answers for the school.",
            _LEAD,
            named_in_notice=True,
        ),
    )
}
LEAD_ROLES = ("lead", ACTING_LEAD, "deputy_lead")
# Roles that hold many capabilities together.
SUPPORTING = ("pastoral", "senco", "designated_teacher", "attendance")
# Who is named with a class.
TEACHING = ("teacher", "teaching_assistant")
STANDING_IN = ("chair", "alternate_lead")
# As a safeguarding lead does; without the lead's settings, who acts for one.
LEADING = ("trust_lead", ACTING_LEAD, "lead", "headteacher")
DECIDING = ("deputy_lead", *LEADING)

for each in Capability:
    held_by = frozenset(key for key, role in ROLES.items() if each in role.own)
    opens = each not in ONLY_LOGGING
    CAPABILITIES.add(each, Held(each.label, by=held_by, opens_records=opens, unnamed=_UNNAMED.get(each, "")))


def register(
    capabilities: type[models.TextChoices],
    *,
    held_by: Mapping[models.TextChoices, Collection[str]],
    never: Mapping[models.TextChoices, str] | None = None,
    without_records: Collection[models.TextChoices] = (),
    unnamed: Mapping[models.TextChoices, str] | None = None,
) -> None:
    """Let roles hold the capabilities of an app: the label of each is what it is in words. `never` says of some what
    somebody never does whose role lacks them; `without_records` which of them open none; `unnamed` why the privacy
    notice need not name who holds one.

    Raises `ImproperlyConfigured` for a role that there is not. A capability that no role holds is `()`.
    """
    if unsaid := set(capabilities) - set(held_by):
        raise ImproperlyConfigured(f"Say which roles hold {', '.join(sorted(map(str, unsaid)))}.")
    for capability in capabilities:
        if unknown := set(held_by[capability]) - set(ROLES):
            raise ImproperlyConfigured(f"{capability} is held by {', '.join(sorted(unknown))}, which is no role.")
        held = Held(
            capability.label,
            by=frozenset(held_by[capability]),
            never=(never or {}).get(capability, ""),
            opens_records=capability not in without_records,
            unnamed=(unnamed or {}).get(capability, ""),
        )
        CAPABILITIES.add(capability, held)


def opens_at(page: str, capability: AnyCapability, *, first: bool = False) -> None:
    """The home page of whoever holds `capability` is `page`, unless an earlier one is theirs. `first`: before all that
    were said until then, by an app above.
    """
    _homes.insert(0 if first else len(_homes), (page, capability))


def with_capability(capability: AnyCapability) -> list[str]:
    """Keys of the roles that have `capability`."""
    return [key for key, role in ROLES.items() if role.may(capability)]


def only_they(capability: AnyCapability, does: str = "of this school can do this") -> str:
    """The sentence of a refusal: only the roles that have `capability`, the furthest-reaching first, may do what it
    says. It is put together when it is read: modules keep it from their import on.
    """

    def sentence() -> str:
        *most, last = (f"the {_inside(ROLES[key].title)}" for key in reversed(with_capability(capability)))
        return f"Only {', '.join(most)} and {last} {does}."

    said: str = lazy(sentence, str)()
    return said


def _inside(title: str) -> str:
    """A title inside a sentence: safeguarding lead, but Headteacher."""
    return title if title == ROLES["headteacher"].title else title[0].lower() + title[1:]
