"""Which models are about a child, and which of them does no app tell or leave out (`parts.py`)?"""

from collections.abc import Iterator

from safeguarding.audit.history import is_protected
from safeguarding.following import CHILD, places
from safeguarding.parts import Model, reasons, titles
from safeguarding.personal_data import declared, own_models


def about_children() -> set[Model]:
    """Every model whose rows are about a child: they link to one, hold the key of one, or declare one as subject; and
    every model that links to such rows.
    """
    found = {model for model in own_models() if _begins(model)}
    while more := {model for model in own_models() if model not in found and _leads_to(model, found)}:
        found |= more
    return found


def _begins(model: Model) -> bool:
    # The last is the column of rows without links, such as those of the history.
    is_by_key = any(place.model is model for place in places())
    return model._meta.label_lower == CHILD or is_by_key or "child_id" in {f.name for f in model._meta.concrete_fields}


def _leads_to(model: Model, found: set[Model]) -> bool:
    links = {field.related_model for field in model._meta.concrete_fields if field.is_relation}
    return bool(links & found) or _end_of_subject(model) in found


def _end_of_subject(model: Model) -> Model | None:
    """The model at which the declared subject ends, whichever way its links go."""
    mine, here = declared(model), model
    for name in ((mine and mine.subject) or "").split("__"):
        field = next((f for f in here._meta.get_fields() if f.name == name and f.is_relation), None)
        if field is None or field.related_model is None:
            return None
        here = field.related_model  # type: ignore[assignment]
    return here


def problems() -> Iterator[str]:
    """A sentence for each model about a child that no app tells or leaves out, and for each that is named wrongly."""
    told, left_out = titles(), reasons()
    for model in sorted(about_children(), key=lambda one: one._meta.label):
        label = model._meta.label_lower
        if label not in told and label not in left_out:
            yield f"{model._meta.label} is about a child: tell it, or leave it out, in the `parts.py` of its app."
    for model in own_models():
        if (label := model._meta.label_lower) not in told:
            continue
        if label in left_out:
            yield f"{model._meta.label} is told, and left out."
        if not is_protected(model):
            yield f"{model._meta.label} is told, and has no rule of visibility."
    for label, because in left_out.items():
        if not because.strip():
            yield f"{label} is left out without a reason."
