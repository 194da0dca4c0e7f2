"""Who names a function? Other functions, the views of pages, and tests: read once from all of the code.

A name stands for whatever is called so. Few are called alike, and one test too many costs seconds.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from safeguarding.packages import own_packages
from tests import costs
from tests.mutants.listing import ROOT, page_names

# At how many removes a caller still leads to what is changed.
_REMOVES = 3
# A word that so many tests use says little of any of them.
_COMMON = 40
# With so many callers, or tests, none is looked for further away.
_ENOUGH = 120
_REFUSALS = {"NotAllowed", "PermissionDenied", "Http404", "OutOfTurn", "403", "404"}
_REFUSING_NAMES = re.compile(r"refus|cannot|may_not|only|nobody|guess|not_|who_|without")
# Tests that make a school of their own, or are about the machine: too dear to be asked of one check.
_DEAR = {"practice_school", "demo", "launch", "next_version"}


@dataclass(frozen=True)
class Named:
    """A function, a class, or a fact in SQL: what it names, and of which page it is the view."""

    name: str
    file: str
    words: frozenset[str] = field(compare=False)
    page: str = ""

    @property
    def app(self) -> str:
        return app_of(self.file)


@dataclass(frozen=True)
class Test:
    """A test function and everything that it and its helpers name."""

    name: str
    file: str
    words: frozenset[str] = field(compare=False)

    @property
    def refuses(self) -> bool:
        return bool(self.words & _REFUSALS) or bool(_REFUSING_NAMES.search(self.name))


@cache
def app_of(file: str) -> str:
    """The folder of the app that a file is of: "sharing/events", "safeguarding/plans", "children"."""
    parts = Path(file).parts
    return "/".join(parts[:2]) if (ROOT / parts[0] / parts[1] / "apps.py").exists() else parts[0]


def facts_used(text: str) -> set[str]:
    return set(re.findall(r"\brules\.(\w+)", text))


@cache
def functions() -> tuple[Named, ...]:
    """Everything of Harbour's own that has a name."""
    pages, found = dict(page_names()), list[Named]()
    for package in own_packages():
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                found += _of_python(path, pages)
        for path in sorted((ROOT / package).rglob("facts.sql")):
            found += _of_sql(path)
    return tuple(found)


@cache
def callers(about: str, file: str) -> dict[Named, int]:
    """What leads to the function `about` of a file, itself included, each with at how many removes."""
    own = [one for one in functions() if one.file == file and about in (one.name, one.page)]
    # A method, or a statement of a module, is found by its word alone.
    found = dict.fromkeys(own or [Named(about, file, frozenset())], 0)
    new = list(found)
    for removes in range(1, _REMOVES + 1):
        if len(found) > _ENOUGH:
            break
        ahead = {one for called in new for one in _callers_of(called)} - found.keys()
        found |= dict.fromkeys(ahead, removes)
        new = list(ahead)
    return found


def tests_of(roads: dict[Named, int], file: str, single: int, whole: int, *, refusing: bool = True) -> Iterator[str]:
    """The tests that name one of these, the likeliest first: so many by themselves, then so many files of theirs.

    Of those at the same number of removes, those of a file with a like name come first, then tests of a refusal where
    one is taken away (`refusing`), then the cheapest.
    """
    folders = _test_folders(app_of(file))
    nearest: dict[Test, int] = {}
    for word, removes in _words_of(roads).items():
        if len(nearest) > _ENOUGH and removes:
            break
        for test in _naming()[word]:
            nearest.setdefault(test, removes)

    def order(test: Test) -> tuple[bool, int, bool, bool, float, str, str]:
        elsewhere, unlike = not test.file.startswith(folders), not _is_like(test.file, file)
        strayed = refusing and not test.refuses
        return elsewhere, nearest[test], unlike, strayed, _seconds(test.file), test.file, test.name

    ordered = sorted(nearest, key=order)
    yield from (f"{test.file}::{test.name}" for test in ordered[:single])
    files = dict.fromkeys([*(test.file for test in ordered), *tests_of_app(file)])
    yield from list(files)[:whole]


@cache
def _seconds(file: str) -> float:
    """What a test of this file takes, in the last whole run."""
    known = costs.by_file().get(file, {"seconds": 0.0, "tests": 1})
    return known["seconds"] / known["tests"]


def _words_of(roads: dict[Named, int]) -> dict[str, int]:
    """The words by which tests are found, the nearest first. A common one only for what is changed itself, and last."""
    words: dict[str, int] = {}
    for one, removes in roads.items():
        for word in {one.name, one.page} - {""}:
            naming = len(_naming().get(word, ()))
            if naming and not word.startswith("_") and (naming <= _COMMON or not removes):
                words.setdefault(word, removes + (_REMOVES if naming > _COMMON else 0))
    return dict(sorted(words.items(), key=lambda word: (word[1], word[0])))


def _callers_of(called: Named) -> Iterator[Named]:
    for one in _mentions().get(called.name, ()):
        if one.file == called.file or (not called.name.startswith("_") and _is_near(called.file, one.file)):
            yield one


@cache
def _is_near(called: str, caller: str) -> bool:
    """Whether a file may call what is defined in another: facts are called by name, functions are imported."""
    dotted = app_of(called).replace("/", ".")
    return called.endswith(".sql") or app_of(called) == app_of(caller) or dotted in _text(caller)


@cache
def _mentions() -> dict[str, list[Named]]:
    found = defaultdict(list)
    for one in functions():
        for word in one.words:
            found[word].append(one)
    return found


@cache
def _text(file: str) -> str:
    return (ROOT / file).read_text()


def _of_python(path: Path, pages: dict[str, str]) -> Iterator[Named]:
    file = str(path.relative_to(ROOT))
    dotted = file.removesuffix(".py").replace("/", ".")
    for node in ast.parse(_text(file)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield Named(node.name, file, _words(node), pages.get(f"{dotted}.{node.name}", ""))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            # Registered under another name: `look_for(children_open="children_open_to")`.
            for keyword in node.value.keywords:
                if keyword.arg and isinstance(keyword.value, ast.Constant):
                    yield Named(keyword.arg, file, _words(keyword.value))


def _of_sql(path: Path) -> Iterator[Named]:
    file = str(path.relative_to(ROOT))
    for function in re.finditer(r"CREATE FUNCTION rules\.(\w+).*?\$\$(.*?)\$\$;", _text(file), re.DOTALL):
        yield Named(function[1], file, frozenset(facts_used(function[2])))


def _words(node: ast.AST) -> frozenset[str]:
    """What a piece of code names: variables, attributes, short texts, facts in SQL, numbers of an answer."""
    found = set[str]()
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            found.add(one.id)
        elif isinstance(one, ast.Attribute):
            found.add(one.attr)
        elif isinstance(one, ast.arg):
            found.add(one.arg)
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            found |= {one.value} if one.value.isidentifier() else facts_used(one.value)
        elif isinstance(one, ast.Constant) and one.value in (403, 404):
            found.add(str(one.value))
    return frozenset(found)


# --- the tests


@cache
def _naming() -> dict[str, list[Test]]:
    """Each word to the tests that name it."""
    found = defaultdict(list)
    for test in _tests():
        for word in test.words:
            found[word].append(test)
    return found


@cache
def _tests() -> tuple[Test, ...]:
    """Every test function of the integration and unit tests, with what it names by way of helpers beside it."""
    found = list[Test]()
    for top in ("integration", "unit"):
        for folder in sorted({path.parent for path in (ROOT / "tests" / top).rglob("test_*.py")}):
            if not _DEAR & {*folder.parts}:
                found += _tests_in(folder)
    return tuple(found)


def _tests_in(folder: Path) -> Iterator[Test]:
    modules = {path: _defined(path) for path in sorted(folder.glob("*.py"))}
    shared = {
        name: words
        for path, defined in modules.items()
        if not path.name.startswith("test_")
        for name, words in defined.items()
    }
    for path, defined in modules.items():
        for name in defined:
            if path.name.startswith("test_") and name.startswith("test_"):
                yield Test(name, str(path.relative_to(ROOT)), _through(name, shared | defined))


def _defined(path: Path) -> dict[str, frozenset[str]]:
    """The functions, classes and tables of a test module, each with what it names."""
    found = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = _words(node)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = _words(node.value)
    return found


def _through(name: str, defined: dict[str, frozenset[str]]) -> frozenset[str]:
    found, ahead = set[str](), {name}
    seen = set[str]()
    while ahead:
        seen |= ahead
        new = frozenset().union(*(defined[one] for one in ahead))
        found |= new
        ahead = {word for word in new if word in defined} - seen
    return frozenset(found)


def _test_folders(app: str) -> tuple[str, ...]:
    """Where the tests of an app are: those of "sharing/events" in the folder of sharing."""
    names = [name for name in reversed(Path(app).parts) if (ROOT / "tests" / "integration" / name).is_dir()]
    return tuple(f"tests/{top}/{names[0]}/" for top in ("integration", "unit")) if names else ()


@cache
def tests_of_app(file: str) -> tuple[str, ...]:
    """The test files of the app that a file is of: those of a like name first, then the cheapest; the dear ones not."""
    folders = (ROOT / folder for folder in _test_folders(app_of(file)))
    found = (path.relative_to(ROOT) for folder in folders for path in folder.rglob("test_*.py"))
    asked = (str(path) for path in found if not _DEAR & {*path.parts})
    return tuple(sorted(asked, key=lambda test: (not _is_like(test, file), _seconds(test), test)))


@cache
def _is_like(test: str, file: str) -> bool:
    """Whether the names of a test file and of what is changed share a word."""
    one, other = ({word.rstrip("s") for word in Path(path).stem.split("_")} - {"test"} for path in (test, file))
    return bool(one & other)
