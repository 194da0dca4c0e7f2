"""Do practice and real records stay apart? A database holds practice schools or real ones, never both."""

import re

from django.conf import settings

from safeguarding.accounts.services import schools
from safeguarding.exceptions import HarbourError

# The short names of the schools that a seeder makes.
MAIN, SMALL, MANY = "tarnbeck-hollow", "withy-fold", "practice-"
_OURS = re.compile(rf"{MAIN}|{SMALL}|{MANY}\d{{4,}}")


class NotForDemo(HarbourError):
    """This is no place for a demo school."""


class NotForReal(HarbourError):
    """This is no place for real records."""


def ensure_apart() -> None:
    """Raises `NotForReal` where practice schools stand outside demo mode: everybody knows how to sign in to them.

    Raises `NotForDemo` where a school that no seeder made stands in demo mode, which tells its staff that nobody reads.
    """
    ours = [bool(_OURS.fullmatch(school.slug)) for school in schools()]
    if settings.DEMO and not all(ours):
        raise NotForDemo(
            "This database holds a real school, and this is practice, of which every page says that nobody "
            "reads it: start "
            "with HARBOUR_DEMO=false, or practise with a database of its own (HARBOUR_VAR=an empty folder)."
        )
    if not settings.DEMO and any(ours):
        raise NotForReal(
            "This database holds the practice school, whose passwords everybody knows: give real records a database of "
            "their own (HARBOUR_VAR=an empty folder), or start with HARBOUR_DEMO=true to practise."
        )
