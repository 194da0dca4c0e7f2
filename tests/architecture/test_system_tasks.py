"""Does each task of the machine name itself as the database knows it, and is every name in use?"""

import re

from safeguarding.records import seen_by_tasks
from tests.architecture.source import product

_USED = re.compile(r'system_task\((?:"([^"]+)"|_?TASK)\)')
_SAID = re.compile(r'^_?TASK = "([^"]+)"$', re.MULTILINE)


def test_every_task_that_is_named_has_its_tables_and_every_one_with_tables_is_named() -> None:
    names = set[str]()
    for module in product():
        for found in _USED.finditer(module.text):
            said = _SAID.search(module.text)
            names.add(found[1] or (said[1] if said else f"nothing in {module.path}"))
    assert names == set(seen_by_tasks())
