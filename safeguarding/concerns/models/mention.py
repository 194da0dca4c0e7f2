"""Which other children do the words of a concern mention?"""

from django.db import models

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .concern import Concern
from .kinds import KCSIE


class Mention(models.Model):
    """A child whom an account, an addition or a note mentions (`children/mentions.py`).

    The words are sealed, so nothing finds the child in them; this row does. Unlike a `ConcernChild` it gives nobody a
    reason to read, and holds up nothing but the destruction of a record with nothing on it. It hides the concern from
    who must see nothing of that child. While the child has a role in the concern, that counts in its place.
    """

    # Made of the row with the words and of the child: sent twice, it is one.
    id = models.UUIDField(primary_key=True, editable=False)
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="mentions")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    child_key = models.UUIDField("key of the child")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField("mentioned")
    reason = SealedText("why it is another child", blank=True)
    taken_off_at = models.DateTimeField("taken off", null=True, blank=True)
    taken_off_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        constraints = [in_pairs("taken_off", name="mention_taken_off_in_pairs")]
        indexes = [models.Index(fields=["child_key"], include=["concern", "taken_off_at"], name="mention_child")]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        record = "concern"
        sealed_by = "concern"
        narrative = ("reason",)
        plain = ("child_key", "said_at", "taken_off_at")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
        links = {"child_key": Link.ENDS}
