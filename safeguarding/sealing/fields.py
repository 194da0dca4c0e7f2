"""How is free text about a person kept? As a sealed field, so that destroying its key destroys every copy.

For now the text passes through as it is. The type is here so that every narrative already goes through one door: the
encryption of design section 6 changes this file, no model and no caller.
"""

from django.db import models


class Sealed(models.Field):  # type: ignore[type-arg]
    """Marks a field whose content is a narrative about a person."""

    sealed = True


class SealedText(Sealed, models.TextField):
    """A narrative: an account, a child's words, a reason, a note."""


class SealedJSON(Sealed, models.JSONField):
    """A narrative with parts, such as a draft of a form."""
