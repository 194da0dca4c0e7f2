"""How does the database hold that when something was done and who did it are one fact?"""

from django.db import models
from django.db.models import Q


def in_pairs(fact: str, *, name: str) -> models.CheckConstraint:
    """`<fact>_at` and `<fact>_by` are both there or neither is. `name` is that of the constraint."""
    at, by = f"{fact}_at", f"{fact}_by"
    return models.CheckConstraint(
        condition=Q(**{at: None, by: None}) | Q(**{f"{at}__isnull": False, f"{by}__isnull": False}), name=name
    )
