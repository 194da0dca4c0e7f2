"""What do accounts say in the privacy notice? Who handles records, and how the school is reached."""

from collections.abc import Iterable

from safeguarding.accounts.roles import ROLES
from safeguarding.privacy_notice import Asked, Blank, Block, Section, asks, bullets, rests_on, tells, text


def _keys(asked: Asked) -> list[str]:
    """The roles that the notice names, the school's own word included, in the order of the roles."""
    beyond = asked.school.roles_beyond_notice
    return [key for key, role in reversed(ROLES.items()) if role.named_in_notice or key in beyond]


def _who_handles(asked: Asked) -> Iterable[Block]:
    yield text("Everybody who works here can write down a worry about a child. Records are handled by:")
    yield bullets(ROLES[key].title for key in _keys(asked))
    yield text("Others see a record only where it was given to them for a reason, until a day, or in an emergency.")


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
