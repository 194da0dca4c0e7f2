"""Is the practice school the same for the same seed, its desk the same on a Sunday, and does it move with the year?"""

import hashlib
import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from children import mentions
from children.models import ChildDetail, ContactLink
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import School
from safeguarding.concerns.models import Concern
from safeguarding.demo.apart import MAIN
from safeguarding.demo.seeding import seed_demo
from tests.practice_school import TUESDAY, few_notes

pytestmark = [pytest.mark.soak(part="school"), pytest.mark.django_db]
LONDON = ZoneInfo("Europe/London")


@pytest.fixture(autouse=True)
def _small_data(monkeypatch):
    few_notes(monkeypatch)


def digest() -> str:
    """Of everything that was made, except keys and what the clock wrote."""
    found = []
    for concern in Concern.objects.order_by("school__slug", "year", "number"):
        account = concern.account
        found.append(
            [
                concern.reference,
                concern.status,
                concern.title,
                concern.how_soon,
                concern.category_id,
                str(concern.logged_at),
                concern.logged_by.username,
                str(concern.closed_at),
                concern.closing_reason,
                mentions.told(account.facts, lambda one: "a mention"),
                account.child_words,
                account.place,
                str(account.observed_at),
                sorted(
                    f"{c.role} {c.child and c.child.detail.upn}"
                    for c in concern.children.select_related("child__detail")
                ),
                sorted(f"{d.kind} {d.rationale}" for d in concern.decisions.all()),
                sorted(f"{a.text} {a.due_on} {a.status} {a.result}" for a in concern.actions.all()),
                sorted(n.text for n in concern.notes.all()),
            ]
        )
    found.append(sorted(map(str, ContactLink.objects.values_list("child__detail__upn", "contact__identity"))))
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def test_the_same_seed_makes_the_same_school():
    digests = []
    for seed in (1, 1, 2):
        with transaction.atomic():
            made = seed_demo(now=TUESDAY, seed=seed)
            digests.append(digest())
            transaction.set_rollback(True)

    assert made.children == 540
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]


def test_a_desk_laid_on_a_sunday_looks_the_same():
    seed_demo(now=datetime(2026, 11, 22, 21, 0, tzinfo=LONDON))
    urgent = Concern.objects.get(status="new", how_soon=4)

    assert urgent.logged_at.astimezone(LONDON).strftime("%A %H:%M") == "Friday 15:21"


def test_the_school_moves_with_the_year():
    seed_demo(now=datetime(2028, 5, 16, 9, 0, tzinfo=LONDON))
    school = School.objects.get(slug=MAIN)

    assert SchoolCalendar.of(school.pk).is_school_day(datetime(2028, 5, 16).date())
    assert ChildDetail.objects.filter(school=school, child__year_group=0, child__left_on=None).count() == 60
    youngest = ChildDetail.objects.filter(school=school, child__year_group=0).earliest("date_of_birth")
    assert youngest.age(datetime(2028, 5, 16).date()) in (4, 5)
