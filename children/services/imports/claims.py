"""Which decisions about the rows of a file cannot stand together?"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from itertools import chain

from children.importing.held_facts import NAME
from children.models import ImportRow, ImportRun
from safeguarding.exceptions import BadInput

from .repeats import numbered

D = ImportRow.Decision
# Decisions under which a row claims the UPN it carries.
_CLAIMS = (D.TAKE, D.TAKE_NEW, D.ADD_ADULT)
# Decisions that say of an adult of another name who that is.
_OF_AN_ADULT = (D.TAKE, D.ADD_ADULT, D.KEEP_HELD)


def refuse_claims_twice(run: ImportRun) -> None:
    """Raise `BadInput` where two rows would become the child with one UPN, change one child, or say two things of one
    adult.
    """
    taken = ImportRow.objects.filter(run=run, decision__in=_CLAIMS)
    for rows in _doubled(taken.exclude(upn="").values_list("upn", "number")):
        raise BadInput(
            f"Rows {rows} carry the same UPN. Use one of them, and leave the other out or add it without a UPN."
        )
    same_child = taken.filter(child__isnull=False).exclude(decision=D.TAKE_NEW)
    for rows in _doubled(same_child.values_list("child_id", "number")):
        raise BadInput(f"Rows {rows} are about the same child. Use one of them and leave the other out.")
    _refuse_names_twice(run)


def _refuse_names_twice(run: ImportRun) -> None:
    """An adult of brothers and sisters has one name: what is said of it in one row holds for the others."""
    about = ImportRow.objects.filter(run=run, decision__in=_OF_AN_ADULT, changes__contains=[{"field": NAME}])
    said: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    renamed: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in about.order_by("number"):
        for contact, name in _names(row):
            said[contact, name][row.decision].append(row.number)
            if row.decision == D.TAKE:
                renamed[contact][name].append(row.number)
    for answers in said.values():
        if len(answers) > 1:
            raise BadInput(
                f"Rows {numbered(chain(*answers.values()))} give one adult of brothers and sisters another name. Give "
                "each row the same answer: the same adult under a new name, another adult, or what Harbour has."
            )
    for names in renamed.values():
        if len(names) > 1:
            raise BadInput(
                f"Rows {numbered(chain(*names.values()))} would give one adult different names. Use one of them, and "
                "say in the other that it is another adult."
            )


def _names(row: ImportRow) -> Iterator[tuple[str, str]]:
    """The adults to whom a row would give another name, each the key of the contact with that name."""
    return ((change["contact"], change["now"]) for change in row.changes if change["field"] == NAME)


def _doubled(pairs: Iterable[tuple[Hashable, int]]) -> list[str]:
    """The numbers of the rows that have a key in common, a text for each key."""
    rows: dict[Hashable, list[int]] = defaultdict(list)
    for key, number in pairs:
        rows[key].append(number)
    return [numbered(numbers) for numbers in rows.values() if len(numbers) > 1]
