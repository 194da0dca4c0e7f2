"""Is one declaration enough? A record type of a new app stands in everything that loops over records."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, models, transaction

from children.services.merging.told import counts
from safeguarding import records, row_security
from safeguarding.audit import history
from safeguarding.concerns import chronology
from safeguarding.concerns.chronology import Entry
from safeguarding.concerns.models import Chronicled, Concern
from safeguarding.concerns.services import error, searching
from safeguarding.following import places
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.visiting import LABEL, visiting
from tests.walls import asking

pytestmark = pytest.mark.django_db(transaction=True)

SETTLED: list[Any] = []


def settle(concern: Concern, **_: Any) -> list[Any]:
    SETTLED.append(concern.pk)
    return []


@pytest.fixture
def visits() -> Iterator[type[models.Model]]:
    with visiting(when_in_error=f"{__name__}.settle") as model:
        yield model


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
