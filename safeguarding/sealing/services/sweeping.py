"""End the keys of rows that end by themselves: words that were not sent, files that have come in. Every night.

What answers pages takes no key away. So a draft that is sent leaves its key behind, and what old pages and backups
still hold of its words ends here. Run as `destroyer`, who is shown none of these rows and asks facts about their keys
(`sealing.subjects.Ending`). A key under which anything at all is sealed stays, whatever its row says: of which kind it
is was written by what answers pages.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections, transaction

from safeguarding.audit.models import Verb
from safeguarding.audit.protection import known_of
from safeguarding.audit.services import record
from safeguarding.sealing.models import KEYS, RecordKey
from safeguarding.sealing.services.destroying import destroy_records
from safeguarding.sealing.services.rows import sealed_under
from safeguarding.sealing.services.setting_up import ensure_whole
from safeguarding.sealing.subjects import Ending, endings

_BATCH = 5000
# A form takes no longer between making a key and saving what is under it.
YOUNG = timedelta(days=1)
_PAGE = """
SELECT id, made_at FROM sealing_recordkey WHERE kind = %s AND id > %s AND destroyed_at IS NULL ORDER BY id LIMIT %s
"""


def end_spent_keys(*, at: datetime) -> int:
    """End every key whose row is over, and every one older than a day that no row has. Returns how many.

    The event comes first: what cannot be put on record is not done. Raises `KeyProblem` while a backup is being put
    back, when rows are still to come.
    """
    ensure_whole()
    spent = {kind: _spent(kind, ending, at) for kind, ending in endings().items()}
    unused = _unused(set[UUID]().union(*spent.values()))
    ended = 0
    for kind, keys in spent.items():
        if keys := keys & unused:
            with transaction.atomic():
                record(Verb.DESTROY, object_type=RecordKey._meta.label_lower, count=len(keys), purpose=kind)
                ended += destroy_records(keys, endings()[kind].under)
    return ended


def _spent(kind: str, ending: Ending, at: datetime) -> set[UUID]:
    found: set[UUID] = set()
    for made in _pages(kind):
        old = {key for key, since in made.items() if since < at - YOUNG}
        found |= old - set(known_of(ending.there, list(old)))
        found |= set(known_of(ending.over, list(made))) if ending.over else set()
    return found


def _pages(kind: str) -> Iterator[dict[UUID, datetime]]:
    """The keys of a kind that are there, with the moment each was made."""
    after = UUID(int=0)
    while True:
        with connections[KEYS].cursor() as cursor:
            cursor.execute(_PAGE, [kind, after, _BATCH])
            made = dict(cursor.fetchall())
        if not made:
            return
        yield made
        after = max(made)


def _unused(keys: set[UUID]) -> set[UUID]:
    """Those of them under which nothing is sealed, in whichever table.

    None where nothing is sealed at all: records that hold no word were lost, and are put back beside the keys of now.
    """
    left, is_empty = set(keys), True
    for some in sealed_under() if keys else ():
        left -= set(some)
        is_empty = is_empty and not some
    return set() if is_empty else left
