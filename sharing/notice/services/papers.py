"""A version on paper: laid out once, by who publishes it or by the worker soon after, and kept.

Who reads it without signing in never has it laid out: strangers keep no printer busy, and write no row.
"""

import logging
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery
from django.template.loader import render_to_string
from django.utils import timezone

from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import HarbourError, OutOfTurn
from safeguarding.printing.services import make_at_once, written
from sharing.notice.models import TASK, NoticePaper, PrivacyNotice

from .drafting import shown

logger = logging.getLogger(__name__)


def has_paper(notice: PrivacyNotice) -> bool:
    """Whether a version lies there on paper. One query."""
    return NoticePaper.objects.filter(notice=notice).exists()


def paper_of(notice: PrivacyNotice) -> bytes | None:
    """A version as a tagged PDF; None while it is not laid out. One query."""
    there = NoticePaper.objects.filter(notice=notice).first()
    return bytes(there.content) if there else None


def lay_out(notice: PrivacyNotice, *, at: datetime | None = None) -> None:
    """Have a version laid out, and keep it: of two who do so at once, one keeps it.

    Raises `OutOfTurn` where it is not ready yet, and what the printer raises.
    """
    title = f"Privacy notice, version {notice.version}"
    context = {"notice": notice, "sections": shown(notice.sections), "school": notice.school.name, "title": title}
    context["practice"] = settings.DEMO
    content = written([render_to_string("pdf/notice.html", context)])
    pdf = make_at_once(content, key=notice.pk, whose=notice.school_id)
    made = NoticePaper(notice=notice, content=pdf, made_at=at or timezone.now())
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            record(Verb.CREATE, made, school_id=notice.school_id, purpose="privacy notice on paper")
    except IntegrityError:
        logger.info("the privacy notice was laid out twice at once, and is kept once")


def lay_out_missing(*, at: datetime | None = None) -> int:
    """Lay out what everybody reads and is not there on paper. Returns how many were: one that fails is tried again."""
    done = 0
    with system_task(TASK):
        waiting = _without_paper()
    for notice in waiting:
        try:
            with system_task(TASK):
                lay_out(notice, at=at)
        except OutOfTurn:
            logger.info("a privacy notice waits for the printer, and is laid out in a minute")
        except HarbourError as problem:
            logger.warning("a privacy notice could not be laid out: %s", type(problem).__name__)
        else:
            done += 1
    return done


def _without_paper() -> list[PrivacyNotice]:
    """The newest version of each school that is not there on paper."""
    of_school = PrivacyNotice.objects.filter(school=OuterRef("school")).order_by("-version")
    newest = PrivacyNotice.objects.filter(version=Subquery(of_school.values("version")[:1]))
    return list(newest.exclude(pk__in=NoticePaper.objects.values("notice")).select_related("school"))
