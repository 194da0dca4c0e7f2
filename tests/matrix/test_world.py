"""Does the world of the matrix hold a canary in every field that must not get out?"""

import pytest

from safeguarding.accounts.models import User
from tests.matrix.canaries import DERIVED, protected_fields
from tests.matrix.parts import PARTS, hangs_on, part_of
from tests.matrix.policy import read
from tests.matrix.world import World


def test_every_protected_field_holds_a_canary(world: World):
    wanted = {(model._meta.label_lower, name) for model, name in protected_fields()}
    assert wanted - world.planted.filled - set(DERIVED) == set()


def test_every_protected_model_is_part_of_a_record():
    seen = {part for line in read().said["sees"] for part in line["parts"]}
    assert {part_of(model) for model, _ in protected_fields()} - seen == set()


def test_no_part_is_said_that_is_derived(monkeypatch: pytest.MonkeyPatch):
    """A model whose part is that of the record it hangs on needs no line."""
    for model, _ in protected_fields():
        label = model._meta.label_lower
        if (said := PARTS.get(label)) is None or hangs_on(model) in (None, User):
            continue
        with monkeypatch.context() as patch:
            patch.delitem(PARTS, label)
            assert part_of(model) != said, label
