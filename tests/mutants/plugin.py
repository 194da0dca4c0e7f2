"""A run of tests as one mutant, named by `MUTANT`: `pytest -p tests.mutants.plugin …`."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _mutant(_watched: None) -> Iterator[None]:
    from tests.mutants.applying import applied
    from tests.mutants.listing import mutants

    [mutant] = [m for m in mutants() if m.name == os.environ["MUTANT"]]
    with applied(mutant):
        yield
