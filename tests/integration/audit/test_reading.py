"""The read gate: what is not yours is not there, and what is seen is on record."""

from collections.abc import Callable
from types import FunctionType, SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404
from django.template import Context, Template

from safeguarding.accounts.models import Term
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.protection import AskedPastTheGate, may_view, rule_of
from safeguarding.audit.reading import read_many, read_one, read_out, visible
from safeguarding.concerns.models import Account, Concern
from safeguarding.keys import uuid7
from tests import factories

pytestmark = pytest.mark.django_db


def asking(user):
    return SimpleNamespace(user=user)


def test_one_record_is_shown_and_recorded_or_not_there_at_all(cast):
    concern = factories.concern(cast)
    assert read_one(asking(cast.lead), Concern, pk=concern.pk) == concern
    assert Event.objects.filter(verb=Verb.VIEW, object_id=concern.pk).count() == 1
    elsewhere = factories.staffroom("Gorse Hill Academy").lead
    for person in (cast.teacher, cast.pastoral, cast.office, elsewhere):
        with pytest.raises(Http404):
            read_one(asking(person), Concern, pk=concern.pk)
        assert not may_view(person, concern)
    with pytest.raises(Http404):
        read_one(asking(cast.lead), Concern, pk=uuid7())


def test_a_reporter_reads_her_own_account_and_nobody_elses(cast):
    hers, his = factories.concern(cast, by=cast.teacher), factories.concern(cast, by=cast.assistant)
    assert list(visible(asking(cast.teacher), Account)) == [hers.account]
    assert set(visible(asking(cast.lead), Account)) == {hers.account, his.account}


def test_somebody_who_was_deactivated_sees_nothing(cast):
    factories.concern(cast)
    assert visible(asking(cast.lead), Concern).exists()
    cast.lead.is_active = False
    assert not visible(asking(cast.lead), Concern).exists()


def test_a_page_of_a_list_is_one_event_with_its_number_and_paper_one_for_each_record(cast):
    factories.concern(cast)
    factories.concern(cast)
    rows = read_many(asking(cast.lead), visible(asking(cast.lead), Concern)[:50])
    assert [e.count for e in Event.objects.filter(verb=Verb.LIST)] == [2]
    read_out(asking(cast.lead), rows)
    assert Event.objects.filter(verb=Verb.PRINT).count() == 2


def test_a_model_without_a_rule_shows_nothing_to_anybody():
    with pytest.raises(ImproperlyConfigured, match="no visibility rule"):
        rule_of(Term, None)


def asked_from(module: str, ask: Callable[[Any], Any], record: Any) -> Any:
    """`ask(record)`, as if its code stood in `module`."""
    return FunctionType(ask.__code__, {**ask.__globals__, "__name__": module})(record)


@pytest.mark.parametrize(
    "ask",
    [
        lambda concern: list(Concern.objects.filter(pk=concern.pk)),
        lambda concern: list(concern.children.all()),
        lambda concern: Template("{% for named in concern.children.all %}x{% endfor %}").render(
            Context({"concern": concern})
        ),
    ],
    ids=["its table", "what hangs on it", "in a template"],
)
def test_a_page_that_asks_past_the_gate_is_an_error_and_a_service_is_not(ask):
    concern = factories.concern(factories.staffroom())
    for module in ("safeguarding.concerns.views.lists", "children.panels", "safeguarding.concerns.forms.log"):
        with pytest.raises(AskedPastTheGate):
            asked_from(module, ask, concern)
    for module in ("safeguarding.concerns.services.reading", "safeguarding.concerns.permissions"):
        assert len(asked_from(module, ask, concern)) == 1
