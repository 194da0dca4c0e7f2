"""What do the codes of plans mean? Lists of the DfE and Harbour's own, as dated rows with their source in
`data/codes.csv`.

A code that tells of an adoption stands in the lists of adoption alone. `ASK`, "Ask the lead", is chosen for whatever
must stay with the safeguarding leads, an adoption or anything else: it tells of none.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

from children import codes
from children.codes import Code

_FILE = Path(__file__).parent / "data" / "codes.csv"
ASK = "ASK"
# Of the register of children, which has them already.
_OF_CHILDREN = ("sen_need", "authority")


def codes_of(kind: str) -> dict[str, Code]:
    """The list of one kind, by code, with what is used no more. Raises `KeyError` for a list that there is not."""
    return codes.codes(kind) if kind in _OF_CHILDREN else codes.lists_in(_FILE)[kind]


def offered(kind: str, on: date) -> list[Code]:
    """The codes that a form offers on a day."""
    return [code for code in codes_of(kind).values() if is_in_use(code, on)]


def is_in_use(code: Code, on: date) -> bool:
    """Whether a code may be chosen on a day."""
    return (not code.valid_from or code.valid_from <= str(on)) and (not code.valid_until or str(on) <= code.valid_until)


def label(kind: str, code: str) -> str:
    """What a code means; the code itself where the list does not have it."""
    found = codes_of(kind).get(code)
    return found.label if found else code


def decides(legal_status: str) -> str:
    """Who has parental responsibility for a child who is looked after under this legal status (Children Act 1989 ss.20,
    33; domain reference 5.6), as far as the status alone says it.
    """
    found = codes_of("decides").get(legal_status)
    return found.label if found else "To be confirmed: ask the social worker"


def labels(kind: str, some: Iterable[str]) -> list[str]:
    """What these codes mean, in the order of the list."""
    wanted = set(some)
    return [code.label for key, code in codes_of(kind).items() if key in wanted]


@cache
def of_adoption() -> frozenset[str]:
    """The codes that tell of an adoption: they stand in that area and in no other."""
    return frozenset({*codes_of("adoption_status"), *codes_of("adoption_placement"), "E11", "E12", "RC1"})
