"""How does Harbour run without one of its checks, in this process, and then again as before?

Nothing is written to a file. A fact is replaced in the database and a rule put up again, in a transaction that is taken
back; a function is given the code that its changed source compiles to; an address is given the view of a changed
module.
"""

import ast
import gc
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import module_from_spec, spec_from_loader
from inspect import unwrap
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from django.db import connection, transaction
from django.urls import URLPattern, URLResolver, get_resolver

from safeguarding.audit.protection import sight_sql, visible_sql
from safeguarding.row_security import put_up, take_down
from safeguarding.settings import env
from tests.mutants.listing import ROOT, Edit, Mutant
from tests.postgres import TEMPLATE, Databases, with_the_clock


@contextmanager
def applied(mutant: Mutant) -> Iterator[None]:
    """Everything inside runs as the mutant. What it does to the database is for the caller to take back."""
    changed = mutant.sources()
    with ExitStack() as stack:
        for edit in mutant.edits:
            if edit.file.endswith(".sql"):
                _redefine(changed[edit.file], edit.start)
            elif mutant.kind == "page":
                stack.enter_context(_page(mutant.pages[0], edit, changed[edit.file]))
            else:
                stack.enter_context(_code(edit, changed[edit.file]))
        if mutant.kind == "rule":
            # No table is altered while a check of its keys waits for the end of the transaction.
            connection.check_constraints()
            _put_up_again()
        yield


def change_template(databases: Databases, mutant: Mutant) -> None:
    """Give the template of the run's databases the facts of a mutant, and the rules of the code as it runs."""
    address = env.db_url_config(databases.named(TEMPLATE).url("owner"))
    before = dict(connection.settings_dict)
    connection.settings_dict.update({key: address[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})
    connection.settings_dict["OPTIONS"] = before["OPTIONS"] | address.get("OPTIONS", {})
    try:
        with transaction.atomic():
            if _is_compiled(mutant):
                _put_up_again()
            for edit in mutant.edits:
                if edit.file.endswith(".sql"):
                    _redefine(mutant.sources()[edit.file], edit.start)
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)


def changes_a_wall(mutant: Mutant) -> bool:
    """Whether the database has it too: a fact, or what row security is compiled from."""
    return _is_compiled(mutant) or any(edit.file.endswith(".sql") for edit in mutant.edits)


def _is_compiled(mutant: Mutant) -> bool:
    """Whether it is a rule, or what a task of the machine may read."""
    return mutant.kind == "rule" or any(Path(edit.file).name == "records.py" for edit in mutant.edits)


def _put_up_again() -> None:
    take_down(connection)
    put_up(connection)
    with_the_clock(connection.connection)


def patterns(resolver: Any = None) -> Iterator[URLPattern]:
    """Every address that Harbour answers to."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one)
        else:
            yield one


def _redefine(changed: str, position: int) -> None:
    statements = re.finditer(r"CREATE FUNCTION .*?\$\$;", changed, re.DOTALL)
    statement = next(s[0] for s in statements if s.start() <= position < s.end())
    with connection.cursor() as cursor:
        for one in (
            "GRANT CREATE ON SCHEMA rules TO rules",
            "SET LOCAL ROLE rules",
            statement.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
            "SET LOCAL ROLE NONE",
            "REVOKE CREATE ON SCHEMA rules FROM rules",
        ):
            cursor.execute(one)


@contextmanager
def _page(page: str, edit: Edit, changed: str) -> Iterator[None]:
    """The addresses of a view lead to the same view of a module made from the changed source."""
    dotted = _dotted(edit)
    spec = spec_from_loader(dotted, loader=None)
    assert spec is not None
    module = module_from_spec(spec)
    module.__package__ = dotted.rpartition(".")[0]
    exec(compile(changed, edit.file, "exec"), module.__dict__)  # noqa: S102  (our own source)
    [pattern] = [p for p in patterns() if p.name == page]
    before = pattern.callback
    pattern.callback = getattr(module, before.__qualname__)
    try:
        yield
    finally:
        pattern.callback = before


@contextmanager
def _code(edit: Edit, changed: str) -> Iterator[None]:
    """The function around the place runs the changed code, wherever it was imported to, and what it has made meanwhile
    too.
    """
    path = _around((ROOT / edit.file).read_text(), edit.start)
    found: Any = import_module(_dotted(edit))
    for name in path:
        found = vars(found)[name]
    function = unwrap(found.fget if isinstance(found, property) else found)
    assert isinstance(function, FunctionType)
    new = dict(_pairs(function.__code__, _within(compile(changed, edit.file, "exec"), path)))
    # What was loaded before the tests is frozen (`tests/conftest.py`), and the collector names nothing of that.
    gc.unfreeze()
    # A decorator has made a function for each view by now: they are found by the code that they share.
    # By `type`, as `isinstance` wakes what is lazy.
    before = [(f, f.__code__) for f in gc.get_objects() if type(f) is FunctionType and f.__code__ in new]
    for one, code in before:
        one.__code__ = new[code]
    _forget_rules()
    try:
        yield
    finally:
        for one, code in before:
            one.__code__ = code
        _forget_rules()


def _forget_rules() -> None:
    """The text of each rule is written again."""
    visible_sql.cache_clear()
    sight_sql.cache_clear()


def _pairs(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The code of a function and of those inside it, each with what it becomes."""
    yield old, new
    inside = [[c for c in code.co_consts if isinstance(c, CodeType)] for code in (old, new)]
    if [c.co_name for c in inside[0]] == [c.co_name for c in inside[1]]:
        for one, other in zip(*inside, strict=True):
            yield from _pairs(one, other)


def _around(source: str, position: int) -> list[str]:
    """The name of the function at this place of a module, after that of its class."""
    line, path, body = source.count("\n", 0, position) + 1, [], ast.parse(source).body
    while True:
        inside = [
            n
            for n in body
            if isinstance(n, ast.ClassDef | ast.FunctionDef) and n.lineno <= line <= (n.end_lineno or n.lineno)
        ]
        path += [n.name for n in inside]
        if not inside or isinstance(inside[0], ast.FunctionDef):
            return path
        body = inside[0].body


def _within(code: CodeType, path: list[str]) -> CodeType:
    for name in path:
        code = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == name)
    return code


def _dotted(edit: Edit) -> str:
    return edit.file.removesuffix(".py").replace("/", ".")
