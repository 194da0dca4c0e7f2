"""Is every kind of record that ends declared whole, and is nothing promised that nobody carries out?"""

import csv
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

import retention
from retention.periods import OUTSIDE, WITH_THE_FILE
from retention.places import PLACES, Place, place_of
from safeguarding.ending import kind_facts, kinds
from sharing.events.models import Consent

RULES = Path(retention.__file__).parent / "data" / "rules.csv"
WORDS = ("Trial", "Trials")


def codes() -> set[str]:
    with RULES.open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file)}


@pytest.fixture
def declared_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))


def test_every_schedule_is_carried_out_by_a_kind_and_every_kind_by_rules_that_there_are():
    assert list(kinds.problems()) == []
    assert kinds.carried_out() <= codes()


def test_every_rule_of_the_schedule_has_one_place():
    assert not kinds.carried_out() & (WITH_THE_FILE | OUTSIDE)
    assert {place_of(code) for code in codes()} == set(Place) == set(PLACES)


def test_a_root_without_a_kind_is_found(monkeypatch: pytest.MonkeyPatch, declared_kinds: None):
    del kinds._kinds["consent"]
    assert "sharing.Consent ends by the schedule consent: no ending.py declares a period for it." in set(
        kinds.problems()
    )
    assert place_of("R15") is Place.NOT_YET, "what nothing carries out is not promised"


def test_a_kind_whose_model_does_not_say_so_is_found(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Consent.PersonalData, "schedule", "request")
    assert "sharing.Consent: `schedule` must name consent." in set(kinds.problems())


@pytest.mark.parametrize(("rules", "called"), [({}, WORDS), ({"R15": "trial_over"}, ("Trial", ""))])
def test_a_kind_without_rule_or_words_is_refused(declared_kinds: None, rules: dict[str, str], called: Any):
    with pytest.raises(ImproperlyConfigured, match="needs rules, and words"):
        kinds.period("trial", Consent, rules=rules, called=called)


def test_a_kind_is_declared_once_and_reaches_the_functions_of_the_database(declared_kinds: None):
    kinds.period("trial", Consent, rules={"R15": "trial_over"}, called=WORDS, child="child", plain=True)
    with pytest.raises(ImproperlyConfigured, match="declared twice"):
        kinds.period("trial", Consent, rules={"R15": "trial_over"}, called=WORDS)
    made = dict([*kind_facts.first(), *kind_facts.last()])
    asked = {signature.partition("(")[0]: body for signature, body in made.items()}
    for name in ("kinds_of", "records_at", "plain_kinds", "keeps_day_changed"):
        assert "'trial'" in asked[name], name
    # Where no app has written it, `migrate` finds no such function.
    assert "rules.trial_over" in asked["keeps_day_changed"].replace('"', "")
