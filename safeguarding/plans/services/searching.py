"""In which plan, and which date of one, stands what somebody looks for?

Words are opened as those of concerns are (`concerns/services/searching.py`): of what the reader may see, the newest
first. Notes and names of files are found with their date, who works with a child with the page of the team.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model, Q
from django.urls import reverse

from children.models import Child
from safeguarding.concerns.services.passages import Passage, Pattern, passages_in, plain, sieve
from safeguarding.concerns.services.searching import BATCH, MOST, Tell
from safeguarding.concerns.services.searching_beside import Beside, FoundBeside
from safeguarding.concerns.services.whole import See
from safeguarding.dates import full_day
from safeguarding.plans.models import Episode, PlanFile, Professional, Step, StepNote
from safeguarding.records import record_of
from safeguarding.sealing.ring import ring
from safeguarding.sealing.services.rows import as_text, open_rows, raw_rows, sealed_fields

from .episodes import ENDED

# What is looked through, each with the record that has a page of its own, and the column that names it.
PARTS: dict[type[Model], tuple[type[Model], str]] = {
    Episode: (Episode, "pk"),
    Step: (Step, "pk"),
    StepNote: (Step, "step_id"),
    PlanFile: (Step, "step_id"),
    Professional: (Child, "child_id"),
}
# A file that is withheld is named nowhere.
_TOLD: dict[type[Model], Q] = {PlanFile: Q(withheld_at=None, removed_at=None)}
_BESIDE: dict[type[Model], tuple[str, ...]] = {Episode: ("child",), Step: ("child", "episode"), Child: ()}
# A record with a page, and its key as the database writes it.
_Key = tuple[type[Model], str]
_Written = tuple[_Key, str, str]


def search_plans(see: See, school_id: UUID, looked_for: Sequence[Pattern], tell: Tell) -> FoundBeside:
    """Plans, and dates of plans, in whose words all of it stands, those first that were written last.

    One query for each kind of text, one for their keys, and one for each kind of record that is shown.
    """
    raw = {model: _rows(see, school_id, model) for model in PARTS}
    if children := {UUID(child).bytes for rows in raw.values() for _, child, *_ in rows}:
        ring().fetch(list(children))
    is_cut = any(len(rows) > BATCH for rows in raw.values())
    written = [one for model, rows in raw.items() for one in _look(model, rows[:BATCH], looked_for)]
    texts: defaultdict[_Key, list[tuple[str, str, str]]] = defaultdict(list)
    for (key, where, _), text in zip(written, tell([text for *_, text in written]), strict=True):
        texts[key].append((where, text, plain(text)))
    found = {key: passages for key, some in texts.items() if (passages := passages_in(some, looked_for))}
    # Keys tell the time.
    newest = sorted(found, key=lambda key: key[1], reverse=True)
    shown = {key: row for model in _BESIDE for key, row in _shown(see, model, newest[:MOST])}
    hits = [_hit(shown[key], found[key]) for key in newest[:MOST] if key in shown]
    return FoundBeside("plans", "Plans and their dates", hits, is_cut or len(newest) > MOST)


def _rows(see: See, school_id: UUID, model: type[Model]) -> list[Any]:
    """The newest rows of a model, and one more than are looked through: the key, the child, the record with the page,
    and all that is sealed.
    """
    of = (as_text(column) for column in ("pk", "child_id", PARTS[model][1]))
    rows = see(model).filter(_TOLD.get(model, Q()), school_id=school_id).order_by("-pk")[: BATCH + 1]
    return raw_rows(rows.values_list(*of, *(field.name for field in sealed_fields(model))))


def _look(model: type[Model], rows: Sequence[Any], looked_for: Sequence[Pattern]) -> Iterator[_Written]:
    """The texts in which something may stand."""
    may_hold, record = sieve([pattern.needle for pattern in looked_for]), record_of(model)
    where = record.search_label if record else ""
    for _, of, texts in open_rows(sealed_fields(model), ((row, of, *sealed) for row, _, of, *sealed in rows)):
        # Who is mentioned is found by what the mention says to the reader.
        for text in (words.decode() for words in texts if b"@[" in words or may_hold(words)):
            if text != ENDED:
                yield (PARTS[model][0], of), where, text


def _shown(see: See, model: type[Model], keys: Sequence[_Key]) -> Iterator[tuple[_Key, Any]]:
    wanted = [key for of, key in keys if of is model]
    rows: Any = see(model).filter(pk__in=wanted) if wanted else ()
    for row in rows.select_related(*beside) if wanted and (beside := _BESIDE[model]) else rows:
        yield (model, str(row.pk)), row


def _hit(row: Any, passages: list[Passage]) -> Beside:
    if isinstance(row, Child):
        return Beside(row, "People from outside", row.full_name, reverse("child_team", args=[row.pk]), passages)
    if isinstance(row, Episode):
        until = f" until {full_day(row.ends_on)}" if row.ends_on else ""
        about = f"{row.child.full_name} · from {full_day(row.stands_from)}{until}"
        return Beside(row, row.title, about, reverse("episode", args=[row.pk]), passages)
    about = " · ".join(filter(None, (row.child.full_name, row.episode.title, _when(row))))
    return Beside(row, row.title, about, reverse("plan_step", args=[row.pk]), passages)


def _when(step: Step) -> str:
    days = (("held on", step.held_on), ("booked for", step.booked_on), ("due", step.due_on))
    return next((f"{how} {full_day(day)}" for how, day in days if day), "")
