"""How does a row say that it was never true?"""

from django.db import models
from django.db.models import Q


class Correctable(models.Model):
    """A row that is ended where it was true until a day, and corrected where it never was.

    What was corrected stays on the record, marked, and is told to whoever asks for a copy; it is in no pack, no file
    to another school and no warning. It has ended too, so that whatever asks for what holds today passes it over.
    """

    corrected_at = models.DateTimeField("entered wrongly, corrected", null=True, blank=True)

    class Meta:
        abstract = True


def corrected_ends(name: str, last: str = "ends_on") -> models.CheckConstraint:
    """What was corrected has ended: it has a last day, the column `last`."""
    condition = Q(corrected_at=None) | Q(**{f"{last}__isnull": False})
    return models.CheckConstraint(condition=condition, name=f"corrected_{name}_ends")
