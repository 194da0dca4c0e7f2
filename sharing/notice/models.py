"""What does a school say of itself in its privacy notice, and which versions of it has it published?

No row holds anything about a person: a notice is for everybody to read.
"""

from typing import ClassVar

from django.db import models

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.keys import uuid7
from safeguarding.personal_data import Kept, Retention, Source

# The work that lays versions out, and looks whether they are true.
TASK = "privacy notices"


class NoticeDetails(models.Model):
    """What no record knows and the notice has to say: how the office and the data protection officer are reached, where
    Harbour runs, where paper is kept. One row a school.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.OneToOneField(School, on_delete=models.PROTECT, related_name="+")
    office_email = models.EmailField("e-mail of the school office", blank=True)
    office_address = models.CharField("postal address of the school", max_length=300, blank=True)
    # A service or an office, and no name of a person.
    officer = models.CharField("data protection officer: service or office", max_length=160, blank=True)
    officer_email = models.EmailField("e-mail of the data protection officer", blank=True)
    officer_telephone = models.CharField("telephone of the data protection officer", max_length=40, blank=True)
    server = models.CharField("where Harbour runs", max_length=300, blank=True)
    paper = models.CharField("where paper is kept", max_length=300, blank=True)
    guidance_page = models.URLField("page about rights on the school’s website", blank=True)
    # Counts saves, so that the second of two people sees that the first has changed something.
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "detail of the privacy notice"
        verbose_name_plural = "details of the privacy notice"

    class PersonalData(personal_data.PersonalData):
        plain = (
            "office_email",
            "office_address",
            "officer",
            "officer_email",
            "officer_telephone",
            "server",
            "paper",
            "guidance_page",
            "revision",
        )
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        """What it is called where a change of it is told."""
        return "Privacy notice"


class PrivacyNotice(models.Model):
    """One version of the notice, word for word as it was published. Never changed: a new version follows it.

    `sections` is a list of `{"key", "title", "blocks": [{"kind", "caption", "heads", "lines"}]}`; `facts` what it rests
    on, by key (`safeguarding/privacy_notice.py`); `added` and `removed` are pairs of a section's title and a line.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    token = models.UUIDField(unique=True)
    sections = models.JSONField()
    facts = models.JSONField()
    added = models.JSONField(default=list)
    removed = models.JSONField(default=list)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "version of the privacy notice"
        verbose_name_plural = "versions of the privacy notice"
        constraints: ClassVar = [models.UniqueConstraint("school", "version", name="privacy_notice_version_once")]

    class PersonalData(personal_data.PersonalData):
        plain = ("version", "token", "sections", "facts", "added", "removed", "published_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.TOLD


class NoticePaper(models.Model):
    """A version as a tagged PDF, laid out once and kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    notice = models.OneToOneField(PrivacyNotice, on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField()
    made_at = models.DateTimeField()

    class PersonalData(personal_data.PersonalData):
        plain = ("content", "made_at")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.TOLD
