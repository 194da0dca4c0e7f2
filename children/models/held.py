"""What does the school's own system say where the school has changed something here by hand?"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.personal_data import Retention, Source

from .child import OfChild
from .family import Contact


class HeldFact(OfChild):
    """A fact of which Harbour keeps something else than the school's own system, and what the list last said of it.

    It is there from a change by hand, or from a decision to keep what Harbour has, until both say the same. While it
    is, a list that repeats itself changes nothing. One about an adult holds for every child of that adult; `child` is
    the one on whose record it was changed.
    """

    # As it is called in `importing.differences.LABELS`.
    field = models.CharField("fact", max_length=30)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # As the facts of a row are written; empty where no list has said anything yet. Of an adult who was added and ended
    # here with `unlisted`, until a list names the adult.
    said = models.JSONField("what the school’s own system says", default=str, blank=True)
    held_at = models.DateTimeField()
    # Nobody where the machine took a list.
    held_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    # It ends when both say the same.
    web_may_delete = True

    class Meta:
        # Of adults whom the list names, and Harbour does not, there may be several.
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["child", "field"], condition=Q(contact=None) & ~Q(field="adult"), name="held_once_of_child"
            ),
            models.UniqueConstraint(
                fields=["child", "field", "contact"], condition=~Q(field="adult"), name="held_once_of_adult"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["school", "field"], name="held_of_school")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        identifying = ("said",)
        plain = ("field", "held_at")
        source = Source.SCHOOL
        collection = "mandatory: what the school holds must be accurate (UK GDPR Art 5(1)(d))"
        retention = Retention.GOES_WITH_IT
