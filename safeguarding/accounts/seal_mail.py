"""How does the newest seal leave for people's inboxes? Once a day, to whoever answers for the record: a signed root,
and nobody's data.

A seal in an inbox is out of reach of whoever can change the database. It is the whole signed note, so that the saved
e-mail can be given to `verify_audit --anchor` as it is.
"""

import logging
import smtplib
from datetime import date, datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from safeguarding.audit.seals.services import take_day_of_mail

from .models import RoleAssignment, User
from .permissions import live
from .roles import Capability, with_capability

# After the nightly verification, before the school day.
MAIL_HOUR = 6
logger = logging.getLogger("harbour.mail")


def mail_newest(*, at: datetime) -> int:
    """Send the newest seal to everybody it goes to, once a day. Returns how many messages were sent.

    A mail server that is away is tried again at the next beat, and then who had it gets it again.
    """
    now = timezone.localtime(at)
    if not settings.MAIL_IS_SET_UP or now.hour < MAIL_HOUR:
        return 0
    connection = get_connection()
    try:
        with transaction.atomic():
            newest = take_day_of_mail(on=now.date())
            if newest is None:
                return 0
            text = render_to_string("email/newest_seal.txt", {"note": newest.note})
            connection.open()
            return sum(_send(address, text, connection) for address in addresses(on=now.date()))
    except OSError as error:
        logger.warning("mail server cannot be used: %s", type(error).__name__)
        return 0
    finally:
        connection.close()


def addresses(*, on: date) -> list[str]:
    """The Headteacher and the safeguarding leads of each school, and those that the settings name. Each once."""
    held = RoleAssignment.objects.filter(live(on), role_key__in=with_capability(Capability.VIEW_AUDIT))
    people = User.objects.filter(is_active=True, assignments__in=held).exclude(email="").order_by("pk")
    own = {email.lower(): email for email in people.values_list("email", flat=True)}
    return list(({address.lower(): address for address in settings.ANCHOR_MAIL_TO} | own).values())


def _send(address: str, text: str, connection: object) -> int:
    message = EmailMessage("Newest seal of Harbour’s record", text, to=[address], connection=connection)  # type: ignore[arg-type]
    try:
        return message.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError, ValueError) as error:
        logger.warning("an address was refused: %s", type(error).__name__)
        return 0
