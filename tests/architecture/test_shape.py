"""Does one question have one file, and is each small enough to be read?"""

import ast

from . import source
from .source import Module, product

FILE_LINES, FUNCTION_LINES = 400, 60

# Longer on purpose. Each with the reason; a file that has been cut again is taken off.
LONG_FILES: dict[str, str] = {
    "safeguarding/uploads/sandbox.py": "runs by itself, isolated: it can import no other module of Harbour",
}
LONG_FUNCTIONS: dict[str, str] = {}


def functions(module: Module):
    """Name as `path:function` and the number of lines of every function and method."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{module.path}:{node.name}", node.end_lineno - node.lineno + 1


def test_every_module_opens_with_the_question_it_answers():
    silent = [
        m.path
        for m in (*product(), *source.tests())
        # An app's configuration is two names, and says so by itself.
        if m.tree.body and not m.path.endswith("/apps.py") and not ast.get_docstring(m.tree)
    ]
    assert silent == []


def test_no_file_is_too_long_to_read():
    long = {m.path for m in product() if m.lines() > FILE_LINES}
    assert long == set(LONG_FILES), "split the file into a package of the same name, or give a reason above"


def test_no_function_is_too_long_to_read():
    long = {name for m in product() for name, lines in functions(m) if lines > FUNCTION_LINES}
    assert long == set(LONG_FUNCTIONS), "give its parts names, or give a reason above"


def test_a_long_function_is_found():
    text = "def endless():\n" + "    pass\n" * FUNCTION_LINES
    assert dict(functions(Module("a.py", text, ast.parse(text)))) == {"a.py:endless": FUNCTION_LINES + 1}


def days_kept(module: Module):
    """Names outside of functions that keep the day on which the module was loaded: the run may go on into the next."""
    for node in module.tree.body:
        match node:
            case (
                ast.Assign(value=ast.Call(func=called), targets=[name])
                | ast.AnnAssign(value=ast.Call(func=called), target=name)
            ) if ast.unparse(called).endswith(("localdate", "date.today")):
                yield f"{module.path}:{ast.unparse(name)}"


def test_no_test_keeps_the_day_on_which_it_was_loaded():
    assert [name for m in source.tests() for name in days_kept(m)] == []


def test_a_kept_day_is_found():
    text = "TODAY = timezone.localdate()\ntoday = timezone.localdate\n"
    assert [*days_kept(Module("a.py", text, ast.parse(text)))] == ["a.py:TODAY"]
