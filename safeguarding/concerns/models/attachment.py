"""Which files belong to a concern, or to something that is done about it?"""

from django.db import models

from safeguarding import personal_data
from safeguarding.addresses import address_of
from safeguarding.personal_data import Retention, Source
from safeguarding.uploads.models import NARRATIVE, PLAIN, StoredFile

from .concern import Concern
from .kinds import KCSIE
from .lead import Action
from .meeting import Meeting


class Attachment(StoredFile):
    """A file that a reporter or a lead attached to a concern, or whoever carries out an action attached to that, or
    that belongs to a meeting.
    """

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="attachments")
    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True, blank=True, related_name="attachments")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="attachments")

    nav = "concerns"

    class Meta(StoredFile.Meta):
        indexes = [models.Index(fields=["concern", "attached_at"], name="attachment_of_concern")]

    def get_absolute_url(self) -> str:
        if self.meeting_id:
            return f"{address_of('meeting', self.meeting_id)}#files"
        return f"{address_of('concern', self.concern_id)}#files"

    @property
    def belongs_to(self) -> str:
        return self.concern.reference

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = NARRATIVE
        plain = PLAIN
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
