"""How does a notice leave by e-mail? With a link and no personal data: no name, no year, no category, no reference."""

import logging

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone

from .models import Notice

BATCH = 50
MAX_ATTEMPTS = 20
logger = logging.getLogger("harbour.mail")


def deliver() -> int:
    """Send one mail for each notice that has not been mailed. Returns how many were sent.

    Each batch is locked and skips what another worker holds. A mail server that is away leaves the rows waiting; after
    `MAX_ATTEMPTS` a row is left for the inbox alone.
    """
    sent = 0
    while batch := _send_batch():
        sent += batch
    return sent


@transaction.atomic
def _send_batch() -> int:
    waiting = list(
        Notice.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(mailed_at=None, mail_attempts__lt=MAX_ATTEMPTS)
        .select_related("user")
        .order_by("created_at")[:BATCH]
    )
    now = timezone.now()
    # Read already, or nowhere to send it: nothing to do, and done.
    silent = [n.pk for n in waiting if n.opened_at or not n.user.email or not n.user.is_active]
    Notice.objects.filter(pk__in=silent).update(mailed_at=now)
    to_send = [n for n in waiting if n.pk not in set(silent)]
    if not to_send:
        return 0
    text = render_to_string("email/notice.txt", {"url": f"{settings.BASE_URL}/inbox/"})
    try:
        with get_connection() as connection:
            for notice in to_send:
                EmailMessage(
                    "You have something to read in Harbour",
                    text,
                    to=[notice.user.email],
                    connection=connection,
                ).send()
    except OSError as error:
        logger.warning("mail could not be sent: %s", type(error).__name__)
        Notice.objects.filter(pk__in=[n.pk for n in to_send]).update(mail_attempts=F("mail_attempts") + 1)
        return 0
    Notice.objects.filter(pk__in=[n.pk for n in to_send]).update(mailed_at=now)
    return len(to_send)
