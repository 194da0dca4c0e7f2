"""Is a schedule that tests lay as rows the same as one that the services put in force?"""

from collections import Counter
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from retention.models import RetentionRule
from retention.services.schedule import adopt_all, agree_all
from safeguarding.audit.models import Event

from .conftest import Office, days_ago, make_office, make_people

pytestmark = pytest.mark.django_db
# Each is another one each time, or the school's own.
OWN = {"id", "token", "school"}


def named(place: Office, field: Any, rule: RetentionRule) -> Any:
    """What a rule says in a field; of a person what they are at the school."""
    value = getattr(rule, field.name)
    return (
        {place.room.headteacher: "headteacher", place.officer: "officer"}[value]
        if field.is_relation and value
        else value
    )


def rules(place: Office) -> list[dict[str, Any]]:
    fields = [field for field in RetentionRule._meta.concrete_fields if field.name not in OWN]
    rows = RetentionRule.objects.filter(school=place.school).order_by("code")
    return [{field.name: named(place, field, rule) for field in fields} for rule in rows]


def events(place: Office) -> Counter[tuple[Any, ...]]:
    """The events of its rules, by rule, verb and person."""
    codes = dict(RetentionRule.objects.filter(school=place.school).values_list("pk", "code"))
    people = {place.room.headteacher.pk: "headteacher", place.officer.pk: "officer"}
    rows = Event.objects.filter(school_id=place.school.pk, object_type="retention.retentionrule")
    return Counter((codes[row.object_id], row.verb, people[row.actor_id], row.acting_role, row.outcome) for row in rows)


def test_the_same_rules_and_events_as_by_the_services():
    with time_machine.travel(timezone.now(), tick=False):
        laid, made = make_office(), make_people("Alder Brook Primary School")
        adopt_all(school=made.school, by=made.room.headteacher, at=days_ago(80))
        agree_all(school=made.school, by=made.officer, at=days_ago(79))
    assert rules(laid) == rules(made)
    proposed = RetentionRule.objects.filter(school=None)
    assert len(rules(laid)) == proposed.count() > 20
    assert events(laid) == events(made)
