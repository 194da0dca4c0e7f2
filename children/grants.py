"""What is a need-to-know grant? A permission of django-guardian on one record, with who gave it, why, and until when.

The one module that knows django-guardian. Of the library Harbour uses the permission models with a foreign key to the
record; its helpers are not called anywhere, because they count inactive people, superusers and grants that have run out
(`shared/security.md` 2.1). Whether a grant is live is asked by the facts in the schema `rules`.
"""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from safeguarding.sealing.fields import SealedText

# A grant is given for a time and given again when it is still needed (a setting of Harbour, not law).
LONGEST = timedelta(days=366)


class Given(models.Model):
    """Why access was given, by whom and until when; and if it was withdrawn before, by whom."""

    reason = SealedText("reason")
    expires_on = models.DateField("last day")
    granted_at = models.DateTimeField(db_default=Now())
    granted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = SealedText("reason for withdrawing it", blank=True)

    class Meta:
        abstract = True

    def is_live(self, on: date) -> bool:
        """Whether it opens anything on a day."""
        return self.ended_at is None and self.expires_on >= on


class PersonGrant(Given, UserObjectPermissionBase):
    """Access of one person to one record. The record is `content_object`, as django-guardian wants it."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    objects = models.Manager()  # type: ignore[assignment, misc]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"grant:{self.pk}"

    @property
    def holder_name(self) -> str:
        """Who was given it, as a page says."""
        return self.user.full_name


class TeamGrant(Given, GroupObjectPermissionBase):
    """Access of the members of one team to one record, while they are its members."""

    objects = models.Manager()  # type: ignore[assignment, misc]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"grant:{self.pk}"

    @property
    def holder_name(self) -> str:
        """Which team was given it, as a page says."""
        title: str = self.group.title  # type: ignore[attr-defined]
        return title


def ended_in_pairs(name: str) -> models.CheckConstraint:
    """A grant that was withdrawn says by whom."""
    return models.CheckConstraint(
        condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False), name=name
    )


def runs_forward(name: str) -> models.CheckConstraint:
    """A grant ends after it was given."""
    return models.CheckConstraint(condition=Q(expires_on__gte=F("granted_at__date")), name=name)


def viewing(model: type[models.Model]) -> Permission:
    """The permission to view records of `model`: the one right that a grant of Harbour gives."""
    found: Any = Permission.objects.get_by_natural_key(
        f"view_{model._meta.model_name}", model._meta.app_label, model._meta.model_name or ""
    )
    return found  # type: ignore[no-any-return]
