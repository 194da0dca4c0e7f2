"""Many more schools than `make test` has time for: can the solver work out a small number of any of them?"""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.unit.governors.reading import narrowed
from tests.unit.governors.schools import School
from tests.unit.governors.test_suppression import schools

pytestmark = pytest.mark.soak(part="walls", may_fail="Its rule of suppression is replaced by later work on figures.")
SCHOOLS = 600


def test_nothing_hidden_can_be_narrowed_in_six_hundred_schools(figures: dict[str, Any]):
    told = {"reports": 0, "two_way": 0}

    @given(school=schools())
    @settings(
        max_examples=SCHOOLS,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def each(school: School) -> None:
        assert narrowed(school) == []
        told["reports"] += len(school.published)
        made = [cell for report in school.published for cell in report.cells]
        told["two_way"] += any(cell.table == "by-phase" and cell.row == "all" for cell in made)

    each()
    # The proof is worth something only where the table of two ways is shown.
    assert told["two_way"] > SCHOOLS / 20
    figures |= {"schools": SCHOOLS, "narrowed": 0, **told}
