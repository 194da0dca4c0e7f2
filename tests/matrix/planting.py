"""Which canary stands in which field of which record? Read from the rows of the world, once it is laid."""

from collections.abc import Iterator
from typing import Any

from django.db import models

from children.models import (
    ContactLink,
    HouseholdMember,
    ImportRow,
)
from safeguarding.concerns.models import (
    EarlierPdf,
    EarlierRow,
    KeptText,
)
from tests.matrix.canaries import DERIVED, protected_fields


def plant(world: Any) -> None:
    """Note where each canary stands, as the database has it."""
    owner = _Owner(world)
    fields: dict[type[models.Model], list[str]] = {}
    for model, name in protected_fields():
        if (model._meta.label_lower, name) in DERIVED:
            continue
        fields.setdefault(model, []).append(name)
    for model, mine in fields.items():
        for row in model._base_manager.all():
            for name in mine:
                if (value := getattr(row, name)) not in (None, "", [], {}):
                    world.planted.note(model._meta.label_lower, name, value, owner.of(row))


class _Owner:
    """Which record of the policy a row belongs to."""

    def __init__(self, world: Any) -> None:
        names = {child.pk: name for name, child in world.children.items()}
        names |= {concern.pk: name for name, concern in world.concerns.items()}
        names |= {c.account.pk: name for name, c in world.concerns.items()}
        names |= world.sheets | world.again | {world.mistake: "mistake"}
        for name, keys in world.keys.items():
            names |= {
                keys[kind]: name
                for kind in ("draft", "run", "batch", "staff_concern", "filter", "supervision", "print")
                if kind in keys
            }
        shared: list[Iterator[tuple[Any, Any]]] = [
            ContactLink._base_manager.values_list("contact_id", "child_id").iterator(),
            HouseholdMember._base_manager.values_list("household_id", "child_id").iterator(),
        ]
        for pairs in shared:
            for key, child_id in pairs:
                # What the hidden child shares with another is as hidden as the child.
                if names.get(key) != "hidden":
                    names[key] = names[child_id]
        self.names = names

    def of(self, row: models.Model) -> str:
        if isinstance(row, ImportRow):
            return "hidden" if self.names.get(row.child_id) == "hidden" else self.names[row.run_id]
        if isinstance(row, EarlierRow | EarlierPdf):
            return "hidden" if self.names.get(row.child_id) == "hidden" else self.names[row.batch_id]
        for name in (
            "concern_id",
            "staff_concern_id",
            "account_id",
            "draft_id",
            "run_id",
            "child_id",
            "content_object_id",
            "keep_id",
            "pk",
        ):
            if (key := getattr(row, name, None)) in self.names and key is not None:
                return self.names[key]
        assert not isinstance(row, KeptText), row
        raise LookupError(f"{type(row).__name__} belongs to no record of the matrix")
