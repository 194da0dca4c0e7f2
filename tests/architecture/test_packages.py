"""Is every package of Harbour's own, as the app registry knows them, in the image and in the layers?"""

import tomllib

from safeguarding.packages import is_own, own_apps, own_packages
from tests.architecture.source import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]


def test_each_is_in_the_image_and_in_the_layers():
    dockerfile, ignored = (ROOT / "Dockerfile").read_text(), (ROOT / ".dockerignore").read_text()
    for package in own_packages():
        assert f"COPY {package} {package}\n" in dockerfile
        assert f"!{package}\n" in ignored
    assert sorted(PROJECT["importlinter"]["root_packages"]) == sorted(own_packages())
    layers = {name for line in PROJECT["importlinter"]["contracts"][0]["layers"] for name in line.split(" | ")}
    assert layers == {app.name for app in own_apps()} - {"safeguarding"}


def test_a_library_is_not_our_own():
    assert {"safeguarding", "children"} <= set(own_packages())
    assert is_own("children.models.child") and not is_own("guardian.models") and not is_own("childrens")
