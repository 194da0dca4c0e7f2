"""Does a lower app name what an upper app brings? Tables, verbs, kinds of notices, capabilities and pages, as strings.

Imports are held by `test_layers`; a string needs none. What an upper app brings is registered there, and found by a
loop here.
"""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import pytest
from django.apps import apps
from django.urls import get_resolver

from safeguarding.accounts.capabilities import CAPABILITIES
from safeguarding.accounts.notice_kinds import KINDS
from safeguarding.audit.verbs import VERBS
from safeguarding.packages import own_packages

from .source import ROOT, Module, product
from .test_urls import views

# Modules directly in `safeguarding/`, and its folders that are no app, serve every app that stands on this one.
ENGINE_STANDS_ON = "safeguarding.sealing"
# Calls and keywords that take the name of a page.
LEADS = {"reverse", "reverse_lazy", "redirect", "address_of", "NavItem", "Tab", "Setting", "opens_at", "asks_first"}
_PLACES = {
    VERBS.what: {"verb", "verb__in", "record", "record_many"},
    KINDS.what: {"kind", "kind__in", "kinds"},
    "page": LEADS,
}
# Files that name what an upper app brings, and why.
EXCEPTIONS = {
    (
        "safeguarding/audit/protection.py",
        "table",
    ): "asks of all people who sees a row",
    ("safeguarding/audit/facts.sql", "table"): "the same",
    ("safeguarding/audit/history.py", "table"): "puts the keys of the child and of the school beside each entry",
    ("safeguarding/chronicling.py", "table"): "writes the index of the chronology",
    ("safeguarding/following.py", "table"): "says which rows follow another",
    ("safeguarding/database.py", "table"): "says who may write what the database itself keeps",
    ("safeguarding/ending/kind_facts.py", "table"): "asks whether the day of a date that was scanned still holds",
    ("safeguarding/ending/wall.py", "table"): "asks what was approved before it lets who destroys see a row",
    ("safeguarding/records.py", "table"): "says which tables the database itself keeps",
    ("safeguarding/sealing/subjects.py", "table"): "a key is that of a child, or of a record about none",
}


class Brought(NamedTuple):
    """Something that `app` brings: a table, a verb, a page."""

    app: str
    what: str
    name: str


@cache
def heights() -> dict[str, int]:
    """How high each app stands, by the contract of `pyproject.toml`. Apps of one height know nothing of each other."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [contract] = [one for one in contracts if one["type"] == "layers"]
    layers = [layer.split(" | ") for layer in reversed(contract["layers"])]
    return {app: height for height, beside in enumerate(layers) for app in beside}


def app_of(dotted: str) -> str:
    """The app that a module belongs to; that on which the engine stands, for a module of the engine."""
    return next((app for app in heights() if f"{dotted}.".startswith(f"{app}.")), ENGINE_STANDS_ON)


def is_above(app: str, other: str) -> bool:
    """Whether `other` may know nothing of `app`."""
    return app != other and heights()[app] >= heights()[other]


@cache
def brought() -> frozenset[Brought]:
    """What every app brings."""
    found = {
        Brought(app_of(type(value).__module__), register.what, str(value))
        for register in (VERBS, KINDS, CAPABILITIES)
        for value in register.entries
    }
    for model in apps.get_models():
        if (app := model._meta.app_config.name) in heights():
            found |= {Brought(app, "table", name) for name in (model._meta.label_lower, model._meta.db_table)}
    for name, view in views(get_resolver().url_patterns):
        if view.__module__.split(".")[0] in own_packages() and app_of(view.__module__) != ENGINE_STANDS_ON:
            found.add(Brought(app_of(view.__module__), "page", name))
    return frozenset(found)


def strings(module: Module) -> Iterator[tuple[str, str]]:
    """Every string of a module with what it is given to: a call, a keyword, or what it is compared with."""
    given: dict[int, str] = {}
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                given |= {id(one): name for argument in node.args for one in ast.walk(argument)}
                given |= {id(one): key.arg or "" for key in node.keywords for one in ast.walk(key.value)}
            case ast.Compare(left=ast.Name(id=name) | ast.Attribute(attr=name)):
                given |= {id(one): name for other in node.comparators for one in ast.walk(other)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield given.get(id(node), ""), node.value


def named(app: str, said: Iterable[tuple[str, str]]) -> Iterator[Brought]:
    """What is named in strings of `app` and brought by an app above it."""
    above = [one for one in brought() if is_above(one.app, app)]
    whole = {one.name: one for one in above if one.what == CAPABILITIES.what}
    tables = {one.name: one for one in above if one.what == "table"}
    by_place = [(one, places) for one in above if (places := _PLACES.get(one.what))]
    for place, text in said:
        yield from (tables[word] for word in set(re.findall(r"\b[a-z]+[._][a-z]+\b", text)) & set(tables))
        yield from (whole[word] for word in set(re.findall(r"\w+", text)) & set(whole) if _is_code(text, word))
        yield from (one for one, places in by_place if place in places and one.name == text)


def _is_code(text: str, word: str) -> bool:
    """Whether a word stands alone, or quoted as in SQL."""
    return text == word or f"'{word}'" in text


def docstrings(module: Module) -> set[str | None]:
    """What a module tells its readers, which may name anything."""
    documented = (n for n in ast.walk(module.tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef))
    return {ast.get_docstring(node, clean=False) for node in documented}


def found() -> Iterator[tuple[str, Brought]]:
    """Everything that a lower app names, with the path of its file."""
    for module in product():
        docs = docstrings(module)
        said = ((place, text) for place, text in strings(module) if text not in docs)
        yield from ((module.path, one) for one in named(app_of(dotted(module.path)), said))
    for folder in own_packages():
        for path in sorted((ROOT / folder).rglob("*.sql")):
            at = str(path.relative_to(ROOT))
            said = [("", re.sub(r"--.*", "", path.read_text()))]
            yield from ((at, one) for one in named(app_of(dotted(at)), said))


def dotted(path: str) -> str:
    """The dotted name of the module, or of the SQL, at `path`."""
    return path.rsplit(".", 1)[0].replace("/", ".")


def test_no_lower_app_names_what_an_upper_app_brings():
    names: dict[tuple[str, str], set[str]] = {}
    for path, one in found():
        names.setdefault((path, one.what), set()).add(f"{one.name} of {one.app}")
    assert {place: said for place, said in names.items() if place not in EXCEPTIONS} == {}, "let the upper app register"
    assert set(EXCEPTIONS) <= set(names), "these name nothing of an upper app any longer"


@pytest.mark.parametrize(
    ("app", "line", "what"),
    [
        ("children", "tell(kind='new_concern')", KINDS.what),
        ("children", "open = notice.kind == 'new_concern'", KINDS.what),
        ("safeguarding.accounts", "Event.objects.filter(verb__in=['view', 'call'])", VERBS.what),
        ("safeguarding.accounts", "may(user, 'read_about_head', school)", CAPABILITIES.what),
        ("safeguarding.accounts", "facts = \"SELECT rules.schools_with(me, 'view_restricted')\"", CAPABILITIES.what),
        ("safeguarding.sealing", "rows = 'SELECT id FROM public.concerns_concern WHERE id = 1'", "table"),
        ("safeguarding.audit", "BY_MODEL = {'concerns.concern': 1}", "table"),
        ("safeguarding.accounts", "redirect('today')", "page"),
        ("safeguarding.concerns", "reverse('staff_concern', args=[1])", "page"),
    ],
)
def test_a_name_of_an_upper_app_is_found(app: str, line: str, what: str):
    assert [one.what for one in named(app, strings(_module(line)))] == [what]


@pytest.mark.parametrize(
    ("app", "line"),
    [
        ("children", "record(Verb.VIEW, kind='access')"),
        ("safeguarding.concerns", "may(user, 'import_children', school) and redirect('today')"),
        ("safeguarding.accounts", "purpose = 'call'"),
        ("safeguarding.accounts", "_SAYS = 'A decision'"),
    ],
)
def test_what_is_its_own_or_only_a_word_is_not(app: str, line: str):
    assert list(named(app, strings(_module(line)))) == []


def _module(text: str) -> Module:
    return Module("app/services.py", text, ast.parse(text))
