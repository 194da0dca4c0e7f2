"""What do accounts say in the privacy notice? Who handles records, and how the school is reached."""

from collections.abc import Iterable
from datetime import datetime

from safeguarding.accounts.machine_checks import lacking_factor
from safeguarding.accounts.roles import ROLES
from safeguarding.dates import as_day
from safeguarding.once import once
from safeguarding.privacy_notice import (
    Asked,
    Blank,
    Block,
    Facts,
    Section,
    asks,
    bullets,
    looks_at,
    rests_on,
    secures,
    tells,
    text,
)


def _keys(asked: Asked) -> list[str]:
    """The roles that handle records, in the order of the roles: those that what they may do opens something about
    children by the role alone, those that may be given access by name, and those of the school's own word.
    """
    beyond = asked.school.roles_beyond_notice
    return [
        key for key, role in reversed(ROLES.items()) if role.handles_records or role.named_in_notice or key in beyond
    ]


def _who_handles(asked: Asked) -> Iterable[Block]:
    yield text(
        "Everybody who works here can write down a worry about a child, and finds the child by name, year and class "
        "to do so. Records are handled by:"
    )
    yield bullets(ROLES[key].title for key in _keys(asked))
    yield text(
        "Each of them sees what their role needs and no more. Others see a record only where it was given to them for "
        "a reason, until a day, or in an emergency."
    )


def _not_named(asked: Asked, kept: Facts) -> Iterable[str]:
    then = set(kept.get("roles", ()))
    for key in _keys(asked):
        if key not in then:
            yield f"{ROLES[key].title} handles records, and the notice does not name it."


def _all_have_one(at: datetime) -> bool:
    """Nobody who can open a record at any school has signed in without a second factor."""
    on = as_day(at)
    return once(("second factors", on), lambda: not lacking_factor(None, on=on).exclude(last_login=None).exists())


def _reached(asked: Asked) -> Iterable[Block]:
    school = asked.school
    yield text(f"{school.name}{f', telephone {school.telephone}' if school.telephone else ''}.")


def _missing(asked: Asked) -> Iterable[Blank]:
    if not asked.school.telephone:
        yield Blank("the telephone number of the school", "school_settings")


tells(Section.COLLECT, _who_handles, order=70)
tells(Section.CONTACT, _reached, order=10)
asks(_missing)
rests_on("roles", _keys)
looks_at("Who handles records is named", _not_named, promises=True)
secures(
    "second_factor",
    lambda: "Everybody who can open a record signs in with a second factor beside the password.",
    passes=_all_have_one,
)
