"""Does the world of the matrix hold a canary in every field that must not get out?"""

from tests.matrix.canaries import DERIVED, PARTS, protected_fields
from tests.matrix.world import World


def test_every_protected_field_holds_a_canary(world: World):
    wanted = {(model._meta.label_lower, name) for model, name in protected_fields()}
    assert wanted - world.planted.filled - set(DERIVED) == set()


def test_every_protected_model_is_part_of_a_record():
    assert {model._meta.label_lower for model, _ in protected_fields()} - set(PARTS) == set()
