"""Is this a unique pupil number? Its check letter, its authority, whether it is temporary.

Thirteen characters: a check letter, the authority's code (2 to 4), the school's number (5 to 8), the year of issue
(9 to 10) and a serial number (11 to 13). A temporary number ends in a letter (domain reference 3.1).
"""

import re

from children.codes import authorities

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_SHAPE = re.compile(rf"[{LETTERS}][0-9]{{11}}[0-9{LETTERS}]")


def check_letter(body: str) -> str:
    """The check letter of characters 2 to 13. Two help pages work an example wrongly; this follows the rule itself."""
    values = (int(c) if c.isdigit() else LETTERS.index(c) for c in body)
    return LETTERS[sum(place * value for place, value in enumerate(values, 2)) % 23]


def is_well_formed(number: str) -> bool:
    """Thirteen characters in the right places, whatever the check letter."""
    return _SHAPE.fullmatch(number) is not None


def is_valid(number: str) -> bool:
    """Well formed, with the check letter that belongs to the rest."""
    return is_well_formed(number) and check_letter(number[1:]) == number[0]


def is_temporary(number: str) -> bool:
    """Whether it is a temporary number, to be replaced by the child's own."""
    return is_well_formed(number) and number[-1].isalpha()


def authority_is_known(number: str) -> bool:
    """Whether characters 2 to 4 are the code of an authority, of today or of the past."""
    return number[1:4] in authorities()
