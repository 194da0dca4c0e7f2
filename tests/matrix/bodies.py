"""What does a form send to each address that takes one?

Plausible where the answer depends on it, empty where it does not.
"""

from collections.abc import Callable
from typing import Any

from safeguarding.concerns import tokens
from safeguarding.keys import uuid7
from tests.matrix.world import World

Body = dict[str, Any]


def body_of(page: str, world: World, person: str, record: str) -> Body:
    """The body of a POST by `person` to `page` about `record`."""
    make = BODIES.get(page)
    return make(world, person, record) if make else {}


def _words(world: World, person: str, record: str) -> Body:
    return {"q": world.children[record].forename if record else ""}


def _form_key(world: World, person: str, record: str) -> Body:
    """A form that this person opened at their own school, with a search for the child."""
    user = world.people.get(person)
    school = world.there if person == "trust_out" else world.here
    signed = tokens.issue(user, uuid7(), school_id=school.pk) if user and person != "leaver" else ""
    return {"key": signed, "find": "1", **_words(world, person, record)}


def _note(world: World, person: str, record: str) -> Body:
    return {"token": str(uuid7()), "text": "Rang home."}


def _link(world: World, person: str, record: str) -> Body:
    """The described child is said to be the one whom this concern is about already: to be refused by the service."""
    return {"child": str(world.children["hidden" if record != "other" else "other"].pk)}


def _addition(world: World, person: str, record: str) -> Body:
    return _form_key(world, person, record) | {"text": "And then he left.", "reason": "more", "send": "1"}


BODIES: dict[str, Callable[[World, str, str], Body]] = {
    "search_children": _words,
    "find_child": _words,
    "find": _words,
    "find_for_plans": _words,
    # The beginning of every canary: whatever was written and may be read stands in the answer.
    "find_words": lambda *asked: {"q": "zq"},
    "emergency_find": _words,
    "child_same": _words,
    "keep_sibling": _words,
    "keep_child": lambda *asked: {"token": str(uuid7()), "deed": "doctor"},
    "keep_row": lambda *asked: {"token": str(uuid7()), "deed": "never"},
    "declare_conflict": _words,
    "declare_for_colleague": _words,
    "log_find": _form_key,
    "call_lead": _form_key,
    "take_out": lambda *asked: {"table": "concerns", "file_format": "csv", "why": "meeting"},
    "add_note": _note,
    "link_child": _link,
    "report_add": _addition,
    "reopen_concern": lambda *asked: {"token": str(uuid7()), "reason": "More has come in."},
    "action": lambda *asked: {"do": "complete", "result": "Done."},
    "raise_staff_concern": lambda *asked: {"token": str(uuid7()), "raised_as": "unsure", "facts": ""},
    "own_staff_concern": _note,
    "staff_concern_write": lambda *asked: _note(*asked) | {"form": "note"},
    "staff_concern_together": lambda *asked: {"token": str(uuid7()), "found": "watch", "reason": "The same corner."},
    "staff_concern_child": _words,
    "unsent_draft": lambda *asked: {"reason": ""},
}
