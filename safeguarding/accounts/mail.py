"""How does a notice leave by e-mail? With a link and no personal data: no name, no year, no category, no reference.

The rows say what is still to send. Each person is one transaction: the person taken, one message sent, rows marked. A
message is therefore sent *at least* once: a worker that dies between the mail server's yes and the commit leaves the
rows as they were, and that one person gets the message again. Never none, and never a second time for anybody else.

What is taken is a lock of its own, never the rows: whoever opens a concern marks its notices, and must not wait for a
mail server that hangs.
"""

import logging
import smtplib
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection as database
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from safeguarding.ages import ahead, long_since
from safeguarding.dates import counted

from .models import Notice

# Refusals of one address, each twice as far from the last, until its notices are left to the inbox alone: about a day.
MAX_ATTEMPTS = 12
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = FIRST_PAUSE * 2 ** (MAX_ATTEMPTS - 1)
# A message that has not left by then is told of: the mail server is asked every half minute.
TOO_LATE = timedelta(minutes=15)
# Notices among which the next person is looked for: more than all that workers can hold at one time.
_LOOKED_AT = 500
logger = logging.getLogger("harbour.mail")


def deliver(*, at: datetime | None = None) -> int:
    """Send one message to each person who has notices that were not mailed. Returns how many messages were sent.

    At least once: see above. Skips whom another worker holds. A mail server that is away ends the run, and the rows
    wait for as long as it takes; an address that is refused is tried again later. Neither that, nor somebody to whom
    there is nothing to send, holds up anybody else.

    Where no mail server has been named nobody is mailed and the rows wait. Naming one later sends a single message to
    each person who still has something unopened, however much and however old: rows opened meanwhile are done.
    """
    if not settings.MAIL_IS_SET_UP:
        return 0
    at, sent, connection = at or timezone.now(), 0, get_connection()
    try:
        while (mailed := _deliver_next(connection, at)) is not None:
            sent += mailed
    except OSError as error:
        _log_away(error)
    finally:
        connection.close()
    return sent


@transaction.atomic
def _deliver_next(connection: BaseEmailBackend, at: datetime) -> int | None:
    """Mail the person whose notice has waited longest, whom nobody has tried to mail before those who were tried.

    Returns 1 or 0 messages, or None to end the run: nobody is left, or the server went away.
    """
    in_turn = (F("mail_again_at").asc(nulls_first=True), "created_at", "pk")
    people = dict.fromkeys(_waiting(at).order_by(*in_turn).values_list("user_id", flat=True)[:_LOOKED_AT])
    taken = next(filter(_take, people), None)
    if taken is None:
        return None
    # Only now, with the person taken: another worker may have been done with them a moment ago.
    rows = list(_waiting(at).filter(user_id=taken).select_related("user").order_by(*in_turn))
    if not rows:
        return 0
    first, user = rows[0], rows[0].user
    # Read already, done by somebody else, or nowhere to send it: nothing to do, and done.
    if not any(n.is_asking for n in rows) or not user.email or not user.is_active:
        _mark(rows, mailed_at=at)
        return 0
    subject, text = _written(rows)
    # Opened with the first message, kept for the next. A server that is away, or that does not take mail from us, ends
    # the run.
    connection.open()
    try:
        EmailMessage(subject, text, to=[user.email], connection=connection).send()
    except (
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPDataError,
        smtplib.SMTPNotSupportedError,
        ValueError,
    ) as error:
        logger.warning("an address was refused: %s", type(error).__name__)
        _mark(rows, mail_attempts=first.mail_attempts + 1, mail_again_at=at + FIRST_PAUSE * 2**first.mail_attempts)
        return 0
    except OSError as error:
        _log_away(error)
        # Others come first in the next run: it may have been this message that made the server hang up.
        _mark(rows, mail_again_at=at)
        return None
    _mark(rows, mailed_at=at)
    return 1


def _written(rows: list[Notice]) -> tuple[str, str]:
    """Subject and text: that there is something, or for a digest how many things. Never what, nor about whom."""
    context: dict[str, object] = {"url": f"{settings.BASE_URL}{reverse('inbox')}"}
    asking = [notice for notice in rows if notice.is_asking]
    if all(notice.in_digest for notice in asking):
        things = counted(len(asking), "thing")
        subject = f"You have {things} to read in Harbour"
        return subject, render_to_string("email/digest.txt", context | {"things": things})
    return "You have something to read in Harbour", render_to_string("email/notice.txt", context)


def number_unmailed(*, at: datetime) -> int:
    """How many people have waited for more than a quarter of an hour for a message that should have left. One query.

    Those of a digest wait from its time on. An address that was refused too often is among them until its notices are
    opened in the inbox.
    """
    late = at - TOO_LATE
    due = Q(long_since("created_at", late, at), in_digest=False) | Q(in_digest=True, mail_again_at__lte=late)
    asking = Notice.objects.filter(due, mailed_at=None, opened_at=None, settled_at=None, user__is_active=True)
    return asking.exclude(user__email="").values("user_id").distinct().count()


def warn_if_not_set_up() -> None:
    """Say in the log, where this process sends the mail, that it cannot. Called once, when it starts."""
    if not settings.MAIL_IS_SET_UP:
        logger.warning(
            "EMAIL_URL is not set: nobody is told by e-mail that there is something to read. The inbox works."
        )


def _waiting(at: datetime) -> QuerySet[Notice]:
    due = Q(mail_again_at=None) | Q(mail_again_at__lte=at)
    # Put off by a clock that was ahead: a digest, or the next try.
    due |= Q(ahead("created_at", at), mail_attempts=0) | Q(mail_attempts__gt=0, mail_again_at__gt=at + LONGEST_PAUSE)
    return Notice.objects.filter(due, mailed_at=None, mail_attempts__lt=MAX_ATTEMPTS)


def _take(user_id: UUID) -> bool:
    """Nobody else mails this person until the transaction ends. False where another worker does already."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"mail {user_id}"])
        taken: bool = cursor.fetchone()[0]
    return taken


def _log_away(error: OSError) -> None:
    """The name of the error and nothing of it: mail servers quote addresses."""
    logger.warning("mail server cannot be used: %s", type(error).__name__)


def _mark(rows: list[Notice], **facts: object) -> None:
    Notice.objects.filter(pk__in=[n.pk for n in rows]).update(**facts)
