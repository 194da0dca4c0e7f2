"""What is somebody's second factor, and has it been given in this session?

The library keeps a person's authenticator app, passkeys and recovery codes (`Authenticator`), and in the session what
was given when (`record_authentication`), by person: nothing that one person gave counts for the next at the same
browser.
"""

import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import needs_second_factor
from safeguarding.secret_text import Unreadable

# What is a factor of one’s own: recovery codes alone are none.
OWN = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_factor(user: User) -> bool:
    """Whether `user` has an authenticator app or a passkey. Recovery codes alone are none."""
    return Authenticator.objects.filter(user=user, type__in=OWN).exists()


def factor_given_at(request: HttpRequest, user: User) -> float | None:
    """When `user` last gave a second factor in this session, in seconds of the epoch; None: not yet."""
    given = [entry["at"] for entry in get_authentication_records(request, user) if entry.get("method") == "mfa"]
    return max(given, default=None)


def is_provider_only(request: HttpRequest, user: User) -> bool:
    """Whether the only factor of this session is the one that a provider says was given there."""
    kinds = {entry.get("type") for entry in get_authentication_records(request, user) if entry.get("method") == "mfa"}
    return kinds == {"provider"}


def factors_of(user: User) -> list[Authenticator]:
    """Everything that `user` has set up, the oldest first; the list of codes is one of them."""
    return list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))


def passkeys(user: User) -> list[Authenticator]:
    """Of those the passkeys."""
    return [entry for entry in factors_of(user) if entry.type == Authenticator.Type.WEBAUTHN]


def newest(user: User, kind: str) -> Authenticator:
    """The one of this kind that was set up last."""
    return Authenticator.objects.filter(user=user, type=kind).latest("created_at")


def is_fresh(request: HttpRequest, user: User) -> bool:
    """Whether the factor was given within the last five minutes."""
    at = factor_given_at(request, user)
    return at is not None and 0 <= time.time() - at < settings.FACTOR_FRESH


def note_factor(request: HttpRequest, user: User, kind: str, **details: Any) -> None:
    """`user` has given a second factor of this kind (`totp`, `webauthn`, `recovery_codes`, `provider`)."""
    record_authentication(request, user, "mfa", type=kind, **details)


@transaction.atomic
def take_code(user: User, code: str) -> Authenticator | None:
    """The authenticator whose code this is; the code is used up by that, in every process. None for a wrong or used
    one.

    Of an app's codes only one newer than the last that was taken is good: the library remembers a used code in a cache
    and for half a minute, which is less than the time for which it is good.
    """
    code = "".join(code.split())
    for entry in Authenticator.objects.select_for_update().filter(user=user).order_by("-type"):
        # What was put there past the pages opens nothing, and stands in the way of nothing.
        with suppress(Unreadable):
            if entry.type == Authenticator.Type.TOTP and _take_from_app(entry, code):
                return entry
            if entry.type == Authenticator.Type.RECOVERY_CODES and entry.wrap().validate_code(code):
                return entry
    return None


def count_codes(entries: Iterable[Authenticator]) -> int:
    """How many codes of the list among `entries` are left; none of one that cannot be read."""
    with suppress(Unreadable):
        return sum(len(one.wrap().get_unused_codes()) for one in entries if one.type == "recovery_codes")
    return 0


def _take_from_app(entry: Authenticator, code: str) -> bool:
    secret, last = decrypt(entry.data["secret"]), entry.data.get("last_counter", -1)
    for counter in yield_hotp_counters_from_time():
        if constant_time_compare(code, format_hotp_value(hotp_value(secret, counter))) and counter > last:
            entry.data["last_counter"] = counter
            entry.save(update_fields=["data"])
            return True
    return False


def current_code(entry: Authenticator) -> str:
    """The code that an authenticator app shows now."""
    return format_hotp_value(hotp_value(decrypt(entry.data["secret"]), int(time.time()) // 30))


def use_up(entry: Authenticator) -> Authenticator:
    """Every code up to the one that the app shows now is used."""
    entry.data["last_counter"] = int(time.time()) // 30
    entry.save(update_fields=["data"])
    return entry


def may_go(entry: Authenticator) -> bool:
    """Whether something would be left to sign in with, or this person needs nothing."""
    others = Authenticator.objects.filter(user=entry.user, type__in=OWN).exclude(pk=entry.pk)
    return others.exists() or not needs_second_factor(entry.user)
