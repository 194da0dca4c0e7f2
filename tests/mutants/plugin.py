"""A run of tests as one mutant, which `MUTANT` holds as JSON: `pytest -p tests.mutants.plugin …`.

It is loaded before anything of Harbour: each module is compiled from its changed source, each template read with the
change in it. A fact or a rule is changed in the template of the databases as well.
"""

import json
import os
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from types import CodeType
from typing import Any

import pytest

from tests.mutants.listing import ROOT, Mutant

MUTANT = Mutant.from_json(json.loads(os.environ["MUTANT"]))
_CHANGED = {str(ROOT / file): source for file, source in MUTANT.sources().items()}
_compiled = SourceFileLoader.get_code


def _get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
    if changed := _CHANGED.get(self.path):
        return compile(changed, self.path, "exec", dont_inherit=True)
    return _compiled(self, fullname)


def _read_templates() -> None:
    from django.template.loaders.filesystem import Loader

    read = Loader.get_contents

    def get_contents(self: Loader, origin: Any) -> str:
        return _CHANGED.get(str(origin.name)) or read(self, origin)

    Loader.get_contents = get_contents  # type: ignore[method-assign]


SourceFileLoader.get_code = _get_code  # type: ignore[method-assign]
_read_templates()


@pytest.fixture(scope="session", autouse=True)
def _second_wall(databases: Any, _watched: None, django_db_blocker: Any) -> Iterator[None]:
    """The template of the databases has the mutant's facts and rules."""
    from tests.mutants.applying import change_template, changes_a_wall

    if changes_a_wall(MUTANT):
        with django_db_blocker.unblock():
            change_template(databases, MUTANT)
    yield
