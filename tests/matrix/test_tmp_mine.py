"""temp"""
import pytest
from tests.matrix.test_matrix import POLICY
from tests.matrix.test_matrix import *  # noqa
from tests.matrix.test_matrix import Matrix
for _n in [n for n in dir() if n.startswith("test_")]:
    del globals()[_n]
from tests.matrix.test_gate import rows, test_neither_wall_lets_through_what_the_policy_keeps  # noqa

MINE = {"child_sharing", "begin_share", "call_outside", "share", "decide_share", "share_items", "sharing", "sharing_csv"}
BESIDE = {"concern", "child_chronology", "today", "referral", "child_people", "sharing_consent"}
WHO = {"deputy", "lead", "headteacher", "lead_parent", "subject", "trust_out", "alternate", "teacher", "pastoral_in"}
OF = {"open", "restricted", "hidden", "subject", "head", "two", "other", ""}


def test_mine(matrix: Matrix):
    cells = [c for c in matrix.cells() if c.person in WHO and c.record in OF and (c.page in MINE or (c.page in BESIDE and c.method == "GET" and c.person in ("lead", "deputy", "headteacher")))]
    print(len(cells))
    told = matrix.wrong(iter(cells))
    assert not told, told
