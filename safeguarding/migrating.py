"""How are the tables made in seconds? Django is told less on the way ([why](docs/adr/migrating.md)).

After each constraint, index, model and field of a migration Django makes the classes of all related models again: nine
tenths of the time of a first start, and no statement comes of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.state import ModelState, ProjectState

from safeguarding.packages import is_own


@contextmanager
def each_class_made_once() -> Iterator[None]:
    """Until the block ends, the class that is there is told of a constraint or index, and a new model is made alone.

    Everything else, such as a field or another name, makes classes again as Django does. It is libraries that change
    fields, so their tables come first, when few classes are there.
    """
    state: Any = ProjectState
    graph: Any = MigrationGraph
    djangos = state._append_option, state.add_model, graph.leaf_nodes

    def leaf_nodes(self: Any, app: str | None = None) -> list[tuple[str, str]]:
        return sorted(djangos[2](self, app), key=lambda leaf: is_own(apps.get_app_config(leaf[0]).name))

    state._append_option, state.add_model, graph.leaf_nodes = _append_option, _add_model, leaf_nodes
    try:
        yield
    finally:
        state._append_option, state.add_model, graph.leaf_nodes = djangos


def _append_option(self: Any, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    options = self.models[app_label, model_name].options
    options[option_name] = [*options[option_name], obj]
    if "apps" in self.__dict__:
        setattr(self.apps.get_model(app_label, model_name)._meta, option_name, options[option_name])


def _add_model(self: Any, model_state: ModelState) -> None:
    key = model_state.app_label, model_state.name_lower
    self.models[key] = model_state
    if self._relations is not None:
        self.resolve_model_relations(key)
    if "apps" in self.__dict__:
        self.apps.render_multiple([model_state])
