"""Would a test notice if one access check were missing? Takes one away at a time and runs the tests that ought to fail.

    python .ci/mutate.py            every mutant; exits 1 where one survives
    python .ci/mutate.py --list     what they are
    python .ci/mutate.py facts      those whose name holds one of the words

Works in copies of the tree in a temporary folder, one for each process (`PROCESSES`, 2). A check that only the ORM makes is
taken away with row security off (`ONE_WALL`), or the second wall would hide that the first has a hole.
"""

import ast
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FACTS = ("safeguarding/accounts/facts.sql", "children/facts.sql", "safeguarding/concerns/facts.sql")
RULES = ("children/permissions.py", "safeguarding/concerns/permissions.py")
SERVICES = ("children/services", "safeguarding/concerns/services", "safeguarding/accounts/services")
VIEWS = ("children/views", "safeguarding/concerns/views", "safeguarding/accounts")
URLS = ("children/urls.py", "safeguarding/concerns/urls.py", "safeguarding/accounts/urls.py", "safeguarding/urls.py")
# The pages that between them show every part of a record: what a rule that is wrong would show.
TELLING = (
    "concern", "child_people", "child_address", "action", "report", "unsent_draft", "log_resume", "kept_discard", "concerns",
    "import_run", "find_child", "link_child",
)  # fmt: skip
_MATRIX = "tests/matrix/test_matrix.py"
_WALLS = ("tests/integration/test_two_walls.py", "tests/integration/test_row_security.py")
# Each of these, standing in a fact, is one thing that must hold.
_CONDITIONS = (
    r"person\.is_active", r"AND is_active", r"held\.starts_on <= rules\.today\(\)", r"member\.starts_on <= rules\.today\(\)",
    r"\((?:held|member)\.ends_on IS NULL OR (?:held|member)\.ends_on >= rules\.today\(\)\)", r"team\.ended_at IS NULL",
    r"held\.role_key = ANY \(rules\.roles_with\([^)]*\)\)", r"role_key = ANY \(rules\.roles_with\('stand_in'\)\)",
    r"lifted_at IS NULL", r"(?<!team\.)ended_at IS NULL", r"expires_on >= rules\.today\(\)", r"rules\.now\(\) < ends_at",
    r"reviewed_at IS NULL", r"(?:subject\.)?withdrawn_at IS NULL", r"school_id = ANY \(rules\.schools_that_may_grant\(me\)\)",
    r"(?<!held\.)school_id = ANY \(rules\.schools_of\(me\)\)", r"restricted_at IS NOT NULL",
    r"NOT school_id = ANY \(rules\.schools_with\(me, 'view_restricted'\)\)",
    r"(?<!held\.)(?<!member\.)(?<!subject\.)user_id = me", r"held\.user_id = me", r"member\.user_id = me", r"author_id = me",
    r"lead_id = me", r"owner_id = me", r"child_id = ANY \(rules\.hidden_children\(me\)\)",
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One check taken away: what stands in `file` from `start` to `end` becomes `text`. `tests` ought to notice."""

    name: str
    file: str
    start: int
    end: int
    text: str
    tests: tuple[str, ...]
    pages: tuple[str, ...] = TELLING
    one_wall: bool = False
    also: str = ""

    def of(self, source: str) -> str:
        return self.also + source[: self.start] + self.text + source[self.end :]


def mutants() -> Iterator[Mutant]:
    """All of them, in the order of the files."""
    pages = dict(_pages())
    for file in FACTS:
        yield from _facts(file)
    for file in RULES:
        yield from _rules(file)
    yield from _gate()
    for folder in VIEWS:
        for path in _files(folder):
            yield from _views(path, pages)
    for folder in SERVICES:
        for path in _files(folder):
            yield from _services(path)


def _facts(file: str) -> Iterator[Mutant]:
    source = (ROOT / file).read_text()
    for function in re.finditer(r"CREATE FUNCTION rules\.(\w+).*?\$\$(.*?)\$\$;", source, re.DOTALL):
        for pattern in _CONDITIONS:
            for number, found in enumerate(re.finditer(pattern, function[2])):
                start = function.start(2) + found.start()
                text = "AND true" if found[0].startswith("AND") else "true"
                name = f"facts {function[1]}: {found[0]}{f' ({number + 1})' if number else ''}"
                yield Mutant(name, file, start, start + len(found[0]), text, (_MATRIX, *_WALLS))


def _rules(file: str) -> Iterator[Mutant]:
    """Each reason left out, each denial left out, each function that says who may do something always saying yes."""
    source = (ROOT / file).read_text()
    place = _places(source)
    for function in (n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)):
        for node in ast.walk(function):
            if isinstance(node, ast.keyword) and node.arg in ("because", "never"):
                if node.arg == "never":
                    yield Mutant(f"rules {function.name}: never", file, *place(node.value), "None", (_MATRIX, *_WALLS))
                elif isinstance(node.value, ast.Dict):
                    for key, reason in zip(node.value.keys, node.value.values, strict=True):
                        if isinstance(key, ast.Constant):
                            yield Mutant(
                                f"rules {function.name}: because {key.value}", file, *place(reason),
                                "Q(pk=None)", (_MATRIX, *_WALLS),
                            )  # fmt: skip
            elif isinstance(node, ast.Name) and node.id == "unrestricted" and isinstance(node.ctx, ast.Load):
                yield Mutant(
                    f"rules {function.name}: unrestricted, line {node.lineno}", file, *place(node), "~Q(pk=None)",
                    (_MATRIX, *_WALLS),
                )  # fmt: skip
        if function.name.startswith("may_") and isinstance(function.body[-1], ast.Return):
            value = function.body[-1].value
            if value is not None:
                tests = (_MATRIX, *_mentioning(function.name, RULES, file))
                yield Mutant(
                    f"rules {function.name}: yes", file, *place(value), "True", tests,
                    ("action", "hand_over", "concern", "decide", "child_people", "child_address", "import_run", "find_child"),
                )  # fmt: skip


def _gate() -> Iterator[Mutant]:
    """The two lines through which every record passes."""
    for file, old, new in (
        ("safeguarding/audit/reading.py", "queryset.visible_to(request.user)", "queryset"),
        ("safeguarding/audit/protection.py", "reason if self.never is None else reason & ~self.never", "reason"),
        ("safeguarding/accounts/permissions.py", "if not rights(request.user).held:", "if False:"),
        ("safeguarding/accounts/permissions.py", 'getattr(user, "is_active", False) and user.pk', "user.pk"),
        ("safeguarding/accounts/permissions.py", "live(today or timezone.localdate()), user=user", "user=user"),
        ("safeguarding/middleware.py", 'if request.user.is_authenticated or not getattr(view, "login_required", True)', "if True"),
        ("safeguarding/middleware.py", "if _is_refusal(request, response):", "if False:"),
        ("safeguarding/middleware.py", "_record_refusal(request, str(status))", "None"),
    ):  # fmt: skip
        source = (ROOT / file).read_text()
        if (start := source.find(old)) >= 0:
            yield Mutant(
                f"gate {Path(file).name}: {old}", file, start, start + len(old), new,
                (_MATRIX, "tests/integration/accounts/test_rights.py"), (*TELLING, "home", "staff_home"), one_wall=True,
            )  # fmt: skip


def _views(path: Path, pages: dict[str, str]) -> Iterator[Mutant]:
    """Each decorator that asks for a right, and each `visible(…)`."""
    file, source = str(path.relative_to(ROOT)), path.read_text()
    place = _places(source)
    for function in (n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)):
        page = pages.get(f"{path.stem}.{function.name}", "")
        asked = (page,) if page else TELLING
        for node in function.decorator_list:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("requires"):
                yield Mutant(
                    f"views {path.stem}.{function.name}: {ast.unparse(node)}", file, *place(node), "anyone_signed_in",
                    (_MATRIX, *_mentioning(page or function.name, VIEWS, file)), asked,
                    also="from safeguarding.accounts.permissions import anyone_signed_in\n",
                )  # fmt: skip
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "visible":
                model = ast.unparse(node.args[1])
                plain = f"{model}._default_manager.all()" if isinstance(node.args[1], ast.Name) else f"({model})"
                yield Mutant(
                    f"views {path.stem}.{function.name}: {ast.unparse(node)}, line {node.lineno}", file, *place(node), plain,
                    (_MATRIX, *_mentioning(page or function.name, VIEWS, file)),
                    asked if page else (*TELLING, "today", "child_concerns", "child_chronology", "report_paper"), one_wall=True,
                )  # fmt: skip


def _services(path: Path) -> Iterator[Mutant]:
    """Each `ensure…(…)` of a service."""
    file, source = str(path.relative_to(ROOT)), path.read_text()
    place = _places(source)
    for function in (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)):
        for node in ast.walk(function):
            call = node.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
            name = call.func.id if call is not None and isinstance(call.func, ast.Name) else ""
            if call is not None and (name == "ensure" or name in ("ensure_decides", "_ensure_manager")):
                yield Mutant(
                    f"services {path.stem}.{function.name}: {name}", file, *place(node), "pass",
                    _mentioning(function.name, SERVICES, file), one_wall=True,
                )  # fmt: skip


def _pages() -> Iterator[tuple[str, str]]:
    """`module.function` of a view to the name of its page."""
    for file in URLS:
        for module, function, name in re.findall(r'(\w+)\.(\w+), name="(\w+)"', (ROOT / file).read_text()):
            yield f"{module}.{function}", name


def _files(folder: str) -> list[Path]:
    path = ROOT / folder
    found = sorted(path.rglob("*.py")) if path.name != "accounts" else sorted(path.glob("*views*.py"))
    return [one for one in found if "migrations" not in one.parts]


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


def _mentioning(word: str, folders: tuple[str, ...], file: str) -> tuple[str, ...]:
    """Tests of the same app that speak of it, a few."""
    app = "children" if file.startswith("children") else Path(file).parts[1]
    folder = ROOT / "tests" / "integration" / app
    tests = sorted(folder.glob("test_*.py")) if folder.is_dir() else []
    found = [str(t.relative_to(ROOT)) for t in tests if re.search(rf"\b{re.escape(word)}\b", t.read_text())]
    return tuple(found[:6])


class Copy:
    """A copy of the tree in which one file at a time is another."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "harbour"
        ignored = shutil.ignore_patterns(
            ".git", "var", ".venv", "node_modules", "__pycache__", ".*_cache", ".hypothesis"
        )
        shutil.copytree(ROOT, self.root, ignore=ignored)
        for name in (".venv", "node_modules"):
            (self.root / name).symlink_to((ROOT / name).resolve())
        shutil.copytree(ROOT / "var" / "assets", self.root / "var" / "assets")

    def fate(self, mutant: Mutant) -> str:
        """ "killed" with the first test that noticed, "SURVIVED", or "BROKEN" where the change does not run at all."""
        file = self.root / mutant.file
        source = file.read_text()
        file.write_text(mutant.of(source))
        environment = os.environ | {"MATRIX_PAGES": ",".join(mutant.pages), "PYTHONDONTWRITEBYTECODE": "1"}
        if mutant.one_wall:
            environment["ONE_WALL"] = "1"
        command = [str(self.root / ".venv/bin/python"), "-m", "pytest", "-q", "-x", "-n0", "--no-header", *mutant.tests]
        try:
            done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)
        finally:
            file.write_text(source)
        if done.returncode == 0 or not mutant.tests:
            return "SURVIVED"
        told = next((line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))), "")
        return f"{'killed' if told.startswith('FAILED') else 'BROKEN'} {told[:150]}"


def main() -> int:
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    wanted = [m for m in mutants() if not words or any(word in m.name for word in words)]
    if "--list" in sys.argv:
        print("\n".join(m.name for m in wanted))
        return 0
    left: queue.Queue[Mutant] = queue.Queue()
    for one in wanted:
        left.put(one)
    survivors: list[str] = []
    began = time.monotonic()

    def work(folder: Path) -> None:
        copy = Copy(folder)
        while True:
            try:
                one = left.get_nowait()
            except queue.Empty:
                return
            fate = copy.fate(one)
            print(f"{one.name}: {fate}", flush=True)
            if not fate.startswith("killed"):
                survivors.append(f"{one.name}: {fate}")

    with tempfile.TemporaryDirectory(prefix="harbour-mutants-") as folder:
        number = int(os.environ.get("PROCESSES", "2"))
        workers = [threading.Thread(target=work, args=(Path(folder) / str(n),)) for n in range(number)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    minutes = (time.monotonic() - began) / 60
    print(f"{len(wanted)} mutants in {minutes:.0f} minutes, {len(survivors)} survived.")
    print("\n".join(sorted(survivors)))
    return 1 if survivors else 0


if __name__ == "__main__":
    raise SystemExit(main())
