"""Who told the school what it has written on a child's record?"""

from django.db import models


class ToldBy(models.TextChoices):
    """The one list: of a change by hand, of what protects a child, and of what came with a list of children."""

    FAMILY = "family", "Child, parent or carer"
    DOCUMENT = "document", "A document was seen"
    SYSTEM = "system", "Our own system"
    REQUEST = "request", "A request to correct the record"
    AUTHORITY = "authority", "Local authority or social care"
    HEALTH = "health", "Health service"
    SCHOOL = "school", "Another school"
    STAFF = "staff", "A colleague"
