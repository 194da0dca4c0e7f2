"""What do keys and backups say in the privacy notice? Each sentence while its own check passes."""

from datetime import datetime

from django.conf import settings

from safeguarding.dates import counted
from safeguarding.privacy_notice import secures

from .exceptions import KeyProblem
from .services.backups_standing import backups_standing
from .services.checking import newest_check
from .services.setting_up import ensure_keys


def _keys_fit(at: datetime) -> bool:
    """The keys open what they are for, and the last nightly check found nothing that is sealed and has no key."""
    try:
        ensure_keys()
    except KeyProblem:
        return False
    check = newest_check(at=at)
    return check is None or not check.without_key


def _are_made(at: datetime) -> bool:
    return backups_standing(at=at).is_well


secures(
    "keys",
    lambda: (
        "What is written about children, and the files with it, are encrypted. Each record has a key of its own, which "
        "is destroyed with it."
    ),
    passes=_keys_fit,
)
secures(
    "backups",
    lambda: (
        "Every night an encrypted backup is made and tried out. It is deleted after "
        f"{counted(settings.BACKUP_DAYS, 'day')}."
    ),
    passes=_are_made,
)
