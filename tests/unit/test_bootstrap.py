"""What `make run` hands to `manage.py up`: the environment as it is, so that the settings alone say which school it
is.
"""

import os
import runpy
from pathlib import Path

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


@pytest.mark.parametrize(
    ("offered", "installed"),
    [("new-browser old-browser", "new-browser"), ("old-browser", "old-browser"), ("", "old-browser")],
)
def test_first_package_that_apt_offers_is_installed(
    offered: str, installed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt_cache = tmp_path / "apt-cache"
    apt_cache.write_text(f'#!/bin/sh\ncase " {offered} " in *" $2 "*) echo "Package: $2" ;; *) exit 100 ;; esac\n')
    apt_cache.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    first_offered = runpy.run_path(str(ROOT / ".ci" / "bootstrap.py"))["first_offered"]
    assert first_offered("new-browser|old-browser") == installed
    assert first_offered("redis-server") == "redis-server"
