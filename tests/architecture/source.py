"""What does the code say? The parsed modules, the lists and the templates that the tests of this folder walk over."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from safeguarding.packages import own_packages

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the root, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The file's own name, or that of its package where a module outgrew one file: `services` for
        `services/raising.py`.
        """
        parts = Path(self.path).with_suffix("").parts
        return next((p for p in parts if p in QUESTIONS), parts[-1])

    def lines(self) -> int:
        return self.text.count("\n")


# The names of files that answer one question in every app.
QUESTIONS = (
    "models",
    "permissions",
    "lifecycles",
    "services",
    "views",
    "forms",
    "urls",
    "tasks",
    "panels",
    "templatetags",
    "commands",
    "migrations",
)


@cache
def product() -> tuple[Module, ...]:
    """Every module of Harbour but its migrations, which Django writes."""
    return tuple(m for folder in own_packages() for m in _under(folder) if m.name != "migrations")


@cache
def tests() -> tuple[Module, ...]:
    """Every module of the tests."""
    return tuple(_under("tests"))


def _under(folder: str) -> Iterator[Module]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        text = path.read_text()
        yield Module(str(path.relative_to(ROOT)), text, ast.parse(text))


@cache
def lists() -> tuple[tuple[str, str], ...]:
    """Path from the root and text of every list that forms offer.

    What the staff of the demo school write is their own.
    """
    return tuple(
        (str(path.relative_to(ROOT)), path.read_text())
        for folder in own_packages()
        for path in sorted((ROOT / folder).rglob("data/*"))
        if "demo" not in path.relative_to(ROOT).parts
    )


@cache
def templates() -> tuple[tuple[str, str], ...]:
    """Path from the root and text of every template."""
    return tuple(
        (str(path.relative_to(ROOT)), path.read_text())
        for path in sorted((ROOT / "templates").rglob("*"))
        if path.is_file()
    )
