"""Can a school that begins with nothing get to whatever the practice school has of its children? By the services that
its pages, its commands and its worker call, and field by field: by hand, or with a list.
"""

import ast
import inspect
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from importlib.util import resolve_name
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from django.db import models

from children.forms import keeping
from children.forms import safeguards as forms
from children.lifecycles import address_life, order_life, responsibility_life
from children.models import (
    ChildDetail,
    ChildUpdate,
    ConfidentialAddress,
    ContactRestriction,
    FormerUpn,
    OtherName,
    ParentalResponsibility,
)
from safeguarding.accounts.models import School
from safeguarding.moves import Lifecycle
from safeguarding.personal_data import declared
from tests.integration.children.kept_fields import ELSEWHERE, KEPT, LINES
from tests.postgres import ROOT

OURS = ("children", "retention", "safeguarding", "sharing")
DEMO = ROOT / "safeguarding" / "demo"
# Reading it begins to serve, and asks the database first.
SERVES = ROOT / "safeguarding" / "asgi.py"
LIVES: dict[Any, Lifecycle[Any]] = {
    ContactRestriction: order_life,
    ConfidentialAddress: address_life,
    ParentalResponsibility: responsibility_life,
}
# The forms that ask for what is not in the table of kept fields, or offer a choice that is.
FORMS: dict[Any, Any] = {
    ContactRestriction: forms.OrderForm,
    ConfidentialAddress: forms.AddressForm,
    ParentalResponsibility: forms.ResponsibilityForm,
    ChildUpdate: keeping.EndForm,
    ChildDetail: keeping.BirthForm,
    OtherName: keeping.OtherNameForm,
}
# Lists and transfer files bring these, and nobody types them.
LISTED = {"formerupn.upn", "formerupn.until"}
# Neither typed nor brought by a list, or a value of a choice that no form offers: ten at most, each with its reason.
EXCEPTIONS = {
    "childupdate.part": "each form changes one part of the record, and the service says which",
    "childupdate.way": "the service says whether it added, changed, corrected or ended",
    "childupdate.fields": "the fields that were changed, as the service found them",
    "childupdate.was": "what stood there before, as the service found it",
    "childupdate.made_at": "when the form was sent",
}


# Called by the practice school alone, and make nothing that a school has.
FOR_PRACTICE = {
    "safeguarding.accounts.services.factors.current_code": "shows whoever tries it out the code that an app would show",
    "sharing.requests.services.documents.released": "reads what goes out of an item, as the answer does",
}


# --- services


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _named(path: Path) -> dict[str, Any]:
    """What a file imports of Harbour, by the name it has there; of a service, what it has itself, too."""
    package = ".".join(path.relative_to(ROOT).parent.parts)
    found: dict[str, Any] = {}
    if "services" in path.parts or path.stem == "services":
        found |= vars(import_module(f"{package}.{path.stem}" if path.stem != "__init__" else package))
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ImportFrom):
            whole = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module or ""
            if whole.split(".")[0] in OURS:
                found |= {one.asname or one.name: _imported(whole, one.name) for one in node.names if one.name != "*"}
    return found


def _imported(module: str, name: str) -> Any:
    there = import_module(module)
    return getattr(there, name) if hasattr(there, name) else import_module(f"{module}.{name}")


def _used(paths: Iterable[Path]) -> Iterator[tuple[FunctionType, Path]]:
    """Every service that one of these files names outside its imports."""
    for path in paths:
        named = _named(path)
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Name | ast.Attribute):
                found = _resolved(node, named)
                if isinstance(found, FunctionType) and ".services" in found.__module__:
                    yield inspect.unwrap(found), path


def _resolved(node: ast.expr, named: dict[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return named.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(within := _resolved(node.value, named), ModuleType):
        return getattr(within, node.attr, None)
    return None


def test_each_service_of_the_practice_school_is_called_from_elsewhere():
    files = {path for app in OURS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts}
    files.discard(SERVES)
    demo = {path for path in files if DEMO in path.parents}
    ours = {service for service, _ in _used(demo)}
    elsewhere = {service for service, _ in _used(files - demo)}
    alone = {f"{one.__module__}.{one.__qualname__}" for one in ours - elsewhere if ".demo." not in one.__module__}
    assert len(ours) > 100
    assert alone == set(FOR_PRACTICE), (
        "no page, command or task calls it: only the practice school can have what it makes"
    )


# --- columns and choices


def _columns(model: Any) -> list[Any]:
    """The fields of a model in which something is said of a child."""
    mine = declared(model)
    named = {*mine.narrative, *mine.identifying, *mine.plain} if mine else set()
    return [one for one in model._meta.concrete_fields if one.name in named and not _is_of_the_machine(one)]


def _is_of_the_machine(field: Any) -> bool:
    is_given = field.db_default is not models.NOT_PROVIDED
    return not field.editable or is_given or isinstance(field, models.UUIDField)


def _asked(model: Any) -> Iterator[str]:
    """The columns that a form asks for, or a move sets."""
    if model in LIVES:
        yield from ("status", "ends_on", *FORMS[model].base_fields)
        for move in LIVES[model].moves.values():
            yield from (f"{move.stamps}_at", *move.required)
    elif model is ChildUpdate:
        yield from FORMS[model].base_fields


def _offered(model: Any, name: str) -> set[str]:
    """The choices of a column that somebody can make, or a move sets."""
    if name == "status":
        return {"recorded", *(str(move.target) for move in LIVES[model].moves.values())}
    field = FORMS[model].base_fields.get(name) if model in FORMS else None
    return {str(value) for value, _ in getattr(field, "choices", ())}


@pytest.mark.django_db
def test_each_column_and_choice_of_a_child_is_typed_or_listed(school: School):
    covered = (*KEPT, *LIVES, FormerUpn, ChildUpdate)
    lines = {*(line.field for line in LINES), *ELSEWHERE, *LISTED}
    lines |= {f"{model._meta.model_name}.{name}" for model in covered for name in _asked(model)}
    unsaid = set()
    for model in covered:
        columns = _columns(model)
        for values in model._base_manager.values_list(*(one.name for one in columns)):
            for column, value in zip(columns, values, strict=True):
                name = f"{model._meta.model_name}.{column.name}"
                if value in (None, "", []):
                    continue
                if name not in lines or (column.choices and value not in _offered(model, column.name)):
                    unsaid.add(name)
    assert unsaid == set(EXCEPTIONS), "a form that asks for it, or a reason in EXCEPTIONS"
    assert len(EXCEPTIONS) <= 10
