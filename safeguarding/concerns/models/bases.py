"""What every record that hangs on a concern has: its key, the concern, and the school, so that rules need no joins."""

from django.db import models

from safeguarding.accounts.models import School
from safeguarding.audit.protection import Protected

from .concern import Concern
from .kinds import key


class OfConcern(models.Model):
    """A record of a concern. Its `PersonalData` says `subject = "concern__children"` and `sealed_by = "concern"`."""

    id = key()
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class Meta:
        abstract = True
