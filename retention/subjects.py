"""Whose keys open the words of a hold? The child's, or the school's where it holds the school."""

from collections.abc import Collection, Mapping
from uuid import UUID

from safeguarding.sealing.subjects import Subject, wrapped_for

from .models import LegalHold


def _of_holds(keys: Collection[UUID]) -> Mapping[UUID, Collection[Subject]]:
    rows = LegalHold._base_manager.filter(pk__in=keys).values_list("pk", "child_id", "school_id")
    return {key: [Subject.child(child) if child else Subject.school(school)] for key, child, school in rows}


wrapped_for(LegalHold._meta.label_lower, _of_holds)
