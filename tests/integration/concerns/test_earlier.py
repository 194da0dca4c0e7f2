"""Do records of an earlier system come onto the right children, whole or not at all, and off them again?"""

from datetime import UTC, date, datetime

import pytest

from safeguarding.accounts.models import Notice
from safeguarding.concerns.models import EarlierBatch, EarlierRecord, EarlierRow
from tests import factories
from tests.earlier import action, bring_in, row
from tests.sheets import number

pytestmark = pytest.mark.django_db
S = EarlierBatch.Status


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def rowan(cast):
    return child(cast, 1, "Rowan", "Ashdown")


@pytest.fixture
def amy(cast):
    return child(cast, 2, "Amy", "Bell")


def child(cast, serial, forename, surname, born=date(2017, 3, 14), **details):
    details = {"upn": number(serial), "date_of_birth": born, **details}
    return factories.child(cast.school, forename, surname, by=cast.office, details=details)


def problems(batch):
    """What is wrong with which row."""
    return dict(EarlierRow.objects.filter(batch=batch).exclude(problem="").values_list("number", "problem"))


def test_incidents_come_with_their_source_author_date_and_actions(cast, rowan, amy):
    batch = bring_in(
        cast.school,
        by=cast.lead,
        rows=[
            row(7, rowan, action="Rang home", action_date="12/03/2024", where="Yard"),
            row(7, amy),
            action(7, "Spoke to both", on="14/03/2024"),
            action(7, "Wrote to her mother", on="13/03/2024", upn=number(2)),
            row(7, rowan, action="Rang home", action_date="12/03/2024", where="Yard"),
            row(8, rowan, date="2 May 2025"),
        ],
    )
    assert batch.status == S.CONFIRMED
    assert batch.summary["done"] == {"records": 3, "files": 0, "actions": 4, "children": 2}
    assert batch.summary["rows"] == {"record": 3, "action": 2, "repeated": 1}
    first, second = EarlierRecord.objects.filter(child=rowan).order_by("happened_at")
    assert (first.source, first.author, first.category, first.reference) == (
        "Old record system",
        "Mr B Hale",
        "Home",
        "7",
    )
    assert first.happened_at == datetime(2024, 3, 12, 9, 40, tzinfo=UTC)
    assert first.is_timed
    assert first.narrative == "He said that number 7 had happened."
    assert [one["action"] for one in first.actions] == ["Rang home", "Spoke to both"]
    assert first.more == [["Where", "Yard"]]
    assert not second.is_timed
    other = EarlierRecord.objects.get(child=amy)
    assert [(one["action_on"], one["action"]) for one in other.actions] == [
        ("2024-03-13", "Wrote to her mother"),
        ("2024-03-14", "Spoke to both"),
    ]
    # Nobody is told, nothing is due, and of the files on their way nothing is left.
    assert not Notice.objects.filter(school_id=cast.school.pk).exists()
    assert not batch.rows.exists()
    assert not batch.uploads.exists()
