"""At night: tables in which names stand in plain, and those of the keys, are written again where rows have gone.

A row that was deleted stays in its page, in indexes and in the statistics of the planner until then. Work of
`destroyer`, which may do that and nothing else to these tables; outside a transaction, as PostgreSQL wants it. A table
that somebody is using is left for the next night. So is what a transaction of that night could still have seen:
whatever has lost rows is written again on two nights.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, connections, models, transaction

from retention.models import ClearedTable, Tombstone
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import protected_models
from safeguarding.audit.services import record
from safeguarding.ending.units import quoted
from safeguarding.personal_data import declared
from safeguarding.sealing.models import KEYS, RecordKey, SubjectKey, Wrap

_TWICE = timedelta(hours=30)
logger = logging.getLogger(__name__)


def clear() -> int:
    """Write again each table that lost rows since it was. Returns how many. Raises nothing for one that is in use."""
    return sum(_clear(model, using) for model, using in _due())


def _due() -> Iterator[tuple[type[models.Model], str]]:
    cleared = dict(ClearedTable.objects.values_list("label", "cleared_at"))
    for model in sorted(protected_models(), key=lambda one: one._meta.label_lower):
        says, label = declared(model), model._meta.label_lower
        if says and says.identifying:
            lost = Tombstone.objects.filter(counts__has_key=label)
            if _since(cleared.get(label), lost, "destroyed_at"):
                yield model, "default"
    for model in (SubjectKey, Wrap):
        gone = RecordKey.objects.exclude(destroyed_at=None)
        if _since(cleared.get(model._meta.label_lower), gone, "destroyed_at"):
            yield model, KEYS


def _since(cleared: datetime | None, rows: models.QuerySet[Any], moment: str) -> bool:
    return rows.filter(**{f"{moment}__gt": cleared - _TWICE} if cleared else {}).exists()


def _clear(model: type[models.Model], using: str) -> bool:
    """By the clock of the database, from before it began."""
    label = str(model._meta.label_lower)
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        [[began]] = cursor.fetchall()
    with connections[using].cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
        try:
            cursor.execute(f"VACUUM (FULL, ANALYZE) public.{quoted(model._meta.db_table)}")
        except OperationalError as error:
            logger.warning("%s is not cleared tonight: %s.", label, type(error.__cause__ or error).__name__)
            return False
        finally:
            cursor.execute("RESET lock_timeout")
    with transaction.atomic():
        ClearedTable.objects.update_or_create(label=label, defaults={"cleared_at": began})
        record(Verb.DESTROY, object_type=label, purpose="cleared")
    return True
