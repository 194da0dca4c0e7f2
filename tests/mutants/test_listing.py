"""Is each check of a new app among the mutants, without a word of it here?"""

from pathlib import Path
from types import ModuleType

import pytest
from django.apps import AppConfig, apps

from tests.mutants import listing

SAID = {
    "permissions.py": "def visits_seen(me):\n    return Rule(because={}, never=hidden(me))\n",
    "facts.sql": "CREATE FUNCTION rules.visits_of(me uuid) RETURNS uuid[] AS $$ SELECT id WHERE user_id = me $$;\n",
    "services/visiting.py": "def visit(by):\n    ensure(by, DECIDE)\n",
}


def test_the_checks_of_a_new_app_are_listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    module = ModuleType("visits")
    module.__path__ = [str(tmp_path / "visits")]
    for name, text in SAID.items():
        file = tmp_path / "visits" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    monkeypatch.setattr(listing, "ROOT", tmp_path)
    monkeypatch.setattr(listing, "_gate", lambda: ())
    assert not list(listing.mutants())
    monkeypatch.setitem(apps.app_configs, "visits", AppConfig("visits", module))
    assert {mutant.name for mutant in listing.mutants()} == {
        "fact visits_of: user_id = me",
        "rule visits_seen of visits: never",
        "visits visiting.visit: ensure",
    }
