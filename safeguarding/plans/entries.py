"""What do plans put into a child's chronology? That one began, what was held in it, that it ended.

Of an adoption there is no entry, for nobody: how many are marked as significant would tell of it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from children.models import Child
from safeguarding.accounts.titles import Titles, with_names
from safeguarding.audit.by_keys import ByKeys
from safeguarding.audit.reading import visible
from safeguarding.chronicling import Placed, london
from safeguarding.concerns.chronology import Entry, Source, Substance, When
from safeguarding.concerns.entries.concern import first_sentence
from safeguarding.concerns.entries.full import in_full
from safeguarding.concerns.entries.rows import rows_of
from safeguarding.concerns.models import Meeting
from safeguarding.concerns.places import Row
from safeguarding.concerns.told import told_of_each
from safeguarding.dates import start_of
from safeguarding.http import Request
from safeguarding.once import once

from .models import Episode, Step, StepNote
from .services.standing import Stands, standing

KIND = "authority_plans"
# A dozen codes of one assessment: they stand on its own page.
_LONG = ("factors",)
_TAGGED = (Stands.HELD_LATE, Stands.NOT_COUNTED)
_begun = rows_of(Episode, "author")
_ended = rows_of(Episode, "ended_by")
_held = rows_of(Step, "held_by")
# No entries of their own.
_notes = ByKeys[StepNote](
    lambda asked: with_names(
        visible(asked, StepNote).filter(asked.of("step_id")).order_by("written_at", "pk"), "author"
    )
)
# The sealed words of a date that was held, in the order in which they are told; what the child said has its own box.
_OF_STEP = ("said", "present", "why_late", "carers", "delegated", "place")


def _tell_begun(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        plan.pk: Entry(
            at=when[plan.pk],
            timed=False,
            title=_began(plan),
            sentence=_sentences(plan.authority_label, plan.in_words("latest_category")),
            source=f"recorded by {titles.of(plan.author, plan.written_at)}",
            icon="flag",
            tone="plan",
            reference="Plan",
            link=reverse("episode", args=[plan.pk]),
            substance=_whole(
                plan,
                [plan.authority_label, *_codes(plan)],
                "asked",
                "contact",
                "delegated",
                "reference",
            ),
        )
        for plan in _begun(request, when)
    }


def _began(plan: Episode) -> str:
    """That it began; of one that was decided later, that it was asked for. The step that decides is an entry itself."""
    was_asked = plan.of_kind.before and plan.decided_on != plan.starts_on
    return plan.of_kind.before if was_asked else f"{plan.of_kind.title}: began"


def _tell_held(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    today, steps = timezone.localdate(), _held(request, when)
    notes: dict[UUID, list[StepNote]] = {}
    for note in _notes(request, [step.pk for step in steps]):
        notes.setdefault(note.step_id, []).append(note)
    return {
        step.pk: Entry(
            at=when[step.pk],
            timed=False,
            title=step.title,
            sentence=_sentences(*_codes(step, but=_LONG), first_sentence(step.said)),
            source=f"recorded by {titles.of(step.held_by, held_at)}",
            tone="plan",
            tag=(how.words, "warn") if (how := standing(step, today=today, on_roll=False)).how in _TAGGED else ("", ""),
            reference="Plan",
            link=reverse("plan_step", args=[step.pk]),
            substance=_whole(
                step,
                _codes(step),
                *_OF_STEP,
                words=step.voice,
                notes=[(_note(note, titles), note.text) for note in notes.get(step.pk, ())],
            ),
        )
        for step in steps
        if (held_at := step.held_at) is not None
    }


# Of a meeting that the reader may not see there is no concern.
_CONCERN = Subquery(Meeting.objects.filter(pk=OuterRef("meeting")).values("concern_id"))
_met = ByKeys(
    lambda asked: (
        visible(asked, Step)
        .filter(asked.of("child_id"), meeting__isnull=False, held_on__isnull=False)
        .values_list("pk", "child_id", "held_on", _CONCERN)
    )
)


def _rows_met(request: Request, children: Sequence[Child]) -> list[Row]:
    """Meetings about concerns that are dates of these children's plans, where the concern is not told: else the meeting
    itself is the entry.
    """
    told, keys = told_of_each(request, children), [child.pk for child in children]
    return [
        Row(start_of(day), key, "plan_met", None, child)
        for key, child, day, concern in once(("met", *keys), lambda: _met(request, keys))
        if day is not None and concern not in told
    ]


def _tell_ended(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    return {
        plan.pk: Entry(
            at=when[plan.pk],
            timed=False,
            title=f"{plan.title}: ended",
            sentence=_sentences(plan.end_label),
            source=f"recorded by {titles.of(plan.ended_by, ended_at)}",
            icon="tick",
            tone="plan",
            reference="Plan",
            link=reverse("episode", args=[plan.pk]),
        )
        for plan in _ended(request, when)
        if (ended_at := plan.ended_at) is not None
    }


def _codes(row: Episode | Step, *, but: Collection[str] = ()) -> Iterator[str]:
    """What its typed columns say: an outcome by itself, the others under their names."""
    for column, said in row.filled:
        if column not in but:
            yield said if column == "outcome" else f"{_name(row, column)}: {said}"


def _whole(
    row: Episode | Step, codes: Iterable[str], *columns: str, words: str = "", notes: Sequence[tuple[str, str]] = ()
) -> Substance | None:
    """All that its author wrote: what its codes say, then the sealed words under their names, then what was added."""
    written = ((_heading(row, column), getattr(row, column)) for column in columns)
    return in_full(("", _sentences(*codes)), *written, *notes, words=words)


def _name(row: Episode | Step, column: str) -> str:
    field: Any = row._meta.get_field(column)
    return capfirst(str(field.verbose_name))


def _heading(row: Episode | Step, column: str) -> str:
    """What was said needs no name."""
    return "" if column == "said" else _name(row, column)


def _note(note: StepNote, titles: Titles) -> str:
    return f"{note.get_kind_display()} ({titles.signed(note.author, note.written_at)})"


def _sentences(*parts: str) -> str:
    return " ".join(part if part.endswith((".", "…")) else f"{part}." for part in parts if part)


def _of(model: str, moment: str, where: str, origin: str) -> Placed:
    """Not of an adoption. The area says who reads it, the episode who may not."""
    where = f"n.area <> 'adoption' AND {where}"
    return Placed(f"plans.{model}", moment, child="n.child_id", where=where, readers="n.area", origin=origin)


SOURCES = (
    Source("plan_begun", KIND, _tell_begun, _of("episode", london("n.starts_on"), "true", "n.id")),
    Source(
        "plan_step",
        KIND,
        _tell_held,
        _of("step", london("n.held_on"), "n.held_on IS NOT NULL AND n.meeting_id IS NULL", "n.episode_id"),
    ),
    Source("plan_met", KIND, _tell_held, rows=_rows_met),
    Source("plan_ended", KIND, _tell_ended, _of("episode", london("n.ends_on"), "n.ended_at IS NOT NULL", "n.id")),
)
