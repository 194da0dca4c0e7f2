"""Does each layer do its own work only?

Views fetch through the read gate, services write, lower apps know no higher one.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from safeguarding.accounts.roles import ROLES
from safeguarding.audit.protection import ANSWERING

from .source import ROOT, Module, product, templates

MANAGERS = {"objects", "_default_manager", "_base_manager"}

# Who writes besides services, and why.
WRITERS = {
    "safeguarding/moves.py": "the engine that performs the moves of every lifecycle, called by services",
    "safeguarding/wall_digests.py": "writes down, for `migrate`, how the walls were put up",
    "safeguarding/audit/log_entry.py": "what django-auditlog calls after each save",
    "safeguarding/audit/history.py": "the entries of what services write in bulk, inside their transaction",
    "safeguarding/accounts/mail.py": "notes on a notice what the mail server did with it",
    "safeguarding/sealing/files.py": "the store of files, which services call",
    "safeguarding/printing/joining.py": "joins prints in memory, in a process that can write nothing",
    "safeguarding/pdf.py": "locks a PDF in memory",
    "sharing/transfer_file/containers.py": "binds the volumes of a file in memory",
    "safeguarding/uploads/contents.py": "draws pages into memory, in the same process",
    "safeguarding/uploads/sandbox.py": "draws pictures into memory, in a process that can write nothing",
    "safeguarding/demo/": "makes the demo school, in bulk",
    "children/importing": "brings a file of children in, in bulk",
}
WRITING = {"create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "save", "acreate", "asave"}
WRITING_SQL = re.compile(r"^\s*(INSERT|UPDATE|DELETE|TRUNCATE|COPY|WITH\b.*\b(INSERT|UPDATE|DELETE))\b", re.I | re.S)

# The engine stands below every app but accounts and audit, which it needs to know who asks and what happened.
ENGINE_KNOWS = {"safeguarding.accounts", "safeguarding.audit", "safeguarding.sealing"}
ENGINE_EXCEPTIONS = {
    "safeguarding/urls.py": "lists the pages of every app",
    "safeguarding/celery.py": "names the tasks of every app",
}


def manager_uses(module: Module) -> list[str]:
    return [
        f"{module.path}:{node.lineno} .{node.attr}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS
    ]


def writes(module: Module) -> list[str]:
    """Calls that write a row: `x.save()`, `x.create(…)`, `rows.update(a=1)`, `rows.delete()`, and SQL that does the
    same.
    """
    found = []
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, bare = node.func.attr, not node.args
        # A dictionary's `update` takes a mapping, a query set's only names; `delete` of a row takes nothing.
        if name in WRITING or (name == "update" and bare and node.keywords) or (name == "delete" and bare):
            found.append(f"{module.path}:{node.lineno} .{name}()")
        if name in {"execute", "executemany", "copy"} and node.args and WRITING_SQL.match(_text(node.args[0])):
            found.append(f"{module.path}:{node.lineno} SQL")
    return found


def bare_saves(module: Module) -> list[str]:
    """Calls of `save` that say neither which fields have changed nor that the row is new."""
    found = []
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        said = {word.arg for word in node.keywords if ast.unparse(word.value) not in {"None", "False"}}
        # What is given a name or a stream is a store, a picture or a document.
        if node.func.attr in {"save", "asave"} and not node.args and not said & {"update_fields", "force_insert"}:
            found.append(f"{module.path}:{node.lineno}")
    return found


def imports(module: Module) -> set[str]:
    """Dotted names of the modules that this one imports."""
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(p.value for p in node.values if isinstance(p, ast.Constant))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _module(text: str, path: str = "app/views.py") -> Module:
    return Module(path, text, ast.parse(text))


def test_views_forms_tasks_and_tags_ask_no_table():
    found = [use for m in product() if m.name in ANSWERING for use in manager_uses(m)]
    assert found == [], "fetch through safeguarding.audit.reading, or through a function of the app's services"


def test_only_services_write():
    found = [
        write
        for m in product()
        if m.name != "services" and not m.path.startswith(tuple(WRITERS))
        for write in writes(m)
    ]
    assert found == [], "move the write into the app's services"


@pytest.mark.parametrize(
    "line",
    [
        "thing.save()",
        "Thing.objects.create(a=1)",
        "rows.update(a=1)",
        "rows.delete()",
        "cursor.execute('INSERT INTO t VALUES (1)')",
        "cursor.execute(f'DELETE FROM {table}')",
    ],
)
def test_a_write_is_found(line):
    assert len(writes(_module(line))) == 1


@pytest.mark.parametrize(
    "line", ["values.update(other)", "cursor.execute('SELECT 1')", "cache.delete(key)", "saved = form.cleaned_data"]
)
def test_what_only_looks_like_a_write_is_not(line):
    assert writes(_module(line)) == []


def test_a_row_that_is_saved_again_names_its_fields():
    found = [save for m in product() for save in bare_saves(m)]
    assert found == [], "say update_fields=[…]: of many tables `web` may change some columns only, and is refused all"


@pytest.mark.parametrize("arguments", ["", "using=alias", "update_fields=None", "force_insert=False"])
def test_a_bare_save_is_found(arguments):
    assert bare_saves(_module(f"row.save({arguments})", "app/services.py")) == ["app/services.py:1"]


@pytest.mark.parametrize(
    "arguments",
    ["update_fields=changed", "update_fields=None if is_new else changed", "force_insert=True", "out, 'JPEG'"],
)
def test_a_save_that_says_what_it_writes_is_not(arguments):
    assert bare_saves(_module(f"row.save({arguments})")) == []


def test_a_table_asked_in_a_view_is_found():
    assert manager_uses(_module("Concern.objects.all()")) == ["app/views.py:1 .objects"]


def test_apps_depend_in_one_direction():
    """The contract of `pyproject.toml`: no app imports from a higher one."""
    command = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_the_engine_knows_no_app_above_sealing():
    """A module directly in `safeguarding/` serves every app, so it knows none of those above it."""
    apps = {f"safeguarding.{p.parent.name}" for p in (ROOT / "safeguarding").glob("*/apps.py")} - ENGINE_KNOWS
    apps |= {"children", "sharing", "retention"}
    found = [
        f"{m.path} imports {name}"
        for m in product()
        if m.path.count("/") == 1 and m.path.startswith("safeguarding/") and m.path not in ENGINE_EXCEPTIONS
        for name in sorted(imports(m))
        if any(name == app or name.startswith(f"{app}.") for app in apps)
    ]
    assert found == []


def test_no_template_asks_for_a_role():
    """Templates ask `may.close`, never who somebody is: a role's rights change in one file."""
    keys = "|".join(ROLES)
    asks = re.compile(
        rf"{{[%{{][^%}}]*\brole(_key|\.key)?\b[^%}}]*[\"']({keys})[\"']|{{[%{{][^%}}]*\brole(_key|\.key)\b"
    )
    assert [path for path, text in templates() if asks.search(text)] == []


def test_no_template_switches_escaping_off():
    off = re.compile(r"\|\s*safe(seq)?\b|{%\s*autoescape\s+off|{%\s*debug\b")
    assert [path for path, text in templates() if off.search(text) and not path.endswith(".txt")] == []


def test_no_code_marks_text_as_safe():
    """Markup is written in templates. What may mark its own output is named here, and never takes a person's words.

    What `rendering` marks is a page that a template has made; names that mentions put into it are escaped
    (`test_mentions`).
    """
    allowed = {"safeguarding/templatetags/", "safeguarding/components.py", "safeguarding/rendering.py"}
    found = [
        m.path
        for m in product()
        if not m.path.startswith(tuple(allowed))
        for node in ast.walk(m.tree)
        if isinstance(node, ast.Name | ast.Attribute)
        and "mark_safe" in (getattr(node, "id", ""), getattr(node, "attr", ""))
    ]
    assert found == []
