"""What has a school decided for itself, and when was it last changed? Over every app that registers a `Setting`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Max, Model, QuerySet

from safeguarding.accounts.models import School
from safeguarding.audit.history import is_protected
from safeguarding.audit.models import LogEntry
from safeguarding.panels import Setting

See = Callable[[type[Model]], QuerySet[Any]]


@dataclass(frozen=True)
class Decided:
    """A setting, and when a row of it was last made or changed; None where all is as Harbour began. `look` is what
    needs a look there.
    """

    setting: Setting
    changed_at: datetime | None
    look: str = ""


def changes_of(settings: Iterable[Setting], school_id: UUID, see: See) -> QuerySet[LogEntry]:
    """What was made and changed of these settings at a school.

    One query for the rows, and that of the entries.
    """
    models = [apps.get_model(label) for label in sorted({label for setting in settings for label in setting.models})]
    found = [
        (see(model) if is_protected(model) else model._base_manager.all()).filter(school_id=school_id)
        for model in models
        if model is not School
    ]
    keys = [rows.order_by().values_list("pk", flat=True) for rows in found]
    rows: list[UUID] = [school_id] if School in models else []
    if keys:
        rows += keys[0].union(*keys[1:], all=True)
    return see(LogEntry).filter(record_id__in=rows)


def decided(settings: Iterable[Setting], school_id: UUID, see: See) -> list[Decided]:
    """Each setting with its last change."""
    settings = list(settings)
    entries = changes_of(settings, school_id, see).order_by().values_list("object_type")
    newest = dict(entries.annotate(newest=Max("at")))
    return [
        Decided(setting, max((at for label in setting.models if (at := newest.get(label))), default=None))
        for setting in settings
    ]
