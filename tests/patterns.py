"""Where does Harbour use a pattern, what is asked of it there, and what does a text cost it?"""

import ast
import gc
import importlib
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from safeguarding.packages import own_packages
from tests.hard_texts import Hard

ROOT = Path(__file__).parent.parent
METHODS = ("fullmatch", "match", "search", "findall", "finditer", "split", "subn", "sub")
# What a pattern is asked where the code does not say: at each place of a text, and of all of it.
ANYHOW = ("finditer", "fullmatch")
# Django's, which are given a pattern and search with it.
FIELDS = ("RegexField", "RegexValidator")
# How many arguments stand before the flags.
_FLAGS = {"compile": 1, "split": 3, "sub": 4, "subn": 4}
_ASKS = re.compile(rf"\.(?:{'|'.join(METHODS)})\b")
_MAKES = re.compile(rf"\bimport re\b|\bfrom re\b|\b(?:{'|'.join(FIELDS)})\b")

# Letters of a text, and of one eight times as long, which may cost three times what its length does.
SHORT, LONG, MOST = 12_500, 100_000, 24
# Seconds of the processor. Less is too little to be measured; a short text that takes the second would take a minute
# were it as long as the other and the pattern one whose time grows with the square.
FLOOR, ENOUGH = 0.001, 0.1


@dataclass
class Use:
    """A pattern where it is made: in which file, under which name or in which function, and what is asked of it."""

    path: str
    name: str
    call: ast.Call
    methods: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        return f"{self.path} {self.name}"

    @cached_property
    def module(self) -> Any:
        return importlib.import_module(self.path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))

    @cached_property
    def pattern(self) -> re.Pattern[Any] | None:
        """The pattern as its module makes it; None where it is made of what a function is given."""
        named = {word.arg: word.value for word in self.call.keywords}
        verb = ast.unparse(self.call.func).rpartition(".")[2]
        flags = named.get("flags", next(iter(self.call.args[_FLAGS.get(verb, 2) :]), None))
        parts = (named.get("regex") or self.call.args[0], None if verb in FIELDS else flags)
        try:
            made, meant = (eval(ast.unparse(part), vars(self.module)) if part else 0 for part in parts)  # noqa: S307
        except NameError:
            return None
        return made if isinstance(made, re.Pattern) else re.compile(made, meant)


def uses() -> list[Use]:
    """Every use of `re` in Harbour's packages, and every field of Django's that is given a pattern."""
    texts = [
        (str(path.relative_to(ROOT)), path.read_text())
        for package in own_packages()
        for path in sorted((ROOT / package).rglob("*.py"))
        if path.parent.name != "migrations"
    ]
    read = {path: (text, ast.parse(text)) for path, text in texts if _MAKES.search(text) or _ASKS.search(text)}
    # Of names that other modules may import, what anybody asks; of a module's own, what that module asks.
    by_all: defaultdict[str, set[str]] = defaultdict(set)
    by_module = {path: _asked_in(tree) for path, (_, tree) in read.items()}
    for asked in by_module.values():
        for name, methods in asked.items():
            by_all[name] |= methods
    found = [use for path, (text, tree) in read.items() if _MAKES.search(text) for use in _made_in(path, tree)]
    for use in found:
        name = use.name.split(" ")[0].rpartition(".")[2]
        asked = by_module[use.path].get(name, set()) if name.startswith("_") else by_all[name]
        use.methods = use.methods or tuple(sorted(asked)) or ANYHOW
    return found


def _asked_in(tree: ast.Module) -> dict[str, set[str]]:
    asked: defaultdict[str, set[str]] = defaultdict(set)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            asked[ast.unparse(node.value).rpartition(".")[2]].add(node.attr)
    return asked


def _made_in(path: str, tree: ast.Module) -> Iterator[Use]:
    makers = _Makers()
    makers.visit(tree)
    numbers: defaultdict[str, int] = defaultdict(int)
    for name, call, verb in makers.found:
        numbers[name] += 1
        asked = (verb,) if verb in METHODS else ("search",) if verb in FIELDS else ()
        yield Use(path, name if numbers[name] == 1 else f"{name} {numbers[name]}", call, asked)


class _Makers(ast.NodeVisitor):
    """Finds the calls that make a pattern, each with its name: that of the constant, else of what it stands in."""

    def __init__(self) -> None:
        self.around: list[str] = []
        self.found: list[tuple[str, ast.Call, str]] = []
        # What a module calls `re`, and what it takes out of it: its own name for it, and that of `re`.
        self.whole: set[str] = set()
        self.taken: dict[str, str] = {}
        self.in_function = 0

    def visit_Import(self, node: ast.Import) -> None:
        self.whole |= {one.asname or one.name for one in node.names if one.name == "re"}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module == "re":
            self.taken |= {one.asname or one.name: one.name for one in node.names}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.in_function += 1
        self._inside(node.name, node)
        self.in_function -= 1

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._inside(node.name, node)

    def visit_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if self.in_function or not isinstance(target, ast.Name):
            self.generic_visit(node)
        else:
            self._inside(target.id, node)

    def visit_Call(self, node: ast.Call) -> None:
        head, _, verb = ast.unparse(node.func).rpartition(".")
        verb = verb if head else self.taken.get(verb, verb)
        is_ours = head in self.whole or (not head and verb in self.taken.values())
        if (is_ours and verb in (*METHODS, "compile")) or verb in FIELDS:
            self.found.append((".".join(self.around), node, verb))
        self.generic_visit(node)

    def _inside(self, name: str, node: ast.AST) -> None:
        self.around.append(name)
        self.generic_visit(node)
        self.around.pop()


@dataclass
class Noting:
    """Stands in for `re` in a module, and notes the patterns that it makes."""

    patterns: list[re.Pattern[Any]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        made = getattr(re, name)
        if name not in (*METHODS, "compile"):
            return made

        def noted(pattern: Any, *given: Any, **named: Any) -> Any:
            flags = named.get("flags", next(iter(given[_FLAGS.get(name, 2) - 1 :]), 0))
            self.patterns.append(re.compile(pattern, flags))
            return made(pattern, *given, **named)

        return noted


def costs_more(ask: Callable[[Any], object], hard: Hard, *, screened: bool = False, enough: float = ENOUGH) -> bool:
    """Whether a text eight times as long takes more than 24 times as long. `screened`: one that takes too little to be
    measured is let be, since by the square it would take eighty times as much. `enough`: seconds after which a short
    text has taken too long, whatever a longer one takes.
    """
    if any(_seconds(ask, hard.of(length)) > enough for length in (25, 1_000)):
        return True
    short, long = hard.of(SHORT), hard.of(LONG)
    least = _seconds(ask, short)
    if least > enough or (screened and least < FLOOR):
        return least > enough
    # Other programs run meanwhile: the least of a few is what the text costs.
    most = float("inf")
    for _ in range(8):
        most, least = min(most, _seconds(ask, long)), min(least, _seconds(ask, short))
        if most <= MOST * max(least, FLOOR):
            return False
    return True


def _seconds(ask: Callable[[Any], object], text: str) -> float:
    return seconds_of(lambda: ask(text))


def seconds_of(ask: Callable[[], object]) -> float:
    """The seconds of a processor that this takes, without looking through what the process holds already."""
    gc.disable()
    begun = time.process_time()
    try:
        ask()
        return time.process_time() - begun
    finally:
        gc.enable()


def asking(pattern: re.Pattern[Any], method: str) -> Callable[[str], object]:
    """What takes a text and asks the pattern this of all of it."""
    ask = getattr(pattern, method)
    if method in ("sub", "subn"):
        ask = partial(ask, "" if isinstance(pattern.pattern, str) else b"")
    elif method == "finditer":
        return lambda text: deque(pattern.finditer(_as_taken(pattern, text)), maxlen=0)
    return lambda text: ask(_as_taken(pattern, text))


def _as_taken(pattern: re.Pattern[Any], text: str) -> Any:
    return text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text


def patterns_made_by(use: Use, example: Callable[[Any], Any], monkeypatch: Any) -> list[re.Pattern[Any]]:
    """The patterns of a use that is made of what its function is given. `example` takes the module and has it make
    them, or gives them.
    """
    noting = Noting()
    with monkeypatch.context() as patch:
        patch.setattr(use.module, "re", noting)
        given = example(use.module)
    return noting.patterns or list(given)
