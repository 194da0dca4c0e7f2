"""Approve a report, publish it, replace it by a corrected one, and withdraw it. What was published never changes."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.services import tell
from safeguarding.dates import as_day
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.governors.capabilities import GovernorCapability as C
from safeguarding.governors.cells import SECTIONS
from safeguarding.governors.lifecycles import APPROVERS, MOVED_ON, WRITERS, may_approve, may_write, report_life
from safeguarding.governors.models import GovernorReport, ReportBuild
from safeguarding.governors.notice_kinds import GovernorNotice

from . import drafting
from .names import Looked

_S = GovernorReport.Status
OBJECT = GovernorReport._meta.label_lower


def approving_problems(report: GovernorReport, *, by: User, looked: Mapping[str, Looked] | None = None) -> list[str]:
    """What stands in the way of approving a draft, in sentences. Empty when nothing does.

    `looked` is what was found in its comments, where that is known.
    """
    found = []
    if report.chosen_id is None:
        found.append("Its numbers are not counted yet.")
    for section, seen in (drafting.looked(report, by=by) if looked is None else looked).items():
        title = SECTIONS[section].title
        if seen.refused:
            found.append(f"{title}: {seen.sentence}.")
        found += [f"{title}: say whether “{one.word}” is a name." for one in seen.questions]
    return found


@transaction.atomic
def approve(report: GovernorReport, *, seen: int, by: User, at: datetime | None = None) -> GovernorReport:
    """Approve a draft as it was read, with every comment looked through once more. Its page asks for a fresh factor.

    Raises `NotAllowed`, `OutOfTurn`, `ChangedSince`, and `BadInput` with all that stands in the way.
    """
    held = GovernorReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if held.status == _S.APPROVED and held.approved_by_id == by.pk:
        return held
    if held.status != _S.DRAFT:
        raise OutOfTurn(MOVED_ON)
    if not may_approve(by, held):
        raise NotAllowed(APPROVERS)
    if held.revision != seen:
        raise ChangedSince("Somebody changed this report since you opened it. Read it again before you approve it.")
    if problems := approving_problems(held, by=by):
        raise BadInput(" ".join(problems))
    return report_life.perform("approve", held, by=by, at=at)


@transaction.atomic
def publish(report: GovernorReport, *, by: User, at: datetime | None = None) -> GovernorReport:
    """Publish what was approved, and tell the governors. A corrected one takes the place of the one before.

    Raises `NotAllowed`, `OutOfTurn`, and `BadInput` where a comment names somebody who came since it was approved.
    """
    now = at or timezone.now()
    held = GovernorReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if held.status == _S.PUBLISHED and held.published_by_id == by.pk:
        return held
    if held.status == _S.APPROVED and may_approve(by, held) and (problems := approving_problems(held, by=by)):
        raise BadInput(" ".join(["Make it a draft again.", *problems]))
    before = GovernorReport.objects.filter(school=held.school_id, starts_on=held.starts_on, status=_S.PUBLISHED).first()
    if held.status == _S.APPROVED and before is not None:
        report_life.perform("replace", before, by=by, at=now)
    made = report_life.perform("publish", held, by=by, at=now)
    tell(
        people=_governors(made.school_id, now),
        school_id=made.school_id,
        kind=GovernorNotice.PUBLISHED,
        object_type=OBJECT,
        object_id=made.pk,
        at=now,
    )
    return made


def _governors(school_id: UUID, now: datetime) -> list[User]:
    """Who reads reports and writes none."""
    today = as_day(now)
    writers = {one.pk for one in people_with(C.WRITE_REPORT, school_id, today)}
    return [one for one in people_with(C.READ_REPORT, school_id, today) if one.pk not in writers]


@transaction.atomic
def correct(report: GovernorReport, *, token: UUID, by: User, at: datetime | None = None) -> GovernorReport:
    """Begin a corrected version of a published report: counted anew, with the same comments to begin with.

    What the published one hides, the corrected one hides. Raises `NotAllowed`, `OutOfTurn`.
    """
    held = GovernorReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if not may_write(by, held):
        raise NotAllowed(WRITERS)
    rows = GovernorReport.objects.filter(school=held.school_id, starts_on=held.starts_on)
    if there := rows.filter(token=token).first():
        return there
    if held.status != _S.PUBLISHED:
        raise OutOfTurn(MOVED_ON)
    if rows.filter(status__in=(_S.DRAFT, _S.APPROVED)).exists():
        raise OutOfTurn(drafting.ON_ITS_WAY)
    now = at or timezone.now()
    new = drafting.made(held.school_id, held.term, token=token, by=by, at=now, replaces=held)
    drafting.copy_comments(held, new, by=by, at=now)
    return new


def withdraw(report: GovernorReport, *, because: str, by: User, at: datetime | None = None) -> GovernorReport:
    """Withdraw a report: governors then see that it was, and why. Raises `NotAllowed`, `OutOfTurn`, `BadInput`."""
    if because and because not in GovernorReport.Because.values:
        raise BadInput("Choose why it is withdrawn.")
    return report_life.perform("withdraw", report, by=by, at=at, because=because)


def latest(reports: list[GovernorReport]) -> GovernorReport | None:
    """Of these reports the one that governors read first: published, of the most recent term."""
    published = [one for one in reports if one.status == _S.PUBLISHED]
    return max(published, key=lambda one: (one.starts_on, one.version), default=None)


def numbers_of(report: GovernorReport) -> ReportBuild | None:
    """The build that it shows."""
    return ReportBuild.objects.filter(pk=report.chosen_id).first() if report.chosen_id else None
