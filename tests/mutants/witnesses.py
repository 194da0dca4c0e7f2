"""Which tests must notice a mutant? The rows and pages of the access policy that it guards, and the tests that name it.

A rule guards models; each model is a part of a record (`tests/matrix/parts.py`), and `docs/policy.yaml` says which
pages need or show that part. A fact guards what the rules guard that use it. Whatever calls the changed function, at a
few removes, gives the words by which its tests are found.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from types import CodeType, FunctionType
from typing import Any

from django.db import models
from django.db.models import UUIDField, Value

from safeguarding.audit.protection import _rules, condition, protected_models, rule_of
from safeguarding.packages import is_own
from tests.matrix.parts import parts_of
from tests.matrix.policy import read
from tests.mutants.listing import Mutant
from tests.mutants.naming import Named, callers, facts_used, functions, tests_of

# How many single tests are asked first, and then how many whole files.
TESTS, FILES = 24, 6
# Of several parts: entries of the history, and the index of the search.
_SEVERAL = {"audit.logentry", "concerns.chronicled"}
_GATE_TESTS = ("tests/integration/accounts/test_rights.py", "tests/integration/audit/test_refusals.py")


def with_witnesses(mutant: Mutant) -> Mutant:
    """The mutant with the models, pages and tests that are asked."""
    if mutant.about == "every page":
        needing = tuple(page for page, entry in _policy().pages.items() if "needs" in entry)
        return replace(mutant, pages=needing, tests=_GATE_TESTS)
    roads = callers(mutant.about, mutant.file)
    guarded = _guarded(mutant)
    tests = (*mutant.tests, *tests_of(roads, mutant.file, TESTS, FILES, refusing=mutant.kind != "fault"))
    return replace(
        mutant,
        models=tuple(sorted(model._meta.label_lower for model in guarded)),
        pages=mutant.pages or _pages(mutant, guarded, roads),
        tests=tuple(dict.fromkeys(tests)),
    )


_policy = cache(read)


def _pages(mutant: Mutant, guarded: set[type[models.Model]], roads: dict[Named, int]) -> tuple[str, ...]:
    """The pages that tell of it. A service is asked by its tests: its pages refuse most people before it is called."""
    if mutant.kind in ("fact", "rule"):
        return _pages_of(guarded)
    return () if mutant.kind == "fault" or "/services/" in mutant.file else _reached(roads)


def _guarded(mutant: Mutant) -> set[type[models.Model]]:
    """The models whose rows it keeps from somebody."""
    if mutant.kind == "fact":
        using = {mutant.about, *_using(mutant.about)}
        return {model for model, facts in _facts_of_models().items() if facts & using}
    if mutant.kind == "rule":
        module = mutant.file.removesuffix(".py").replace("/", ".")
        return {model for model, rule in _rules.items() if (module, mutant.about) in _calls(rule)}
    return set()


def _pages_of(guarded: Iterable[type[models.Model]]) -> tuple[str, ...]:
    """Pages that need or show a part of which these models are."""
    labels = ((model, model._meta.label_lower) for model in guarded)
    parts = {part for model, label in labels if label not in _SEVERAL for part in parts_of(model)}
    pages = _policy().pages.items()
    return tuple(page for page, entry in pages if entry.get("needs") in parts or parts & {*entry.get("shows", ())})


def _reached(roads: dict[Named, int]) -> tuple[str, ...]:
    """The pages of the views that lead to a function, the nearest first."""
    known = _policy().pages
    found = [
        one.page for one, _ in sorted(roads.items(), key=lambda road: (road[1], road[0].page)) if one.page in known
    ]
    return tuple(dict.fromkeys(found))


@cache
def _facts_of_models() -> dict[type[models.Model], frozenset[str]]:
    """Each protected model to the facts that its rule asks by itself."""
    me = Value("6d7e0000-0000-4000-8000-000000000000", UUIDField())
    return {
        model: frozenset(facts_used(condition(model, rule_of(model, me).within_reach)[0]))
        for model in protected_models()
    }


@cache
def _using(fact: str) -> set[str]:
    """The facts that ask this one, at however many removes."""
    found, new = set[str](), {fact}
    while new:
        new = {one.name for one in functions() if one.file.endswith(".sql") and one.words & new} - found
        found |= new
    return found


@cache
def _calls(rule: Any) -> frozenset[tuple[str, str]]:
    """The functions of Harbour's own that a rule calls, itself included, as (module, name)."""
    found, ahead = set[tuple[str, str]](), [rule]
    while ahead:
        function = ahead.pop()
        key = (function.__module__, function.__name__)
        if key in found:
            continue
        found.add(key)
        called = (function.__globals__.get(name) for name in _global_names(function.__code__))
        ahead += [one for one in called if type(one) is FunctionType and is_own(one.__module__)]
    return frozenset(found)


def _global_names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _global_names(inner)
