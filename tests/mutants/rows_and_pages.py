"""Which row or page of the access policy notices that a check is missing? Asked in one process, in the world of the
matrix: the rows first, then the pages. What each does, and the mutant, is taken back.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import sha256
from itertools import chain
from typing import Any
from unittest.mock import patch

import pytest
from django.apps import apps

from tests import proof
from tests.integration import test_facts, test_row_security
from tests.integration.test_two_walls import OPINIONS, compare
from tests.matrix.asking import Matrix, taken_back
from tests.matrix.policy import REFUSALS, Cell
from tests.matrix.test_gate import ASKING, Rows, asked_of
from tests.mutants.applying import applied
from tests.mutants.forking import Tell
from tests.mutants.listing import Mutant

# Its name, which begins with its file, and a function that raises where something is wrong.
Witness = tuple[str, Callable[[], Any]]
WORLDS = range(12)
OF_CONFLICTS: tuple[Any, ...] = (
    test_row_security.test_the_lead_who_is_a_parent_has_no_row_about_her_child_whatever_else_she_holds,
    test_row_security.test_the_family_and_the_home_of_a_hidden_child_are_hidden_also_where_no_adult_lives_in_it,
)
# So many cells of the matrix at most: in an order by chance, in which each page comes early.
CELLS = 300


@dataclass
class RowsAndPages:
    """The witnesses in the world of the matrix. `rows`: every protected row of it."""

    matrix: Matrix
    rows: Rows
    # What objects to Harbour as it is, and so says nothing about a mutant.
    _objecting: set[str] = field(default_factory=set)

    def noticed(self, mutant: Mutant, before: str, tell: Tell) -> str:
        """The first witness that objects to the mutant, and not to Harbour as it is; else an empty text.

        `before`: what noticed it the last time, which is asked first. Each is told before it is asked.
        """
        with patch.dict(os.environ, {"ONE_WALL": "1"} if mutant.one_wall else {}):
            while True:
                with self._taken_back(), applied(mutant):
                    found = next((one for one in self._asked(mutant, before, tell) if _objects(one)), None)
                if found is None:
                    return ""
                with self._taken_back():
                    if not _objects(found):
                        return found[0]
                self._objecting.add(found[0])

    @contextmanager
    def _taken_back(self) -> Iterator[None]:
        try:
            with taken_back(), self.matrix.without_frames():
                yield
        finally:
            proof.violations.clear()
            self.matrix.forget()

    def _asked(self, mutant: Mutant, before: str, tell: Tell) -> Iterator[Witness]:
        for witness in self._witnesses(mutant, before):
            if witness[0] not in self._objecting:
                tell(("asks", witness[0]))
                yield witness

    def _witnesses(self, mutant: Mutant, before: str) -> Iterator[Witness]:
        """All that can be asked here: first what noticed it the last time, then the quickest."""
        everybody = chain(self._gate(mutant), _small_worlds(mutant), _worlds(mutant), self._pages(mutant))
        if before.startswith(("docs", "tests/matrix", "tests/integration/test_")):
            yield from sorted(everybody, key=lambda witness: witness[0] != before)
        else:
            yield from everybody

    def _gate(self, mutant: Mutant) -> Iterator[Witness]:
        """The rows of the models that it guards, at either wall."""

        def ask(person: str) -> None:
            user = self.matrix.world.people[person]
            for label in mutant.models:
                wrong, _ = asked_of([apps.get_model(label)], person, user, self.rows)
                assert not wrong, wrong

        # In another order than that of the file: those with most rights, who notice least, stand together there.
        for person in sorted(ASKING, key=_by_chance) if mutant.models else ():
            yield f"tests/matrix/test_gate.py: {person}", partial(ask, person)

    def _pages(self, mutant: Mutant) -> Iterator[Witness]:
        """Cells of its pages. What must be refused comes first: that is where most are noticed."""
        expected = self.matrix.policy.expected

        def ask(cell: Cell) -> None:
            wrong = self.matrix.ask(cell)
            assert not wrong, wrong

        asked = [cell for page in mutant.pages for cell in self._cells.get(page, ())]
        if mutant.kind in ("fact", "rule"):
            asked = [cell for cell in asked if expected(cell) in ("not_there", "shown")]
        ordered = sorted(asked, key=lambda cell: _by_chance(str(cell)))
        # Half of them are refusals, as long as there are.
        refused = [cell for cell in ordered if expected(cell) in REFUSALS]
        others = [cell for cell in ordered if expected(cell) not in REFUSALS]
        for cell in [*refused[: CELLS // 2], *others, *refused[CELLS // 2 :]][:CELLS]:
            yield f"docs/policy.yaml: {cell}", partial(ask, cell)

    @cached_property
    def _cells(self) -> dict[str, list[Cell]]:
        """The cells of each page."""
        found: dict[str, list[Cell]] = {}
        for cell in self.matrix.policy.cells(self.matrix.world.keys):
            found.setdefault(cell.page, []).append(cell)
        return found


def _objects(witness: Witness) -> bool:
    """Whether it finds something wrong; what it did to the database is taken back."""
    with taken_back():
        try:
            witness[1]()
        except NameError:
            raise  # of a mutant that is no code, and says nothing about a test
        except (Exception, pytest.fail.Exception):  # a query that breaks is noticed as well
            return True
    return False


def _small_worlds(mutant: Mutant) -> Iterator[Witness]:
    """Tests of facts and of conflicts of interest, each with a world of its own, which can be asked in this process."""
    if mutant.kind in ("fact", "rule"):
        of_facts = [test for name, test in vars(test_facts).items() if name.startswith("test_")]
        for test in (*of_facts, *OF_CONFLICTS):
            yield f"{test.__module__.replace('.', '/')}.py::{test.__name__}", test


def _worlds(mutant: Mutant) -> Iterator[Witness]:
    """Random worlds, where they have rows that it guards."""
    if {model._meta.label_lower for model in OPINIONS} & {*mutant.models}:
        for seed in WORLDS:
            told = f"tests/integration/test_two_walls.py: world {seed}"
            yield told, partial(compare, seed, walls_alone=True)


def _by_chance(text: str) -> str:
    return sha256(text.encode()).hexdigest()
