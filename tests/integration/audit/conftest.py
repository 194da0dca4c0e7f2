"""What the tests of the read gate share: a staffroom."""

import pytest

from tests import factories


@pytest.fixture
def cast():
    return factories.staffroom()
