"""What do pastoral notes and support plans put into a child's chronology? For those who may see them, and nobody else."""

from collections.abc import Mapping
from datetime import time
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, TimeField, Value

from safeguarding.accounts.titles import Titles, inside
from safeguarding.audit.reading import visible
from safeguarding.concerns.chronology import Entry
from safeguarding.concerns.models import PastoralNote, SupportPlan
from safeguarding.dates import full_day
from safeguarding.http import Request

from .concern import LondonMoment, first_sentence
from .told import of_child

_MIDNIGHT = Value(time(), output_field=TimeField())


def _notes(request: Request) -> QuerySet[Any]:
    return visible(request, PastoralNote).annotate(moment=LondonMoment(F("happened_on"), _MIDNIGHT))


def _tell_noted(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    return {
        note.pk: Entry(
            at=note.moment,
            timed=False,
            title=f"Pastoral note: {inside(note.get_kind_display())}",
            sentence=first_sentence(note.text),
            source=f"note by {titles.of(note.author, note.written_at)}",
            reference="Note",
            link=note.get_absolute_url(),
        )
        for note in _notes(request).filter(pk__in=keys).select_related("author")
    }


def _plans(request: Request) -> QuerySet[Any]:
    return visible(request, SupportPlan).annotate(moment=LondonMoment(F("starts_on"), _MIDNIGHT))


def _tell_begun(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    return {
        plan.pk: Entry(
            at=plan.moment,
            timed=False,
            title="Support plan begun",
            sentence=f"{first_sentence(plan.aims)} To be reviewed on {full_day(plan.review_on)}.",
            source=f"plan by {titles.of(plan.author, plan.written_at)}",
            icon="flag",
            tone="plan",
            reference="Plan",
            link=plan.get_absolute_url(),
        )
        for plan in _plans(request).filter(pk__in=keys).select_related("author")
    }


def _over(request: Request) -> QuerySet[Any]:
    return visible(request, SupportPlan).filter(ended_at__isnull=False).annotate(moment=F("ended_at"))


def _tell_over(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = visible(request, SupportPlan).filter(pk__in=keys).select_related("ended_by")
    return {
        plan.pk: Entry(
            at=ended_at,
            title="Support plan ended",
            sentence=first_sentence(plan.outcome),
            source=f"ended by {titles.of(plan.ended_by, ended_at)}",
            icon="tick",
            tone="plan",
            reference="Plan",
            link=plan.get_absolute_url(),
        )
        for plan in rows
        if (ended_at := plan.ended_at) is not None
    }


PASTORAL = (
    of_child("pastoral", "pastoral", _notes, _tell_noted),
    of_child("plan", "pastoral", _plans, _tell_begun),
    of_child("plan_over", "pastoral", _over, _tell_over),
)
