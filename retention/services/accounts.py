"""Empty the accounts of those whose last role anywhere ended long ago (R27). Work of the process `destroyer`.

Every night, and so after a restore too. Nobody decides on a list: nothing that was written goes, and who comes back is
given the account again (`accounts/services/returning.py`). Whether an account's time is over, and whether a hold or a
brake of one of its schools stands against it, is asked by the function that empties it (`ending/emptying.py`).
"""

import logging
from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record

from . import brakes

logger = logging.getLogger(__name__)


def empty_accounts() -> int:
    """Empty every account whose time is over, each in a transaction of its own. Returns how many. May run twice.

    By a clock that is wrong none goes: before anything, each school is asked whether something stops it (`brakes.py`).
    """
    stopped = brakes.stopped()
    with connection.cursor() as cursor:
        cursor.execute("SELECT account, schools FROM rules.accounts_over(NULL) ORDER BY account")
        over = cursor.fetchall()
    return sum(_empty(account, schools) for account, schools in over if stopped.isdisjoint(schools))


def _empty(account: UUID, schools: Sequence[UUID]) -> bool:
    """Empty one, and put it on record at each of its schools. What stops one does not stop the next."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT public.empty_account(%s)", [account])
                [[done]] = cursor.fetchall()
            for school_id in schools if done else ():
                record(
                    Verb.DESTROY,
                    object_type=User._meta.label_lower,
                    object_id=account,
                    school_id=school_id,
                    purpose="account emptied",
                )
    except Exception:
        logger.exception("An account was not emptied; it is tried again the next night.")
        return False
    return bool(done)
