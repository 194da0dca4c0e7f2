"""How does a record go from one state to the next? By a move, of which every app lists its own in `lifecycles.py`.

A lifecycle is a table. One engine performs its moves: it locks the row, checks the state (`OutOfTurn`, 409), then the
person (`NotAllowed`, 403), sets the facts, saves and records. Templates ask `lifecycle.open_to(record, user)`, never
for a role.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import models, transaction
from django.utils import timezone

from safeguarding.audit.services import record as record_event
from safeguarding.audit.verbs import EventVerb
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn

M = TypeVar("M", bound=models.Model)
Predicate = Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Move:
    """One row of a lifecycle.

    `may(user, record)` comes from the app's permissions. `stamps` is the stem of the paired facts `<stem>_at` and
    `<stem>_by`. `required` are facts that must be given, not empty. `refusal` says who can, `out_of_turn` what
    happened.
    """

    name: str
    sources: frozenset[str]
    target: str
    may: Predicate
    verb: EventVerb
    refusal: str
    out_of_turn: str
    stamps: str = ""
    required: tuple[str, ...] = ()
    tells: str = ""


class Lifecycle(Generic[M]):
    """The moves of one model, and the engine that performs them."""

    def __init__(
        self,
        title: str,
        model: Callable[[], type[M]],
        states: type[models.TextChoices],
        moves: Iterable[Move],
    ) -> None:
        self.title = title
        self._model = model
        self.states = states
        self.moves = {move.name: move for move in moves}

    def open_to(self, record: M, user: Any) -> dict[str, bool]:
        """Which moves this person can make with this record now: `{"close": True, …}` for templates."""
        state = record.status  # type: ignore[attr-defined]
        return {name: state in move.sources and move.may(user, record) for name, move in self.moves.items()}

    @transaction.atomic
    def perform(self, name: str, record: M, *, by: Any, at: datetime | None = None, **facts: Any) -> M:
        """Make the move and return the record as saved, locked until the transaction ends.

        Raises `OutOfTurn` when the state does not allow it, `NotAllowed` when the person may not, `BadInput` when a
        required fact is missing. `facts` are fields of the model to set at the same time.
        """
        move = self.moves[name]
        locked = self._model()._base_manager.select_for_update().get(pk=record.pk)
        if locked.status not in move.sources:  # type: ignore[attr-defined]
            raise OutOfTurn(move.out_of_turn)
        if not move.may(by, locked):
            raise NotAllowed(move.refusal)
        for missing in (f for f in move.required if not facts.get(f)):
            label = self._model()._meta.get_field(missing).verbose_name  # type: ignore[union-attr]
            raise BadInput(f"Give {label} before you go on.")
        for field, value in facts.items():
            setattr(locked, field, value)
        locked.status = move.target  # type: ignore[attr-defined]
        changed = {*facts, "status"}
        if move.stamps:
            setattr(locked, f"{move.stamps}_at", at or timezone.now())
            setattr(locked, f"{move.stamps}_by", by)
            changed |= {f"{move.stamps}_at", f"{move.stamps}_by"}
        if hasattr(locked, "revision"):
            locked.revision += 1
            changed.add("revision")
        locked.save(update_fields=changed)
        record_event(move.verb, locked, by=by)
        return locked


def as_markdown(lifecycle: Lifecycle[Any]) -> str:
    """The lifecycle as a Mermaid diagram and a table, for `docs/lifecycles.md`."""
    states = dict(lifecycle.states.choices)
    in_order = list(states).index
    lines = [f"## {lifecycle.title}", "", "```mermaid", "stateDiagram-v2"]
    for move in lifecycle.moves.values():
        lines += [f"    {source} --> {move.target}: {move.name}" for source in sorted(move.sources, key=in_order)]
    lines += ["```", "", "| move | from | to | required | recorded as | tells |", "|---|---|---|---|---|---|"]
    for move in lifecycle.moves.values():
        sources = ", ".join(states[s] for s in sorted(move.sources, key=in_order))
        lines.append(
            f"| {move.name} | {sources} | {states[move.target]} | {', '.join(move.required) or '-'} | "
            f"{move.verb} | {move.tells or '-'} |"
        )
    return "\n".join([*lines, ""])
