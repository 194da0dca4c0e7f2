"""Publish a version of the notice: word for word what somebody has read as its draft."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability, only_they
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.privacy_notice import Asked
from sharing.notice.models import PrivacyNotice
from sharing.notice.verbs import NoticeVerb

from .drafting import compared, drafted

PUBLISHERS = only_they(Capability.MANAGE_SCHOOL, "of this school can publish its privacy notice")


def newest(school_id: UUID) -> PrivacyNotice | None:
    """The version that everybody reads. One query."""
    return PrivacyNotice.objects.filter(school=school_id).select_related("school").order_by("-version").first()


def versions(school_id: UUID) -> list[PrivacyNotice]:
    """Every version without its words, the newest first."""
    rows = PrivacyNotice.objects.filter(school=school_id).select_related("published_by")
    return list(rows.defer("sections", "facts").order_by("-version"))


def version_of(notice_id: UUID) -> PrivacyNotice | None:
    """One version, of whichever school."""
    return PrivacyNotice.objects.filter(pk=notice_id).select_related("school", "published_by").first()


def school_of(school_id: UUID) -> School | None:
    """The school with this key."""
    return School.objects.filter(pk=school_id).first()


@transaction.atomic
def publish_notice(*, school: School, token: UUID, seen: str, by: User, at: datetime | None = None) -> PrivacyNotice:
    """Publish the draft whose digest is `seen`. The same form again publishes it once.

    Raises `NotAllowed`, `BadInput` while something has still to be filled in, `ChangedSince` where the draft has
    changed since it was read, `OutOfTurn` where it says what the published one says.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, PUBLISHERS)
    held = School.objects.select_for_update(no_key=True).get(pk=school.pk)
    if there := PrivacyNotice.objects.filter(token=token, school=held).first():
        return there
    at = at or timezone.now()
    draft, last = drafted(Asked(held, at, by)), newest(held.pk)
    if draft.missing:
        raise BadInput(f"Not published: {'; '.join(blank.says for blank in draft.missing)} is still to be filled in.")
    if draft.digest != seen:
        raise ChangedSince("The notice would say something else by now. Read it again before you publish it.")
    added, removed = compared(last.sections if last else [], draft.sections)
    if not (added or removed):
        raise OutOfTurn("Nothing has changed since the notice was last published.")
    made = PrivacyNotice.objects.create(
        school=held,
        version=last.version + 1 if last else 1,
        token=token,
        sections=draft.sections,
        facts=draft.facts,
        added=added if last else [],
        removed=removed,
        published_at=at,
        published_by=by,
    )
    record(NoticeVerb.PUBLISH_NOTICE, made, by=by)
    return made
