"""Does each page keep to its `queries` in `docs/policy.yaml`? Also where a school has a hundred rows of everything.

`make soak` asks of a thousand. There each page that is shown is asked once, about the record that has them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
from django.db import transaction

from safeguarding.accounts.models import School
from safeguarding.audit.protection import protected_models
from safeguarding.concerns.services import chronology_on_paper
from safeguarding.sealing.models import KEYS
from tests.matrix.asking import Matrix, taken_back
from tests.matrix.many import NOT_COPIED, Growth
from tests.matrix.policy import Cell, Policy, read
from tests.matrix.queries import counted, too_many
from tests.matrix.world import World

POLICY = read()
# Of which there is no more, each with its reason.
_WHOSE = "given to somebody: whoever else has it does not ask here"
_GONE = "the world has none: it is done with, and gone"
ONCE = {
    "audit.logentry": "what a field was before: of rows that are copied nothing was changed",
    "children.childgrant": _WHOSE,
    "children.childteamgrant": _GONE,
    "children.columnmapping": "hangs on no record of the matrix",
    "children.emergencyaccess": "over as soon as it begins, on the day of the world",
    "children.importpart": _GONE,
    "children.sibling": "of two children there is one",
    "concerns.chronicled": "the tables of the entries keep it",
    "concerns.concerngrant": _WHOSE,
    "concerns.concernsubject": "one for each member of staff",
    "concerns.handover": _GONE,
    "concerns.stepup": _GONE,
    "plans.attendancefile": "of no one record",
    "plans.attendanceyear": "one for each school year",
    "printing.printjob": NOT_COPIED["printing.printjob"],
    "requests.bundlevolume": "numbered as many as there are",
    "retention.mark": "one that stands for each sign",
    "retention.retentiondate": "worked out by a task, from what is there",
    "training.guidanceread": "one for each member of staff",
    "transfers.filesending": "one for each decision to share",
    "transfers.filevolume": "numbered as many as there are",
}
# Pages that are not asked here, each with its reason.
_EACH = "an event for each record that is handed out"
NOT_ASKED = {
    "child_merge": "tries out what a merge would do to each row and each child of the family",
    "child_plans": "a question for each open plan of a child in care, who has one",
    "concern": "an event for each file that it shows",
    "family_chronology": _EACH,
    "family_paper": _EACH,
    "family_print": "asks about each child of the family",
    "plans_paper": _EACH,
    "privacy_notice_paper": "of the last version, which was put on paper when it was published: a copy was not",
}


@pytest.fixture(scope="module")
def matrix(world: World) -> Iterator[Matrix]:
    yield Matrix(world, POLICY)


def shown_once(policy: Policy, cells: Iterable[Cell]) -> list[Cell]:
    """Of each page that is shown one cell: by the lead and about "open", as far as the policy lets her see that."""

    def far(cell: Cell) -> tuple[bool, bool, bool]:
        return cell.person != "lead", cell.record not in ("", "open"), cell.method != "GET"

    chosen: dict[str, Cell] = {}
    for cell in sorted(cells, key=far):
        if cell.page not in NOT_ASKED and policy.expected(cell) == "shown":
            chosen.setdefault(cell.page, cell)
    return list(chosen.values())


@pytest.mark.parametrize("many", [100, pytest.param(1000, marks=pytest.mark.soak(part="matrix"))])
def test_pages_keep_their_queries_with_many_rows_more(matrix: Matrix, monkeypatch: pytest.MonkeyPatch, many: int):
    # As many entries as this are put on paper by the worker.
    monkeypatch.setattr(chronology_on_paper, "AT_ONCE", 100 * many)
    with taken_back(), transaction.atomic(using=KEYS):
        growth = Growth(matrix.world, many)
        growth.grow()
        told = matrix.wrong(shown_once(POLICY, matrix.cells()))
        transaction.set_rollback(True, using=KEYS)
    few = {label for model in protected_models() if growth.laid[label := model._meta.label_lower] < many}
    assert few == ONCE.keys(), {label: growth.refused.get(label) for label in few ^ ONCE.keys()}
    assert not told, told


def test_page_that_asks_more_than_its_line_is_named(matrix: Matrix, monkeypatch: pytest.MonkeyPatch):
    """So is one that is shown and has no line. Of those that keep to it nothing is said."""
    lines = {page: POLICY.pages[page] for page in ("help", "inbox", "my_actions")}
    strict = {**lines, "help": lines["help"] | {"queries": 1}, "inbox": lines["inbox"] | {"queries": None}}
    monkeypatch.setattr(matrix, "policy", Policy({**POLICY.said, "pages": strict}))
    told = matrix.wrong(Cell(page, "GET", "lead") for page in lines).splitlines()
    assert [re.sub(r"\d+ times.*line in", "… times …", line).partition(";")[0] for line in told] == [
        "GET help - by lead: asks the database … times … docs/policy.yaml has queries: 1",
        "GET inbox - by lead: asks the database … times … docs/policy.yaml has no `queries`",
    ]


def test_what_is_asked_for_each_row_is_told_with_its_statement():
    asked = Counter({"SELECT 1": 1, "SELECT  name\nFROM children_child WHERE id = %s": 100})
    assert too_many(asked, 101) == ""
    assert too_many(asked, 28).endswith("queries: 28; 100 times SELECT name FROM children_child WHERE id = %s")


def test_savepoints_are_no_questions(matrix: Matrix):
    with taken_back(), counted() as asked, transaction.atomic():
        School.objects.get(pk=matrix.world.here.pk)
    assert asked.total() == 1
