"""Does what is said of the rows of a list take what the rows take, and not their square?"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from children.models import ImportRow
from children.services.imports import claims, repeats

N = 60


def cost(work: Callable[[], Any]) -> int:
    """The steps that Python takes, and the letters of what is said: neither depends on the machine."""
    steps = 0

    def follow(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal steps
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return follow

    before = sys.gettrace()
    sys.settrace(follow)
    try:
        said = work()
    finally:
        sys.settrace(before)
    return steps + len(str([getattr(one, "problems", one) for one in said]))


def rows(number: int) -> list[ImportRow]:
    """Rows of which no two say the same."""
    said = ({"upn": "A356999925001", "forename": f"Rowan{n}", "class_name": "3A"} for n in range(number))
    return [ImportRow(number=n, kind="joins", facts=facts) for n, facts in enumerate(said)]


@pytest.mark.parametrize(
    "work",
    [
        lambda many: list(repeats._judge(rows(many), "twice")),
        lambda many: list(repeats._judge_former(rows(many))),
        lambda many: claims._doubled([(n // 2, n) for n in range(many)]),
        lambda many: claims._doubled([("the same", n) for n in range(many)]),
    ],
    ids=["one_upn", "one_former_upn", "two_rows_each", "all_rows"],
)
def test_four_times_the_rows_take_four_times_as_much(work: Callable[[int], Any]):
    assert cost(lambda: work(4 * N)) < 6 * cost(lambda: work(N))
