"""Does each task of the machine name itself as the database knows it, and is every name in use?"""

import re

from safeguarding.records import seen_by_tasks
from tests.architecture.source import product

_USED = re.compile(r'system_task\((?:"([^"]+)"|_?TASK)\)')
_SAID = re.compile(r'^_?TASK = "([^"]+)"$', re.MULTILINE)
# Said once for several modules of an app.
_FROM = re.compile(r"^from ([\w.]+) import .*\bTASK\b", re.MULTILINE)


def test_every_task_that_is_named_has_its_tables_and_every_one_with_tables_is_named() -> None:
    names = set[str]()
    modules = product()
    texts = {str(module.path).removesuffix(".py").replace("/", "."): module.text for module in modules}
    for module in modules:
        there = _FROM.search(module.text)
        for found in _USED.finditer(module.text):
            said = _SAID.search(texts[there[1]] if there else module.text)
            names.add(found[1] or (said[1] if said else f"nothing in {module.path}"))
    assert names == set(seen_by_tasks())
