"""What does a role let somebody do, in words? For the page that says what changes, and for one's own first page."""

from collections.abc import Iterable

from .capabilities import CAPABILITIES, AnyCapability, Capability
from .roles import ROLES, Role


def in_words(capabilities: Iterable[AnyCapability]) -> list[str]:
    """Each capability as the end of a sentence, always in the same order."""
    held = set(capabilities)
    return [entry.words for capability, entry in CAPABILITIES.entries.items() if capability in held]


def never(role: Role) -> list[str]:
    """What a role that does not read concerns never opens, in words: the end of "Never in this role: …". Who stands in
    reads some, and no other.
    """
    if role.may(Capability.VIEW_CONCERNS):
        return []
    reads = "reads any other concern" if role.may(Capability.STAND_IN) else "reads a concern that somebody else logged"
    lacking = (entry.never for entry in CAPABILITIES.entries.values() if entry.never and role.key not in entry.by)
    return [reads, *lacking]


def of_roles(role_keys: Iterable[str]) -> set[AnyCapability]:
    """Everything that some of these roles may do."""
    return set[AnyCapability]().union(*(ROLES[key].capabilities for key in role_keys))


def differences(before: Iterable[str], after: Iterable[str]) -> tuple[list[str], list[str]]:
    """What somebody gains and what they lose who held the roles `before` and holds `after`."""
    had, has = of_roles(before), of_roles(after)
    return in_words(has - had), in_words(had - has)
