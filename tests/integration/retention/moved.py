"""Children who went to another school, and the rule for those of whom nothing is on record."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from children.facts import Leaving, NewChild
from children.models import Child
from children.services.registering import register_children
from retention.models import RetentionDate
from retention.services.scan import scan

from .conftest import Office, days_ago

SCHOOL = {
    "destination": "Whitmoor High School",
    "destination_authority": "356",
    "destination_establishment": "4021",
    "destination_confirmed": True,
}
BORN = date(2016, 3, 1)
# A year after the entry here two scans a week apart have seen that they are due.
DUE = 390


def leaver(place: Office, forename: str = "Ola", **facts: Any) -> Child:
    """A child who left ten days ago, to a school that is known; what else is known is `facts` of `NewChild`."""
    [key] = leavers(place, 1, forename, **facts)
    return Child.objects.get(pk=key)


def leavers(place: Office, number: int, forename: str = "Ola", **facts: Any) -> list[UUID]:
    """Several of them, by their keys."""
    left = timezone.localdate(days_ago(10))
    given = {"details": {"date_of_birth": BORN}, "leaving": Leaving(on=left, **SCHOOL)} | facts
    entered = left - timedelta(days=900)
    new = [NewChild(f"{forename}{n or ''}", "Thorne", entered_on=entered, **given) for n in range(number)]
    return register_children(school=place.school, children=new, today=timezone.localdate())


def codes(children: Iterable[Child]) -> dict[str, str]:
    """By which rule each of them is kept, or what is missing, by forename: as a scan finds it now."""
    scan()
    rows = RetentionDate.objects.filter(child__in=list(children)).select_related("rule", "child")
    return {row.child.forename: row.missing or row.rule.code for row in rows}
