"""What `make run` hands to `manage.py up`: the environment as it is, so that the settings alone say which school it
is.
"""

import os
import runpy

import pytest

from tests.architecture.source import ROOT


@pytest.mark.parametrize("given", [{}, {"SECRET_KEY": "given"}, {"HARBOUR_DEMO": "false"}])
def test_it_decides_nothing_that_the_settings_decide(given: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARBOUR_DEMO")
    monkeypatch.delenv("SECRET_KEY")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    called = []
    monkeypatch.setattr(os, "execv", lambda program, command: called.append(command[-1]))
    runpy.run_path(str(ROOT / ".ci" / "bootstrap.py"))["start"]()
    assert called == ["up"]
    assert {name: os.environ[name] for name in ("HARBOUR_DEMO", "SECRET_KEY") if name in os.environ} == given
