"""Does a field of each type hold a canary that is found again?"""

from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models

from safeguarding.sealing.fields import SealedJSON, SealedText
from tests.matrix.canaries import Planted, Words
from tests.matrix.declared import canary


@pytest.mark.parametrize(
    "field",
    [
        SealedText(),
        SealedJSON(),
        models.CharField(max_length=20),
        models.TextField(),
        models.EmailField(),
        models.DateField(),
        models.DateTimeField(),
        ArrayField(models.CharField(max_length=20)),
    ],
    ids=lambda field: type(field).__name__,
)
def test_each_type_of_field_holds_a_canary(field: Any):
    planted, word = Planted(), Words()
    for record in ("open", "closed"):
        planted.note("visits.homevisit", "seen", canary(field, word), record, "concern")
    assert sorted(planted.places.values(), key=str) == [{("closed", "concern")}, {("open", "concern")}]


@pytest.mark.parametrize("field", [models.IntegerField(), models.CharField(max_length=9, choices=[("a", "A")])])
def test_what_can_hold_none_says_so(field: Any):
    with pytest.raises(LookupError, match=r"world\.py"):
        canary(field, Words())
