"""Which code would the authenticator app of somebody in the practice school show now?

Practice has no telephones. The sign-in page shows the code instead, in both of its steps and nowhere else; outside demo
mode nothing here answers, and nothing has been seeded that it could answer from.
"""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import needs_second_factor
from safeguarding.accounts.services.factors import current_code


def give_apps(users: Iterable[User]) -> None:
    """An app for each who needs one. What it is made of is kept like everybody's, and told to nobody."""
    for user in users:
        if needs_second_factor(user):
            TOTP.activate(user, generate_totp_secret())


def codes_of(usernames: Iterable[str]) -> dict[str, str]:
    """The current codes by user name, of those who have an app; none outside demo mode."""
    if not settings.DEMO:
        return {}
    apps = Authenticator.objects.filter(user__username__in=list(usernames), type=Authenticator.Type.TOTP)
    return {app.user.username: current_code(app) for app in apps.select_related("user")}
