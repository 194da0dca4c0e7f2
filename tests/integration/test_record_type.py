"""Is one declaration enough? A record type of a new app stands in everything that loops over records."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from auditlog.registry import auditlog
from django.apps import AppConfig, apps
from django.db import connection, models, transaction

from children.services.merging.told import counts
from safeguarding import records, row_security
from safeguarding.accounts.models import School, User
from safeguarding.audit import history, protection
from safeguarding.audit.protection import Protected
from safeguarding.chronicling import on_concern
from safeguarding.concerns import chronology
from safeguarding.concerns.chronology import Entry, Source
from safeguarding.concerns.models import Chronicled, Concern
from safeguarding.concerns.permissions.concern import through_the_concern
from safeguarding.concerns.services import error, searching
from safeguarding.database import apply_privileges
from safeguarding.following import places
from safeguarding.keys import uuid7
from safeguarding.personal_data import PersonalData, Retention
from safeguarding.personal_data import Source as From
from safeguarding.sealing.fields import SealedText
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.walls import asking

pytestmark = pytest.mark.django_db(transaction=True)
LABEL = "visits.homevisit"


SETTLED: list[Any] = []


def settle(concern: Concern, **_: Any) -> list[Any]:
    SETTLED.append(concern.pk)
    return []


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[type[models.Model]]:
    """An app `visits` with one model, declared as its own files would: `models`, `permissions`, `records`, `panels`."""
    module = ModuleType("visits")
    module.__path__ = [str(settings.BASE_DIR / "visits")]
    config = AppConfig("visits", module)
    config.apps, config.models = apps, apps.all_models["visits"]
    for place, name in (
        (protection, "_rules"),
        (records, "_declared"),
        (chronology, "_sources"),
        (row_security.chronicling, "_placed"),
    ):
        monkeypatch.setattr(place, name, dict(getattr(place, name)))
    monkeypatch.setitem(apps.app_configs, "visits", config)
    apps.clear_cache()
    model = _model()
    protection.rule(model)(lambda me: through_the_concern(me, "concern_id"))
    records.declare(
        model,
        called=("home visit", "home visits"),
        page="concern",
        read_by=("reminders",),
        when_in_error=f"{__name__}.settle",
    )
    chronology.register(Source("visited", "meetings", lambda request, when, titles: {}, on_concern(LABEL, "n.made_at")))
    caches = (history.followed, protection.visible_sql)
    for one in caches:
        one.cache_clear()
    row_security.take_down(connection)
    with connection.schema_editor() as editor:
        editor.create_model(model)
    apply_privileges(connection)
    row_security.put_up(connection)
    auditlog.register(model, include_fields=[f.name for f in history.followed()[model]])
    yield model
    auditlog.unregister(model)
    del apps.all_models["visits"]["homevisit"]
    monkeypatch.undo()
    apps.clear_cache()
    for one in caches:
        one.cache_clear()


def _model() -> type[models.Model]:
    class HomeVisit(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid7)
        school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
        concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="+")
        by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
        made_at = models.DateTimeField()
        seen = SealedText("what was seen")

        objects = Protected()

        class Meta:
            app_label = "visits"

        class PersonalData(PersonalData):
            subject = "concern__children"
            sealed_by = "concern"
            narrative = ("seen",)
            plain = ("made_at",)
            source = From.SCHOOL
            collection = "voluntary"
            retention = Retention.GOES_WITH_IT

    HomeVisit.__module__ = "visits.models"
    return HomeVisit


def test_a_record_type_is_written_in_its_own_folder(visits: Any) -> None:
    room = factories.staffroom()
    concern = factories.concern(room)
    visit = visits.objects.create(
        school=room.school, concern=concern, by=room.lead, made_at=SCHOOL_DAY, seen="Toast on the table."
    )
    # Both walls, and the database's own opinion of them.
    assert not [sentence for sentence in row_security.problems(connection) if "visits" in sentence]
    for person, sees in ((room.lead, True), (room.teacher, False), (room.office, False)):
        with transaction.atomic(), asking(person):
            assert visits.objects.visible_to(person).exists() is sees
            assert visits.objects.exists() is sees
    for task, sees in (("reminders", True), ("escalation", False)):
        with transaction.atomic(), asking(None, "worker", task=task):
            assert visits.objects.exists() is sees
    # The chronology, the history, a merge, the word search, and a concern that was entered in error.
    assert Chronicled.objects.get(source="visited").row == visit.pk
    visit = visits.objects.get(pk=visit.pk)
    visit.made_at = SCHOOL_DAY.replace(hour=12)
    visit.save()
    assert [entry.object_id for entry in history.LogEntry.objects.filter(object_type=LABEL)] == [visit.pk]
    assert Chronicled.objects.get(source="visited").moment == visit.made_at
    with transaction.atomic(), asking(room.lead):
        see = lambda model: model._default_manager.visible_to(room.lead)  # noqa: E731
        child = concern.children.first().child
        assert "1 home visit" in [one.words for one in counts(see, child)]
        found = searching.search_words(see, room.school.pk, ["toast"])
        assert [(hit.concern, hit.passages[0].where) for hit in found.hits] == [(concern, "Home visit")]
    proposed = error.propose(
        concern=concern, seen=concern.revision, token=uuid7(), reason="Twice.", mistake="test", by=room.lead
    )
    concern.refresh_from_db()
    error.answer(entry=proposed, seen=concern.revision, confirms=True, reason="Yes.", by=room.deputy)
    assert [concern.pk] == SETTLED
    assert not any(place.model is visits for place in places()), "it names no child itself"


def test_the_register_is_as_it_was_afterwards() -> None:
    assert LABEL not in {one.label for one in records.records()}
    assert "visited" not in chronology._sources and Entry
