"""Whose keys open the words of a hold, or of a reason on a list? The child's, else the school's."""

from collections.abc import Collection, Mapping
from uuid import UUID

from safeguarding.sealing.subjects import Subject, wrapped_for

from .models import ItemReason, LegalHold


def _of_holds(keys: Collection[UUID]) -> Mapping[UUID, Collection[Subject]]:
    rows = LegalHold._base_manager.filter(pk__in=keys).values_list("pk", "child_id", "school_id")
    return {key: [whose(child, school)] for key, child, school in rows}


def _of_reasons(keys: Collection[UUID]) -> Mapping[UUID, Collection[Subject]]:
    rows = ItemReason._base_manager.filter(pk__in=keys).values_list("pk", "child_id", "school_id")
    return {key: [whose(child, school)] for key, child, school in rows}


def whose(child: UUID | None, school: UUID) -> Subject:
    """The child where there is one, else the school."""
    return Subject.child(child) if child else Subject.school(school)


wrapped_for(LegalHold._meta.label_lower, _of_holds)
wrapped_for(ItemReason._meta.label_lower, _of_reasons)
