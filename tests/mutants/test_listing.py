"""Is each check of a new app among the mutants, each under a name of its own, and does every planted fault apply?"""

import ast
import gc
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from django.apps import AppConfig, apps
from django.template import Engine

from children.permissions import may_merge
from safeguarding import records
from safeguarding.packages import own_apps
from safeguarding.staff import checking
from sharing.transfers.services import beat, words
from tests.mutants import faults, listing, results, witnesses
from tests.mutants.applying import applied, changed_code
from tests.mutants.listing import Edit, Mutant

SAID = {
    "permissions.py": "def visits_seen(me):\n    return Rule(because={}, never=hidden(me))\n",
    "facts.sql": "CREATE FUNCTION rules.visits_of(me uuid) RETURNS uuid[] AS $$ "
    "SELECT id FROM visit WHERE user_id = me AND visit.ended_at IS NULL $$;\n",
    "services/visiting.py": "def visit(by):\n    ensure(by, DECIDE)\n    ensure(by, VISIT)\n",
}
EDIT = Edit("safeguarding/once.py", 0, 0, "pass\n")
MUTANT = Mutant("visits visiting.visit: ensure", "visits", "code", (EDIT,), "visit")


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(results, "FILE", tmp_path / "mutants.json")
    return tmp_path / "mutants.json"


@pytest.fixture(scope="module")
def listed() -> dict[str, Mutant]:
    """Every mutant by its name: the list takes some seconds."""
    every = listing.mutants()
    assert len({mutant.name for mutant in every}) == len(every)
    return {mutant.name: mutant for mutant in every}


def test_the_checks_of_a_new_app_are_listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    module = ModuleType("visits")
    module.__path__ = [str(tmp_path / "visits")]
    for name, text in SAID.items():
        file = tmp_path / "visits" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    monkeypatch.setattr(listing, "ROOT", tmp_path)
    monkeypatch.setattr(listing, "TWICE", {})
    for elsewhere in ("_gate", "_planted"):
        monkeypatch.setattr(listing, elsewhere, lambda: ())
    assert not listing.mutants()
    monkeypatch.setitem(apps.app_configs, "visits", AppConfig("visits", module))
    assert [mutant.name for mutant in listing.mutants()] == [
        "fact visits_of: visit.ended_at IS NULL",
        "fact visits_of: user_id = me",
        "rule visits_seen of visits: never",
        "visits visiting.visit: ensure",
        "visits visiting.visit: ensure (2)",
    ]


def test_each_mutant_changes_its_files_to_what_compiles(listed: dict[str, Mutant]):
    assert len(listed) > 900
    for mutant in listed.values():
        for file, changed in mutant.sources().items():
            assert changed != (listing.ROOT / file).read_text(), mutant.name
            if file.endswith(".py"):
                ast.parse(changed)


def test_a_function_that_was_loaded_before_is_changed_and_comes_back(listed: dict[str, Mutant]):
    mutant = listed["rule may_merge of children: yes"]
    before = may_merge.__code__
    gc.freeze()
    with applied(mutant):
        assert may_merge.__code__ is not before
    assert may_merge.__code__ is before


def test_constant_is_changed_wherever_it_was_imported_to(listed: dict[str, Mutant]):
    with changed_code(listed["fault transfers: words of a file that are shown for a day"]):
        assert words.SHOWN_FOR == beat.SHOWN_FOR == timedelta(days=1)
    assert words.SHOWN_FOR == beat.SHOWN_FOR == timedelta(minutes=15)


def test_constant_made_of_a_changed_one_is_changed(listed: dict[str, Mutant]):
    with changed_code(listed["fault staff: a role read from a list under the wrong name"]):
        assert checking._ROLE_KEYS["deputy dsl"] == "lead"
    assert checking._ROLE_KEYS["deputy dsl"] == "deputy_lead"


def test_task_may_not_read_what_is_taken_from_it(listed: dict[str, Mutant]):
    with changed_code(listed["fault transfers: a worker that may not read who is named in a concern"]):
        assert "concerns.concernchild" not in records.system_reads()["transfers"]
    assert "concerns.concernchild" in records.system_reads()["transfers"]


def test_template_is_read_as_it_was_changed(listed: dict[str, Mutant]):
    def shown() -> str:
        return Engine.get_default().get_template("components/table.html").source

    before = shown()
    with changed_code(listed["fault safeguarding: a table wider than a phone"]):
        assert "min-width: 60rem" in shown()
    assert shown() == before


def test_what_is_asked_twice_is_taken_away_twice(listed: dict[str, Mutant]):
    both = [mutant for mutant in listed.values() if len(mutant.edits) > 1]
    assert len(both) == len(listing.TWICE)


def test_every_app_has_a_planted_fault():
    assert len(faults.FAULTS) >= 40
    assert {config.name.rpartition(".")[2] for config in own_apps()} == {fault.app for fault in faults.FAULTS}


def test_a_fault_that_stands_nowhere_is_named():
    with pytest.raises(ValueError, match=r"manage.py has 0 times: no such line"):
        listing.place_of("manage.py", "no such line")


def test_a_rule_is_witnessed_by_its_rows_and_by_the_pages_of_their_part(listed: dict[str, Mutant]):
    found = witnesses.with_witnesses(listed["rule siblings_seen of children: never"])
    assert found.models == ("children.sibling",)
    assert "child_people" in found.pages
    assert Mutant.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_a_fact_that_no_rule_asks_is_witnessed_by_the_tests_of_its_callers(listed: dict[str, Mutant]):
    found = witnesses.with_witnesses(listed["fact keeps_hold: lifted_at IS NULL"])
    assert not found.models
    assert any(test.startswith("tests/integration/retention/") for test in found.tests)


def test_a_mutant_is_asked_again_when_its_file_or_what_noticed_it_changes(kept: Path):
    results.keep(MUTANT, "tests/integration/test_facts.py::test_visit", 2.4)
    assert results.entries()[MUTANT.name]["seconds"] == 2
    assert results.is_current(MUTANT, results.entries())
    other = replace(MUTANT, edits=(Edit("safeguarding/once.py", 0, 0, "return\n"),))
    assert not results.is_current(other, results.entries())
    entry = results.entries()[MUTANT.name] | {"noticed_by": "tests/integration/test_links.py::test_visit"}
    assert not results.is_current(MUTANT, {MUTANT.name: entry})


def test_a_mutant_is_not_asked_again_when_a_page_may_ask_the_database_more_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def digest(said: str) -> str:
        policy = tmp_path / "docs" / "policy.yaml"
        policy.parent.mkdir(exist_ok=True)
        policy.write_text(said)
        monkeypatch.setattr(results, "ROOT", tmp_path)
        monkeypatch.setattr(results, "POLICY", policy)
        return results.digest_of(MUTANT, "docs/policy.yaml: GET help - by lead")

    before = digest("help: {GET: shown, queries: 7, POST: closed}")
    assert digest("help: {GET: shown, queries: 12, POST: closed}") == before
    assert digest("help: {GET: closed, queries: 7, POST: closed}") != before


def test_what_was_noticed_at_a_commit_and_survives_now_is_named(kept: Path, monkeypatch: pytest.MonkeyPatch):
    results.keep(MUTANT, "tests/integration/test_facts.py::test_visit", 1)
    before = kept.read_text()
    monkeypatch.setattr(results, "_git", lambda *asked: before if asked[0] == "show" else "abc")
    assert results.lost_since("abc", {MUTANT.name}) == []
    results.keep(MUTANT, "", 1)
    assert results.lost_since("abc", {MUTANT.name}) == [MUTANT.name]
    assert results.lost_since("abc", set()) == []
