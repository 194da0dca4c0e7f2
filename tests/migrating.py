"""How are the tables of the tests' template made? By Harbour's own migrations, with less said to Django on the way.

    python -m tests.migrating --verbosity=0

Django makes the classes of all related models again after each constraint, index and model of a migration: nine tenths
of the time, and no statement comes of it. Here the class that is there is told of the constraint or index, and of a new
model its own class is made.
`tests/functional/test_up.py` migrates an installation as a school does and compares.
"""

import os
import sys
from typing import Any

from django.core.management import execute_from_command_line
from django.db.migrations.state import ModelState, ProjectState


def _append_option(self: ProjectState, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    options = self.models[app_label, model_name].options
    options[option_name] = [*options[option_name], obj]
    if "apps" in self.__dict__:
        setattr(self.apps.get_model(app_label, model_name)._meta, option_name, options[option_name])


def _add_model(self: ProjectState, model_state: ModelState) -> None:
    key = model_state.app_label, model_state.name_lower
    self.models[key] = model_state
    if self._relations is not None:
        self.resolve_model_relations(key)
    if "apps" in self.__dict__:
        self.apps.render_multiple([model_state])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    ProjectState._append_option, ProjectState.add_model = _append_option, _add_model  # type: ignore[method-assign]
    execute_from_command_line([sys.argv[0], "migrate", *sys.argv[1:]])
