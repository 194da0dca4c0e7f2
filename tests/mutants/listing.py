"""Which access checks are there, and what would Harbour be without each of them, one at a time? Read from the code
itself.

A *mutant* is one file with one check taken away: a condition of a fact, the denial of a rule, the door of a page, the
read gate, the `ensure` of a service. `test_mutants.py` asks whether a test would notice.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
# The pages that between them show every part of a record: what a rule that is wrong would show.
TELLING = (
    "concern",
    "child_people",
    "child_address",
    "action",
    "report",
    "unsent_draft",
    "log_resume",
    "kept_discard",
    "concerns",
    "import_run",
    "find_child",
    "link_child",
    "earlier_record",
    "earlier_batch",
    "staff_concerns",
    "staff_concern",
    "attachment",
)
# The pages that ask a function which says who may do something.
ASKING = (
    "action",
    "hand_over",
    "concern",
    "decide",
    "child_people",
    "child_address",
    "import_run",
    "find_child",
    "restrict_concern",
)
# Facts and rules of which the random worlds (`tests/worlds.py`) know nothing: the matrix does.
NOT_IN_WORLDS = (
    "hidden_contacts",
    "hidden_households",
    "contacts_of_granted",
    "households_of_granted",
    "own_drafts",
    "grants_of_teams",
    "opened_drafts",
    "has_unsent",
    "was_given_actions",
    "errors_wait",
    "kinds_decided",
    "calls_wait",
    "roles_held",
    "session_of",
    "unopened_notices",
    "was_ever_told",
    "concerns_to_act_on",
    "own_concerns",
    "siblings_seen",
    "contacts_seen",
    "households_seen",
    "_imports",
    "rows_seen",
    "_access",
    "team_grants_seen",
    "changes_seen",
    "grants_seen",
    "drafts_seen",
    "openings_seen",
    "kept_text_seen",
    "withdrawn_batches",
    "headings_seen",
    "hidden_notes",
    "notes_standing_in",
    "notes_out_of_sight",
    "child_hidden_from",
    "batches_seen",
    "on_their_way_seen",
    "earlier_records_seen",
    "hidden_staff_concerns",
    "somebody_unnamed",
    "staff_concerns_read",
    "lead_receives_since",
    "staff_concerns_received",
    "granted_staff_concerns",
    "left_to_read_adults",
    "staff_concerns_without_reader",
    "schools_without_adults_reader",
    "named_in_unread",
    "reads_adults",
)
# The test that asks each service for somebody who may not.
OF_SERVICES = "tests/integration/test_services_ask.py"
# Checks that are made twice, and what makes the other: without the first, nobody gets further.
TWICE = {
    "services starting.start_import: ensure": "the first move of an import asks again; this one refuses first",
    "children access._decidable: ensure": "who may not manage access sees no conflict but their own",
}
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


@dataclass(frozen=True)
class Mutant:
    """One check taken away: what stands in `file` from `start` to `end` becomes `text`.

    `kind`: "fact", "rule", "page" (the door of a page) or "code". `asked`: the pages of the matrix that ought to tell,
    or `tests`, the files. `one_wall`: a check that only the ORM makes is taken away with row security off, or the
    second wall would hide that the first has a hole.
    """

    name: str
    kind: str
    file: str
    start: int
    end: int
    text: str
    asked: tuple[str, ...] = TELLING
    tests: tuple[str, ...] = ()
    one_wall: bool = False

    @property
    def in_worlds(self) -> bool:
        """Whether a random world could tell."""
        return self.kind in ("fact", "rule") and self.name.split(":")[0].split()[1] not in NOT_IN_WORLDS

    def of(self, source: str) -> str:
        return source[: self.start] + self.text + source[self.end :]


def own_apps() -> list[str]:
    """Every app of Harbour's own that says who may do something, from the registry: none is left out of the list."""
    folders = sorted(config.name.replace(".", "/") for config in apps.get_app_configs())
    return [app for app in folders if any((ROOT / app / says).exists() for says in ("permissions.py", "permissions"))]


def mutants() -> Iterator[Mutant]:
    """All of them, in the order of the files, but for `TWICE`."""
    yield from (mutant for mutant in _all() if mutant.name not in TWICE)


def _all() -> Iterator[Mutant]:
    pages = dict(_pages())
    for app in own_apps():
        yield from _facts(f"{app}/facts.sql")
        for path in _permissions(app):
            yield from _rules(str(path.relative_to(ROOT)))
        for path in _files(f"{app}/views"):
            yield from _views(path, pages)
        for path in _files(f"{app}/services"):
            yield from _services(path)
    yield from _gate()


def _facts(file: str) -> Iterator[Mutant]:
    if not (ROOT / file).exists():
        return
    source = (ROOT / file).read_text()
    for function in re.finditer(r"CREATE FUNCTION rules\.(\w+).*?\$\$(.*?)\$\$;", source, re.DOTALL):
        for pattern in _CONDITIONS:
            for number, found in enumerate(re.finditer(pattern, function[2])):
                start = function.start(2) + found.start()
                # What hides is taken away, what opens is opened wide.
                held = "false" if function[1].startswith(("hidden_", "restricted_")) else "true"
                text = f"AND {held}" if found[0].startswith("AND") else held
                name = f"fact {function[1]}: {found[0]}{f' ({number + 1})' if number else ''}"
                yield Mutant(name, "fact", file, start, start + len(found[0]), text)


def _rules(file: str) -> Iterator[Mutant]:
    """Each denial left out, each "unless it is restricted", each function that says who may do something always saying
    yes.
    """
    source = (ROOT / file).read_text()
    place = _places(source)
    for function in (n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)):
        named = f"rule {function.name} of {_app(file)}:"
        for node in ast.walk(function):
            if isinstance(node, ast.keyword) and node.arg == "never":
                yield Mutant(f"{named} never", "rule", file, *place(node.value), "None")
            elif isinstance(node, ast.Name) and node.id == "unrestricted" and isinstance(node.ctx, ast.Load):
                yield Mutant(f"{named} unrestricted, line {node.lineno}", "rule", file, *place(node), "~Q(pk=None)")
        last = function.body[-1]
        if function.name.startswith("may_") and isinstance(last, ast.Return) and last.value is not None:
            tests = _of_callers(function.name, file)
            yield Mutant(f"{named} yes", "code", file, *place(last.value), "True", ASKING, tests)


def _gate() -> Iterator[Mutant]:
    """The few lines through which every record passes."""
    for file, old, new in (
        ("safeguarding/audit/reading.py", "queryset.visible_to(request.user, because)", "queryset"),
        ("safeguarding/audit/protection.py", "reason if self.never is None else reason & ~self.never", "reason"),
        ("safeguarding/accounts/permissions.py", "not rights(request.user).held", "False"),
        ("safeguarding/accounts/permissions.py", 'getattr(user, "is_active", False) and user.pk', "user.pk"),
        (
            "safeguarding/middleware.py",
            'request.user.is_authenticated or not getattr(view, "login_required", True)',
            "True",
        ),
        ("safeguarding/middleware.py", "_is_refusal(request, response)", "False"),
        ("safeguarding/middleware.py", "_record_refusal(request, str(status))", "None"),
    ):
        start = (ROOT / file).read_text().index(old)
        yield Mutant(
            f"gate {Path(file).name}: {old}",
            "code",
            file,
            start,
            start + len(old),
            new,
            (*TELLING, "home", "staff_home"),
            ("tests/integration/accounts/test_rights.py",),
            one_wall=True,
        )


def _views(path: Path, pages: dict[str, str]) -> Iterator[Mutant]:
    """Each decorator that asks for a right, and each `visible(…)`."""
    file, source = str(path.relative_to(ROOT)), path.read_text()
    place = _places(source)
    for function in (n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)):
        page = pages.get(f"{_module(file)}.{function.name}", "")
        named = f"{Path(file).parts[-3]} {path.stem}.{function.name}:"
        for node in function.decorator_list:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("requires"):
                yield Mutant(f"{named} {ast.unparse(node)}", "page", file, *place(node), "anyone_signed_in", (page,))
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "visible":
                model = ast.unparse(node.args[1])
                plain = f"{model}._default_manager.all()" if isinstance(node.args[1], ast.Name) else f"({model})"
                # What several views call is asked through all those of its module.
                asked = (page,) if page else tuple(n for v, n in pages.items() if v.startswith(f"{_module(file)}."))
                yield Mutant(
                    f"{named} {ast.unparse(node)}, line {node.lineno}",
                    "code",
                    file,
                    *place(node),
                    plain,
                    asked,
                    _mentioning("|".join(asked), file),
                    one_wall=True,
                )


def _services(path: Path) -> Iterator[Mutant]:
    """Each `ensure…(…)` of a service that raises `NotAllowed`."""
    file, source = str(path.relative_to(ROOT)), path.read_text()
    place, tree = _places(source), ast.parse(source)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    for function in functions:
        # What the module calls by itself is asked through what others call.
        callers = [f.name for f in functions if function.name.startswith("_") and function.name in _called_by(f)]
        for node in ast.walk(function):
            call = node.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
            name = call.func.id if call is not None and isinstance(call.func, ast.Name) else ""
            if call is not None and name in _REFUSING:
                yield Mutant(
                    f"{Path(file).parts[-3]} {path.stem}.{function.name}: {name}",
                    "code",
                    file,
                    *place(node),
                    "pass",
                    (),
                    (OF_SERVICES, *_mentioning("|".join([function.name, *callers]), file)),
                )


def _called_by(function: ast.FunctionDef) -> set[str]:
    return {n.func.id for n in ast.walk(function) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}


def _pages() -> Iterator[tuple[str, str]]:
    """The dotted name of a view's function to the name of its page."""
    from tests.mutants.applying import patterns

    for pattern in patterns():
        if pattern.name:
            yield f"{pattern.callback.__module__}.{pattern.callback.__qualname__}", pattern.name


def _of_callers(name: str, file: str) -> tuple[str, ...]:
    """The tests of the app that are named like a module which calls the function, and those of its pages."""
    app = next(app for app in own_apps() if file.startswith(app))
    own = set(_permissions(app))
    callers = {p.stem for p in _files(app) if p not in own and re.search(rf"\b{name}\b", p.read_text())}
    words = "|".join(sorted({"pages", *(stem.rstrip("s") for stem in callers)}))
    tests = sorted((ROOT / "tests" / "integration" / Path(app).name).rglob("test_*.py"))
    return OF_SERVICES, *(str(t.relative_to(ROOT)) for t in tests if re.search(words, t.stem))


def _app(file: str) -> str:
    """The last word of its app: "adults"."""
    return next(Path(app).name for app in own_apps() if file.startswith(app))


def _module(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")


def _permissions(app: str) -> list[Path]:
    """The file, or those of the package, that says who may."""
    return _files(f"{app}/permissions") or [ROOT / app / "permissions.py"]


def _files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


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


def _mentioning(word: str, file: str) -> tuple[str, ...]:
    """Test files that speak of it, those of its own app first. `word` may be several, joined by a bar."""
    app = _app(file)
    folder = ROOT / "tests" / "integration"
    found = [path for path, text in _tests(folder) if re.search(rf"\b(?:{word})\b", text)]
    found.sort(key=lambda test: (app not in test.relative_to(folder).parts, test))
    return tuple(str(test.relative_to(ROOT)) for test in found)


@cache
def _tests(folder: Path) -> list[tuple[Path, str]]:
    """Every test file below a folder, and what it says: asked for each of hundreds of mutants."""
    return [(path, path.read_text()) for path in folder.rglob("test_*.py")]
