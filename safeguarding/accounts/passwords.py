"""Which passwords are refused, and how are they hashed?

At least 12 characters, at most 128, whichever they are. Refused is what stands in the lists of breaches or is guessed
as fast (zxcvbn, offline), and what is little more than the names of the person, the school and Harbour.
"""

import re
import threading
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

from safeguarding.audit.context import current

from .models import User

MOST = 128
# Guesses until it is found, by the estimate: more than a thief of the hashes tries for one account.
GUESSES = 10**8
# What has to be left of a password without our words.
REST = 8
# Hashes at once in one process: each takes 100 MiB, and waiting for one costs a tenth of a second.
AT_ONCE = 2
_OURS = ("harbour", "harbor", "safeguarding", "safeguard", "school", "primary", "academy", "password", "welcome")
_LEET = str.maketrans("01345@$!7", "oleasasit")
# zxcvbn takes no more, and no list has longer ones.
_LOOKED_AT = 72


class BoundedArgon2(Argon2PasswordHasher):
    """Argon2id with Django's parameters, a few at once: a hundred tries at a time must not take all memory."""

    _turn = threading.BoundedSemaphore(AT_ONCE)

    def encode(self, *args: Any, **kwargs: Any) -> str:
        with self._turn:
            return super().encode(*args, **kwargs)

    def verify(self, *args: Any, **kwargs: Any) -> bool:
        with self._turn:
            return bool(super().verify(*args, **kwargs))

    def must_update(self, encoded: str) -> bool:
        """Whether the hash is made anew, with stronger parameters. Not by a request that is nobody's yet, such as
        signing in: the database lets nobody set a password but its owner (`rights_rows`). The next time they type it
        does.
        """
        return current().user_id is not None and bool(super().must_update(encoded))


class NotTooLong:
    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > MOST:
            raise ValidationError(f"Password must be {MOST} characters or fewer.", code="password_too_long")

    def get_help_text(self) -> str:
        return f"At most {MOST} characters."


class NotFromABreach:
    def validate(self, password: str, user: User | None = None) -> None:
        """Raises `ValidationError` for what is found in a breach, or is guessed as fast."""
        if zxcvbn(password[:_LOOKED_AT])["guesses"] < GUESSES:
            raise ValidationError(
                "This password is one that thieves try first. Take three words that do not belong together.",
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        return "Not one that thieves try first."


class NotOurWords:
    def validate(self, password: str, user: User | None = None) -> None:
        """Raises `ValidationError` where little is left without the names of person, school and Harbour."""
        rest = password.lower().translate(_LEET)
        for word in sorted(_words_of(user), key=len, reverse=True):
            rest = rest.replace(word.translate(_LEET), "")
        if len(rest) < REST:
            raise ValidationError(
                "This password is little more than your name, the school’s or Harbour’s. Take other words.",
                code="password_too_similar",
            )

    def get_help_text(self) -> str:
        return "Not made of your name, the school’s or Harbour’s."


def _words_of(user: User | None) -> set[str]:
    """What everybody who knows the person would try."""
    said = list(_OURS)
    if user is not None:
        said += [user.username, user.first_name, user.last_name, user.email.partition("@")[0]]
        # A new account has no role yet.
        if not user._state.adding:
            said += user.assignments.values_list("school__name", flat=True)
    return {word for text in said for word in [text.lower(), *re.split(r"\W+", text.lower())] if len(word) > 2}
