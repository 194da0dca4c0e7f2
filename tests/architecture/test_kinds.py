"""Is every kind of record that ends declared whole, and is nothing promised that nobody carries out?

A kind has five places: its line in an `ending.py`, its fact, the `schedule` of its model, its rule, and a row in the
table test. One is invented here, and loses each of them in turn.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.test.utils import isolate_apps

import retention
from retention.periods import OUTSIDE, WITH_THE_FILE
from retention.places import PLACES, Place, place_of
from safeguarding import personal_data
from safeguarding.ending import kind_facts, kinds
from safeguarding.packages import own_apps
from safeguarding.personal_data import Retention
from sharing.events.models import Consent
from tests.integration.retention.kinds import KINDS

RULES = Path(retention.__file__).parent / "data" / "rules.csv"
WORDS = ("Trial", "Trials")


def codes() -> set[str]:
    with RULES.open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file)}


def missing(rules: set[str], rows: set[str]) -> Iterator[str]:
    """A sentence for each place that a kind lacks. `rules`: those of the schedule, `rows`: those of the table test."""
    yield from kinds.problems(rules)
    for key in sorted(kinds.kinds().keys() ^ rows):
        yield f"{key}: a row in KINDS, and a kind that is declared, go together."


@pytest.fixture
def declared_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))


def test_every_kind_has_its_five_places():
    assert list(missing(codes(), set(KINDS))) == []


def test_every_rule_of_the_schedule_has_one_place():
    assert not kinds.carried_out() & (WITH_THE_FILE | OUTSIDE)
    assert {place_of(code) for code in codes()} == set(Place) == set(PLACES)


def test_a_root_without_a_kind_is_found_and_nothing_is_promised_of_it(declared_kinds: None):
    del kinds._kinds["consent"]
    assert set(kinds.problems(codes())) == {
        "sharing.Consent ends by the schedule consent: no ending.py declares a period for it."
    }
    assert place_of("R15") is Place.NOT_YET, "what nothing carries out is not promised"


@pytest.mark.parametrize(("rules", "called"), [({}, WORDS), ({"R15": "trial_over"}, ("Trial", ""))])
def test_a_kind_without_rule_or_words_is_refused(declared_kinds: None, rules: dict[str, str], called: Any):
    with pytest.raises(ImproperlyConfigured, match="needs rules, and words"):
        kinds.period("trial", Consent, rules=rules, called=called)


@pytest.mark.parametrize(
    ("without", "said"),
    [
        (None, []),
        ("line", ["demo.Trial ends by the schedule trial: no ending.py", "trial: a row in KINDS"]),
        ("schedule", ["demo.Trial: `schedule` must name trial."]),
        ("fact", ["demo.Trial: no facts.sql has rules.trial_over, which the kind trial names."]),
        ("hidden", ["demo.Trial: no facts.sql has rules.trials_hidden, which the kind trial names."]),
        ("rule", ["demo.Trial: the schedule has no rule R99, which the kind trial names."]),
        ("row", ["trial: a row in KINDS"]),
    ],
)
@isolate_apps("safeguarding.demo")
def test_an_invented_kind_needs_each_of_its_places(
    without: str | None, said: list[str], declared_kinds: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    class Trial(models.Model):
        class Meta:
            app_label = "demo"

        class PersonalData(personal_data.PersonalData):
            source = personal_data.Source.SCHOOL
            retention = Retention.ROOT
            schedule = "other" if without == "schedule" else "trial"

    facts = [("fact", "trial_over(records uuid[])"), ("hidden", "trials_hidden(me uuid)")]
    lines = [f"CREATE FUNCTION rules.{signature} …;" for name, signature in facts if name != without]
    (tmp_path / "facts.sql").write_text("\n".join(lines))
    if without != "line":
        kinds.period("trial", Trial, rules={"R99": "trial_over"}, called=WORDS, hidden="trials_hidden")
    monkeypatch.setattr(kinds, "own_models", lambda: [*personal_data.own_models(), Trial])
    monkeypatch.setattr(kinds, "own_apps", lambda: [*own_apps(), SimpleNamespace(path=str(tmp_path))])
    rules = codes() | (set() if without == "rule" else {"R99"})
    rows = set(KINDS) | (set() if without == "row" else {"trial"})
    found = list(missing(rules, rows))
    if without == "schedule":
        # Two places disagree: each is told of the other.
        assert found.pop(0).startswith("demo.Trial ends by the schedule other: no ending.py")
    assert len(found) == len(said) and all(map(str.startswith, found, said)), found


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
