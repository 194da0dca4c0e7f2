"""Who is the child? The card that every member of staff of the school may find."""

from django.db import models

from safeguarding import personal_data
from safeguarding.accounts.models import School
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.personal_data import Retention, Source


class Child(models.Model):
    """A child's card: names, year and class. What else is known is in `ChildDetail`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="children")

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "self"
        source = Source.ADMISSION_FORM
        collection = "mandatory: the admission register (SI 2024/208)"
        retention = Retention.ROOT
