"""What has somebody prepared for a meeting about a child? The words of the two pages that nobody else can gather."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from children.models import Child, OfChild
from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .kinds import KCSIE


class Brief(OfChild):
    """One for each child and author.

    What it gathers beside these words is read anew each time it is shown or printed.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="briefs")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    worries = SealedText("what worries us", blank=True)
    works = SealedText("what works", blank=True)
    asks = SealedText("what we ask", blank=True)
    # Keys of the accounts from which the child's own words are taken.
    words = ArrayField(models.UUIDField(), default=list, blank=True)
    saved_at = models.DateTimeField(db_default=Now())
    # Counts saves, so that a second window of the same author does not take the place of the first.
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("child", "author", name="one_brief_of_an_author")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("worries", "works", "asks")
        plain = ("words", "saved_at", "revision")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
        links = {"words": Link.EMPTIES}
