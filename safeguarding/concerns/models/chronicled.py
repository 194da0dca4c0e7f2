"""Where does every entry of a chronology stand, and when did it happen?"""

from django.db import models

from children.models import Child
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.personal_data import Link, Retention, Source

from .concern import Concern
from .earlier import EarlierBatch


class Chronicled(models.Model):
    """The place of one entry: its source and the key of its row, the concern it hangs on or the child it belongs to.

    Kept by the database itself, beside each row (`safeguarding/chronicling.py`), and by nobody else: it goes when the
    row goes. So it has no constraints of its own, and one that is left over would lead nowhere.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=20)
    row = models.UUIDField()
    moment = models.DateTimeField()
    school = models.ForeignKey(
        School, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    concern = models.ForeignKey(
        Concern, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    child = models.ForeignKey(
        Child, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    # Who sees it for having written it: notes and plans below the threshold.
    author = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    # Of an earlier system's records: withdrawn, nobody sees them.
    batch = models.ForeignKey(
        EarlierBatch, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    # What the rule of its record asks beside these: a short code, such as a kind of plan.
    readers = models.CharField(max_length=20, blank=True, default="", db_default="")

    # The record of its own app that it belongs to, such as a plan: hidden with it.
    origin = models.UUIDField(null=True)

    objects = Protected()

    class Meta:
        constraints = [models.UniqueConstraint("row", "source", name="chronicled_once")]
        indexes = [
            models.Index("concern", "moment", condition=models.Q(concern__isnull=False), name="chronicled_of_concern"),
            models.Index("child", "moment", condition=models.Q(child__isnull=False), name="chronicled_of_child"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("source", "row", "moment", "readers", "origin")
        record = "concern"
        source = Source.HARBOUR
        retention = Retention.GOES_WITH_IT
        links = {"child": Link.ENDS, "row": Link.ENDS, "origin": Link.ENDS}
