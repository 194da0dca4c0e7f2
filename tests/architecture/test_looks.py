"""Does Harbour look like itself? Its own identity, no government's; every class that pages use exists, and no other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from safeguarding.concerns.bodymap import STYLESHEET, stylesheet

from .source import ROOT, product, templates

GOVERNMENT = re.compile(r"@font-face|GDS Transport|crown|crest|govuk-logotype|gov\.uk logo|ogl\b", re.IGNORECASE)
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
# Drawn as parts of a name (`hb-tag--{{ tone }}`) or by the libraries.
BUILT = re.compile(
    r"hb-(tag|badge|alert|panel|light|soon|sev|due|tl__dot|spot|w\d+|grid|table|count|input|select|textarea)(--.*|\d*)$"
)


@pytest.fixture(scope="module")
def css(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The stylesheet as `npm run build` makes it."""
    out = tmp_path_factory.mktemp("css") / "harbour.css"
    command = (ROOT / "package.json").read_text().split('"build": "')[1].split('"')[0].split()
    sass = ROOT / "node_modules" / ".bin" / command[0]
    # Where the machine has no Node, it stands beside this Python.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [sass, *command[1:-1], out], cwd=ROOT, check=True, capture_output=True, env=os.environ | {"PATH": path}
    )
    return out.read_text()


def test_it_is_no_government_service(css):
    served = dict(templates()) | {"harbour.css": css}
    served |= {str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "static").rglob("*.svg")}
    assert [path for path, text in served.items() if GOVERNMENT.search(text)] == []
    assert {path.name for path in (ROOT / "static" / "images").iterdir()} == {"icon.svg"}


def test_the_stylesheet_fetches_nothing(css):
    assert re.findall(r"url\(|@import", css) == []


def test_every_class_on_a_page_is_in_the_stylesheet(css):
    known = set(re.findall(r"\.(hb-[\w-]+)", css))
    used = {name: path for path, text in templates() for name in _classes(text)}
    assert {name: path for name, path in used.items() if name not in known} == {}


def test_every_class_in_the_stylesheet_is_on_a_page(css):
    everywhere = "\n".join(
        [text for _, text in templates()]
        + [module.text for module in product()]
        + [path.read_text() for path in SCRIPTS]
        + [(ROOT / "docs" / "components.md").read_text()]
    )
    dead = {name for name in re.findall(r"\.(hb-[\w-]+)", css) if name not in everywhere and not BUILT.match(name)}
    assert dead == set()


def test_the_body_map_is_drawn_from_its_list():
    assert STYLESHEET.read_text() == stylesheet()


def _classes(text: str) -> set[str]:
    """The whole class names of a template that are Harbour's."""
    plain = re.sub(r"{%.*?%}|{{.*?}}", "\x00", text)
    return {
        name
        for attribute in re.findall(r'class="([^"]*)"', plain)
        for name in attribute.split()
        if name.startswith("hb-") and "\x00" not in name and not name.endswith("--")
    }


def test_a_script_is_short_and_speaks_to_its_own_attribute():
    assert [path.name for path in SCRIPTS if path.read_text().count("\n") > 120] == []
    guide = (ROOT / "docs" / "components.md").read_text()
    assert [path.name for path in SCRIPTS if f"`{path.name}`" not in guide] == []


def test_lines_grow_with_the_text_that_a_reader_chose():
    """A fixed line height lays the lines of large text over each other.

    The scale of type is turned into rem when built.
    """
    ours = [path for path in (ROOT / "static" / "scss").rglob("*.scss") if path.name != "_settings.scss"]
    assert [path.name for path in ours if re.search(r"line-height: *\d+px", path.read_text())] == []
