"""Which access checks are there, and what is Harbour without each of them, one at a time? Read from the code itself.

A *mutant* is the code with one check taken away: a condition of a fact, the denial of a rule, the door of a page, the
read gate, the `ensure` of a service. Planted faults (`faults.py`) are mutants too. `witnesses.py` says which tests must
notice, `test_mutants.py` asks them.
"""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps

from tests.mutants import ROOT, faults

# What a service calls to refuse somebody.
_REFUSING = (
    "ensure",
    "ensure_decides",
    "ensure_may_act",
    "_ensure_manager",
    "ensure_works_at",
    "ensure_second",
    "ensure_not_oneself",
)
# Each of these, standing in a fact, is one thing that must hold.
_CONDITIONS = (
    r"person\.is_active",
    r"AND is_active",
    r"held\.starts_on <= (?:\(SELECT rules\.today\(\)\)|day)",
    r"member\.starts_on <= \(SELECT rules\.today\(\)\)",
    r"\((?:held|member)\.ends_on IS NULL OR (?:held|member)\.ends_on >= (?:\(SELECT rules\.today\(\)\)|day)\)",
    r"this\.session_key = key",
    r"team\.ended_at IS NULL",
    r"(?:held\.)?role_key = ANY \(\(SELECT rules\.roles_with\([^)]*\)\)::text\[\]\)",
    r"lifted_at IS NULL",
    r"(?<!team\.)(?:member\.)?ended_at IS NULL",
    r"expires_on >= \(SELECT rules\.today\(\)\)",
    r"\(SELECT rules\.now\(\)\) < ends_at",
    r"reviewed_at IS NULL",
    r"(?:subject\.)?withdrawn_at IS NULL",
    r"school_id = ANY \(\(SELECT rules\.schools_that_may_grant\(me\)\)::uuid\[\]\)",
    r"(?<!held\.)school_id = ANY \(\(SELECT rules\.schools_of\(me\)\)::uuid\[\]\)",
    r"restricted_at IS NOT NULL",
    r"NOT school_id = ANY \(\(SELECT rules\.schools_with\(me, 'view_restricted'\)\)::uuid\[\]\)",
    r"(?<!\.)user_id = me",
    r"(?:held|member|role|told)\.user_id = me",
    r"author_id = me",
    r"lead_id = me",
    r"owner_id = me",
    r"child_id = ANY \(\(SELECT rules\.hidden_children\(me\)\)::uuid\[\]\)",
)

_ANYONE = "from safeguarding.accounts.permissions import anyone_signed_in\n"


@dataclass(frozen=True)
class Edit:
    """One place in the code that changes: what stands in `file` from `start` to `end` becomes `text`."""

    file: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Mutant:
    """One check taken away, or one fault planted.

    `kind`: "fact", "rule", "page" (the door of a page), "code" or "fault". `about`: the fact, function or page whose
    witnesses are asked. `one_wall`: a check that only the ORM makes is taken away with row security off, or the second
    wall would hide that the first has a hole. `models` (labels), `pages` and `tests` (files, or single tests) are the
    witnesses, filled in by `witnesses.py`.
    """

    name: str
    app: str
    kind: str
    edits: tuple[Edit, ...]
    about: str
    one_wall: bool = False
    models: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return self.edits[0].file

    def sources(self) -> dict[str, str]:
        """Each changed file to its new text."""
        changed = {edit.file: (ROOT / edit.file).read_text() for edit in self.edits}
        # The last place first: the others are then still where they were found.
        for edit in sorted(self.edits, key=lambda edit: -edit.start):
            source = changed[edit.file]
            changed[edit.file] = source[: edit.start] + edit.text + source[edit.end :]
        if self.kind == "page":
            changed[self.file] = f"{_ANYONE}{changed[self.file]}"
        return changed

    @property
    def has_witness(self) -> bool:
        return bool(self.models or self.pages or self.tests)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "Mutant":
        lists = {name: tuple(said[name]) for name in ("models", "pages", "tests")}
        return cls(**said | lists | {"edits": tuple(Edit(**edit) for edit in said["edits"])})


class Twice(NamedTuple):
    """The second of two checks, as the place that takes it away, and why the first alone is not missed."""

    file: str
    old: str
    new: str
    why: str


# Checks that are made twice: without the first alone nobody gets further. Both are taken away together.
TWICE = {
    "children starting.start_import: ensure": Twice(
        "children/permissions.py",
        "    return user is None or may(user, ChildCapability.KEEP_CHILDREN, run.school_id)",
        "    return True",
        "the first move of an import asks again; this one refuses first",
    ),
    "children access._decidable: ensure": Twice(
        "children/services/access.py",
        "or not may_view(by, conflict)",
        "or False",
        "a person who may not manage access sees no conflict but their own",
    ),
}


def own_apps() -> list[str]:
    """The folder of every app of Harbour's own that says who may do something, from the registry."""
    folders = sorted(config.name.replace(".", "/") for config in apps.get_app_configs())
    return [app for app in folders if any((ROOT / app / says).exists() for says in ("permissions.py", "permissions"))]


def mutants() -> list[Mutant]:
    """All of them, in the order of the files, each with a name of its own. Has no witnesses yet."""
    listed = [_both(mutant) if mutant.name in TWICE else mutant for mutant in _numbered(_all())]
    if strange := TWICE.keys() - {name.partition(" and ")[0] for name in (m.name for m in listed)}:
        raise LookupError(f"TWICE names no mutant: {', '.join(sorted(strange))}")
    return listed


def place_of(file: str, old: str) -> tuple[int, int]:
    """Where `old` stands in a file. Raises `ValueError` unless it stands there exactly once."""
    source = (ROOT / file).read_text()
    if source.count(old) != 1:
        raise ValueError(f"{file} has {source.count(old)} times: {old}")
    return source.index(old), source.index(old) + len(old)


def _numbered(found: Iterable[Mutant]) -> Iterator[Mutant]:
    """Alike names get a number, in the order in which they stand in the code."""
    seen: Counter[str] = Counter()
    for mutant in found:
        seen[mutant.name] += 1
        again = f" ({seen[mutant.name]})" if seen[mutant.name] > 1 else ""
        yield replace(mutant, name=f"{mutant.name}{again}")


def _both(mutant: Mutant) -> Mutant:
    other = TWICE[mutant.name]
    edit = Edit(other.file, *place_of(other.file, other.old), other.new)
    return replace(mutant, name=f"{mutant.name} and {other.old.strip()}", edits=(*mutant.edits, edit))


def _all() -> Iterator[Mutant]:
    pages = dict(page_names())
    for app in own_apps():
        yield from _facts(app)
        for path in permission_files(app):
            yield from _rules(app, path)
        for path in files(f"{app}/views"):
            yield from _views(app, path, pages)
        for path in files(f"{app}/services"):
            yield from _services(app, path)
    yield from _gate()
    yield from _planted()


def _facts(app: str) -> Iterator[Mutant]:
    file = f"{app}/facts.sql"
    if not (ROOT / file).exists():
        return
    source = (ROOT / file).read_text()
    for function in re.finditer(r"CREATE FUNCTION rules\.(\w+).*?\$\$(.*?)\$\$;", source, re.DOTALL):
        # With the name of its table before it, or what is left would be no SQL.
        found = (found for pattern in _CONDITIONS for found in re.finditer(rf"(?:\b\w+\.)?(?:{pattern})", function[2]))
        for one in {one.start(): one for one in found}.values():
            start = function.start(2) + one.start()
            # What hides is taken away, what opens is opened wide.
            held = "false" if function[1].startswith(("hidden_", "restricted_")) else "true"
            text = f"AND {held}" if one[0].startswith("AND") else held
            edit = Edit(file, start, start + len(one[0]), text)
            yield Mutant(f"fact {function[1]}: {one[0]}", _last(app), "fact", (edit,), function[1])


def _rules(app: str, path: Path) -> Iterator[Mutant]:
    """Each denial left out, each "unless it is restricted", each function that says who may do something always saying
    yes.
    """
    file, source = str(path.relative_to(ROOT)), path.read_text()
    place = _places(source)
    for function in (n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)):
        named = f"rule {function.name} of {_last(app)}:"
        made = partial(Mutant, app=_last(app), about=function.name)
        for node in ast.walk(function):
            if isinstance(node, ast.keyword) and node.arg == "never":
                yield made(name=f"{named} never", kind="rule", edits=(Edit(file, *place(node.value), "None"),))
            elif isinstance(node, ast.Name) and node.id == "unrestricted" and isinstance(node.ctx, ast.Load):
                edit = Edit(file, *place(node), "~Q(pk=None)")
                yield made(name=f"{named} unrestricted", kind="rule", edits=(edit,))
        last = function.body[-1]
        if function.name.startswith("may_") and isinstance(last, ast.Return) and last.value is not None:
            yield made(name=f"{named} yes", kind="code", edits=(Edit(file, *place(last.value), "True"),))


def _gate() -> Iterator[Mutant]:
    """The few lines through which every record passes."""
    for file, old, new in (
        ("safeguarding/audit/reading.py", "queryset.visible_to(request.user, because)", "queryset"),
        ("safeguarding/audit/protection.py", "reason if self.never is None else reason & ~self.never", "reason"),
        ("safeguarding/accounts/permissions.py", "not rights(request.user).held", "False"),
        ("safeguarding/accounts/permissions.py", 'getattr(user, "is_active", False) and user.pk', "user.pk"),
        ("safeguarding/middleware.py", 'not getattr(view, "login_required", True)', "True"),
        ("safeguarding/middleware.py", "_is_refusal(request, response)", "False"),
        ("safeguarding/middleware.py", "_record_refusal(request, str(status))", "None"),
    ):
        start = (ROOT / file).read_text().index(old)
        app = Path(file).parent.name
        edit = Edit(file, start, start + len(old), new)
        yield Mutant(f"gate {Path(file).name}: {old}", app, "code", (edit,), "every page", one_wall=True)


def _planted() -> Iterator[Mutant]:
    for fault in faults.FAULTS:
        edit = Edit(fault.file, *place_of(fault.file, fault.old), fault.new)
        yield Mutant(f"fault {fault.app}: {fault.name}", fault.app, "fault", (edit,), fault.about, tests=fault.tests)


def _views(app: str, path: Path, pages: dict[str, str]) -> Iterator[Mutant]:
    """Each decorator that asks for a right, and each `visible(…)`."""
    file, source = str(path.relative_to(ROOT)), path.read_text()
    place = _places(source)
    for function in (n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)):
        page = pages.get(f"{_module(file)}.{function.name}", "")
        named = f"{_last(app)} {path.stem}.{function.name}:"
        made = partial(Mutant, app=_last(app), about=page or function.name, pages=(page,) if page else ())
        for node in function.decorator_list:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("requires"):
                edit = Edit(file, *place(node), "anyone_signed_in")
                yield made(name=f"{named} {ast.unparse(node)}", kind="page", edits=(edit,))
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "visible":
                edit = Edit(file, *place(node), _everything(node.args[1]))
                yield made(name=f"{named} {ast.unparse(node)}", kind="code", edits=(edit,), one_wall=True)


def _everything(rows: ast.expr) -> str:
    """Every row, of a model or a query set, in the words of the code.

    Not by the model's manager: that one refuses a view by itself, and any test that opens the page would notice.
    """
    if not isinstance(rows, ast.Name):
        return f"({ast.unparse(rows)})"
    plain = f"{rows.id}._default_manager._queryset_class({rows.id})"
    return plain if rows.id[0].isupper() else f"({plain} if isinstance({rows.id}, type) else {rows.id})"


def _services(app: str, path: Path) -> Iterator[Mutant]:
    """Each `ensure…(…)` of a service that raises `NotAllowed`."""
    file, source = str(path.relative_to(ROOT)), path.read_text()
    place = _places(source)
    for function in (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)):
        for node in ast.walk(function):
            call = node.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
            name = call.func.id if call is not None and isinstance(call.func, ast.Name) else ""
            if name in _REFUSING:
                edit = Edit(file, *place(node), "pass")
                named = f"{_last(app)} {path.stem}.{function.name}: {name}"
                yield Mutant(named, _last(app), "code", (edit,), function.name)


def page_names() -> Iterator[tuple[str, str]]:
    """The dotted name of a view's function to the name of its page."""
    from tests.mutants.applying import patterns

    for pattern in patterns():
        if pattern.name:
            yield f"{pattern.callback.__module__}.{pattern.callback.__qualname__}", pattern.name


def permission_files(app: str) -> list[Path]:
    """The file, or those of the package, that says who may."""
    return files(f"{app}/permissions") or [ROOT / app / "permissions.py"]


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def _last(app: str) -> str:
    """The last word of an app: "adults"."""
    return Path(app).name


def _module(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")


def _places(source: str) -> Callable[[Any], tuple[int, int]]:
    """From a node to where it begins and ends in the text."""
    lines = [0]
    for line in source.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    rows = source.splitlines(keepends=True)

    def place(node: Any) -> tuple[int, int]:
        def at(line: int, column: int) -> int:
            return lines[line - 1] + len(rows[line - 1].encode()[:column].decode())

        return at(node.lineno, node.col_offset), at(node.end_lineno, node.end_col_offset)

    return place
