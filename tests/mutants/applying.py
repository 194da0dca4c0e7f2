"""How does Harbour run without one of its checks, in this process, and then again as before?

Nothing is written to a file. A fact is replaced in the database and a rule put up again, in a transaction that is taken
back or in a database of the mutant's own; a function is given the code that its changed source compiles to; an address
is given the view of a changed module, a constant its new value, and a template is read as it was changed.
"""

import ast
import gc
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import _lru_cache_wrapper
from importlib import import_module
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any
from unittest.mock import patch

from django.db import connection, transaction
from django.template.autoreload import reset_loaders
from django.template.loaders.filesystem import Loader
from django.urls import URLPattern, URLResolver, get_resolver

from safeguarding import records
from safeguarding.packages import is_own
from safeguarding.row_security import put_up, take_down
from safeguarding.settings import env
from tests.mutants.listing import ROOT, Edit, Mutant
from tests.postgres import Databases, with_the_clock


@contextmanager
def applied(mutant: Mutant) -> Iterator[None]:
    """Everything inside runs as the mutant. What it does to the database is for the caller to take back."""
    with changed_code(mutant):
        _change_database(mutant)
        yield


@contextmanager
def changed_code(mutant: Mutant) -> Iterator[None]:
    """Everything inside runs the code of the mutant, and draws its templates.

    What was kept of earlier calls is forgotten. Raises `LookupError` where the changed place is not in the process.
    """
    changed = mutant.sources()
    with ExitStack() as stack:
        for edit in mutant.edits:
            if edit.file.endswith(".html"):
                stack.enter_context(_template(edit, changed[edit.file]))
            elif mutant.kind == "page":
                stack.enter_context(_page(mutant.pages[0], edit, changed[edit.file]))
            elif edit.file.endswith(".py") and _around((ROOT / edit.file).read_text(), edit):
                stack.enter_context(_code(edit, changed[edit.file]))
            elif edit.file.endswith(".py"):
                stack.enter_context(_statement(edit, changed[edit.file]))
        stack.enter_context(_nothing_kept())
        yield


def change_database_of(databases: Databases, mutant: Mutant) -> None:
    """Give a database the facts of a mutant, and the rules of the code as it runs."""
    address = env.db_url_config(databases.url("owner"))
    before = dict(connection.settings_dict)
    connection.settings_dict.update({key: address[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})
    connection.settings_dict["OPTIONS"] = before["OPTIONS"] | address.get("OPTIONS", {})
    try:
        with transaction.atomic():
            _change_database(mutant)
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)


def _change_database(mutant: Mutant) -> None:
    if _is_compiled(mutant):
        # No table is altered while a check of its keys waits for the end of the transaction.
        connection.check_constraints()
        _put_up_again()
    for edit in mutant.edits:
        if edit.file.endswith(".sql"):
            _redefine(mutant.sources()[edit.file], edit.start)


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
    """Every function that runs the code around the place runs the changed code: that of a module, wherever it was
    imported to, those that a decorator has made of it, and what they have made meanwhile.
    """
    source = (ROOT / edit.file).read_text()
    import_module(_dotted(edit))
    path = _around(source, edit)
    old, replaced = (_within(compile(text, edit.file, "exec"), path) for text in (source, changed))
    new = dict(_pairs(old, replaced))
    names = {code.co_name for code in new}
    # What was loaded before the tests is frozen (`tests/conftest.py`), and the collector names nothing of that.
    gc.unfreeze()
    # By `type`, as `isinstance` wakes what is lazy.
    functions = [f for f in gc.get_objects() if type(f) is FunctionType and f.__code__.co_name in names]
    gc.freeze()
    # Code is equal that says the same on the same line.
    before = [(f, f.__code__) for f in functions if f.__code__.co_filename.endswith(edit.file) and f.__code__ in new]
    if not any(code == old for _, code in before):
        raise LookupError(f"no function runs {'.'.join(path)} of {edit.file}")
    # One inside another that needs less from around it is made when that one runs.
    before = [(f, code) for f, code in before if code.co_freevars == new[code].co_freevars]
    for one, code in before:
        one.__code__ = new[code]
    try:
        yield
    finally:
        for one, code in before:
            one.__code__ = code


@contextmanager
def _statement(edit: Edit, changed: str) -> Iterator[None]:
    """What a module says as it is loaded is said otherwise: a constant, or what a task of the machine may read."""
    module = import_module(_dotted(edit))
    before, after = (_from(text, edit.start) for text in ((ROOT / edit.file).read_text(), changed))
    with ExitStack() as stack:
        if isinstance(after[0], ast.Assign):
            for name, value in _constants(after, vars(module)).items():
                former = vars(module)[name]
                for other in [m for m in sys.modules.values() if vars(m).get(name) is former]:
                    stack.enter_context(patch.object(other, name, value))
        else:
            may, might = (_readable(text[0], vars(module)) for text in (after, before))
            for task, models in might.items():
                kept = records._read[task] - (models - may[task])
                stack.enter_context(patch.dict(records._read, {task: kept}))
        yield


def _from(source: str, position: int) -> list[ast.stmt]:
    """The statement of a module that stands at this place, and all that follow."""
    line = source.count("\n", 0, position) + 1
    return [one for one in ast.parse(source).body if (one.end_lineno or one.lineno) >= line]


def _constants(statements: list[ast.stmt], known: dict[str, Any]) -> dict[str, Any]:
    """Name to value: of the first statement, and of all that are made of it."""
    new: dict[str, Any] = {}
    for one in statements:
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
            used = {node.id for node in ast.walk(one.value) if isinstance(node, ast.Name)}
            if one is statements[0] or used & new.keys():
                value = compile(ast.Expression(one.value), "", "eval")
                new[one.targets[0].id] = eval(value, known | new)  # noqa: S307  (our own source)
    return new


def _readable(statement: ast.stmt, known: dict[str, Any]) -> dict[str, set[Any]]:
    """What a statement lets tasks of the machine read, by task."""
    with patch.object(records, "_read", {}) as said:
        exec(compile(ast.Module([statement], []), "", "exec"), known)  # noqa: S102  (our own source)
    return said


@contextmanager
def _template(edit: Edit, changed: str) -> Iterator[None]:
    """The loaders of templates read this one as it was changed."""
    read, place = Loader.get_contents, str(ROOT / edit.file)

    def get_contents(self: Loader, origin: Any) -> str:
        return changed if str(origin.name) == place else read(self, origin)

    try:
        with patch.object(Loader, "get_contents", get_contents):
            reset_loaders()
            yield
    finally:
        reset_loaders()


@contextmanager
def _nothing_kept() -> Iterator[None]:
    """What Harbour's functions keep of earlier calls is forgotten, inside and afterwards: the text of each rule too."""
    _forget()
    try:
        yield
    finally:
        _forget()


def _forget() -> None:
    for module in [module for name, module in sys.modules.items() if is_own(name)]:
        for one in vars(module).values():
            if isinstance(one, _lru_cache_wrapper) and is_own(one.__module__):
                one.cache_clear()


def _pairs(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The code of a function and of those inside it, each with what it becomes."""
    yield old, new
    inside = [[c for c in code.co_consts if isinstance(c, CodeType)] for code in (old, new)]
    if [c.co_name for c in inside[0]] == [c.co_name for c in inside[1]]:
        for one, other in zip(*inside, strict=True):
            yield from _pairs(one, other)


def _around(source: str, edit: Edit) -> list[str]:
    """The name of the function at the place of an edit, after that of its class; empty outside of functions."""
    # The text may begin with white space, and the function after it.
    begins = edit.start + len(source[edit.start : edit.end]) - len(source[edit.start : edit.end].lstrip())
    line, path, body = source.count("\n", 0, begins) + 1, list[str](), ast.parse(source).body
    while True:
        named = [n for n in body if isinstance(n, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]
        inside = [n for n in named if n.lineno <= line <= (n.end_lineno or n.lineno)]
        path += [n.name for n in inside]
        if not inside:
            return []
        if not isinstance(inside[0], ast.ClassDef):
            return path
        body = inside[0].body


def _within(code: CodeType, path: list[str]) -> CodeType:
    for name in path:
        code = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == name)
    return code


def _dotted(edit: Edit) -> str:
    return edit.file.removesuffix(".py").replace("/", ".")
