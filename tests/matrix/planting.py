"""Which canary stands in which field of which record? Read from the rows of the world, once it is laid.

What the world has no row of is laid here, from its declaration (`declared.py`).
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import models

from children.models import ContactLink, HouseholdMember
from safeguarding.audit.history import is_protected
from tests.matrix.canaries import fields_to_plant
from tests.matrix.declared import lay_declared
from tests.matrix.ground import RECORDS
from tests.matrix.parts import part_of_row, way_of

CHILD = "children.child"


def plant(world: Any) -> None:
    """Lay what the world has no row of, and note where each canary stands, as the database has it."""
    owner = Owner(world)
    lay_declared(world, owner.of)
    for model, mine in fields_to_plant().items():
        for row in model._base_manager.all():
            for name in mine:
                if (value := getattr(row, name)) not in (None, "", [], {}):
                    world.planted.note(model._meta.label_lower, name, value, owner.of(row), part_of_row(model, row))


class Owner:
    """Which record of the policy a row belongs to: found by its links, as far as they lead to a key of the world."""

    def __init__(self, world: Any) -> None:
        # What fills the addresses of one record alone is of that record.
        keys = Counter(key for record in RECORDS for key in {*world.keys[record].values()} if isinstance(key, UUID))
        names = {key: record for record in RECORDS for key in world.keys[record].values() if keys[key] == 1}
        names |= {world.mistake: "mistake"}
        shared: list[Iterator[tuple[Any, Any]]] = [
            ContactLink._base_manager.values_list("contact_id", "child_id").iterator(),
            HouseholdMember._base_manager.values_list("household_id", "child_id").iterator(),
        ]
        self.shared = set()
        for pairs in shared:
            for key, child_id in pairs:
                self.shared.add(key)
                # What the hidden child shares with another is as hidden as the child.
                if names.get(key) != "hidden":
                    names[key] = names[child_id]
        self.names = names

    def of(self, row: models.Model) -> str:
        """The record. What hangs on a concern and on a child is of the concern, but of the hidden child in any case."""
        if row.pk in self.names:
            return self.names[row.pk]
        links = self._links(row)
        ends = {field.name: self.names[key] for field, key in links if key in self.names}
        if ends.get(way_of(type(row))) == "hidden":
            return "hidden"
        if ends:
            return next(iter(ends.values()))
        if links:
            return self.of(getattr(row, links[0][0].name))
        raise LookupError(f"{type(row).__name__} belongs to no record of the matrix")

    def _links(self, row: models.Model) -> list[tuple[Any, Any]]:
        """The links of a row to protected records with their keys, the narrowest first: a concern, a child, an adult
        whom children share. Of those that are alike the declared one.
        """
        links = [
            (field, key)
            for field in row._meta.concrete_fields
            if field.is_relation
            and (key := getattr(row, field.attname)) is not None
            and is_protected(field.related_model)
        ]

        def width(link: tuple[Any, Any]) -> tuple[bool, bool, bool]:
            field, key = link
            is_of_a_child = field.related_model._meta.label_lower == CHILD
            return key in self.shared, is_of_a_child, field.name != way_of(type(row))

        return sorted(links, key=width)
