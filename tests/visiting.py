"""An app of a test's own, `visits`, with one record type: said as the app's own files would say it."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest
from auditlog.registry import auditlog
from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connection, models

from safeguarding import records, row_security
from safeguarding.accounts.models import School, User
from safeguarding.audit import history, protection
from safeguarding.audit.protection import Protected
from safeguarding.chronicling import on_concern
from safeguarding.concerns import chronology
from safeguarding.concerns.chronology import Source
from safeguarding.concerns.models import Concern
from safeguarding.concerns.permissions.concern import through_the_concern
from safeguarding.database import apply_privileges
from safeguarding.keys import uuid7
from safeguarding.personal_data import PersonalData, Retention
from safeguarding.personal_data import Source as From
from safeguarding.sealing.fields import SealedText

LABEL = "visits.homevisit"
_CACHES = (history.followed, protection.visible_sql, protection.sight_sql)


@contextmanager
def visiting(**said: Any) -> Iterator[type[models.Model]]:
    """The app is there inside, with its table, its rule and its row security. `said` is declared of its record beside
    the rest.
    """
    with pytest.MonkeyPatch.context() as patch:
        config = _config()
        for place, name in (
            (protection, "_rules"),
            (records, "_declared"),
            (chronology, "_sources"),
            (row_security.chronicling, "_placed"),
        ):
            patch.setattr(place, name, dict(getattr(place, name)))
        patch.setitem(apps.app_configs, "visits", config)
        apps.clear_cache()
        model = _model()
        try:
            _declare(model, said)
            _put_up(model)
            auditlog.register(model, include_fields=[f.name for f in history.followed()[model]])
            yield model
        finally:
            auditlog.unregister(model)
            del apps.all_models["visits"]["homevisit"]
    apps.clear_cache()
    for one in _CACHES:
        one.cache_clear()


def _config() -> AppConfig:
    module = ModuleType("visits")
    module.__path__ = [str(settings.BASE_DIR / "visits")]
    config = AppConfig("visits", module)
    config.apps, config.models = apps, apps.all_models["visits"]
    return config


def _declare(model: type[models.Model], said: dict[str, Any]) -> None:
    protection.rule(model)(lambda me: through_the_concern(me, "concern_id"))
    records.declare(model, called=("home visit", "home visits"), page="concern", read_by=("reminders",), **said)
    chronology.register(Source("visited", "meetings", lambda request, when, titles: {}, on_concern(LABEL, "n.made_at")))


def _put_up(model: type[models.Model]) -> None:
    for one in _CACHES:
        one.cache_clear()
    row_security.take_down(connection)
    with connection.schema_editor() as editor:
        editor.create_model(model)
    apply_privileges(connection)
    row_security.put_up(connection)


def _model() -> type[models.Model]:
    class HomeVisit(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid7)
        school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
        concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="+")
        by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
        made_at = models.DateTimeField()
        seen = SealedText("what was seen")
        opened_by = models.CharField("who opened", max_length=80, blank=True)
        born_on = models.DateField("birthday of the child who was seen", null=True)

        objects = Protected()

        class Meta:
            app_label = "visits"

        class PersonalData(PersonalData):
            subject = "concern__children"
            sealed_by = "concern"
            narrative = ("seen",)
            identifying = ("opened_by", "born_on")
            plain = ("made_at",)
            source = From.SCHOOL
            collection = "voluntary"
            retention = Retention.GOES_WITH_IT

    HomeVisit.__module__ = "visits.models"
    return HomeVisit
