"""Which records does the governors' report count? All of a school that are in the record, read by the machine.

It reads whole tables and writes none of them (`records.reads`), so the denials that rules put above every reason stand
here once more: what was entered in error, what has become part of another record, what is being destroyed. Records
about adults are in no table that is read, and concerns that are none about a child are left out.
"""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from children.models import Child, ChildDetail, ClassEpisode
from retention.models import DestructionList
from safeguarding.concerns.models import (
    OUT_OF_THE_RECORD,
    Action,
    Closing,
    Concern,
    ConcernChild,
    Decision,
    Referral,
    ReferralStep,
)
from safeguarding.plans.models import AttendanceDay, Designation, Episode, Step
from safeguarding.reports.figures.values import Viewer
from sharing.events.models import SharingEvent
from sharing.requests.models import RightsRequest

M = TypeVar("M", bound=Model)

TASK = "governors report"
# What it reads, and writes nothing there: said in `records.py`.
READ: tuple[type[Model], ...] = (
    Action,
    AttendanceDay,
    Child,
    ChildDetail,
    ClassEpisode,
    Closing,
    Concern,
    ConcernChild,
    Decision,
    Designation,
    DestructionList,
    Episode,
    Referral,
    ReferralStep,
    RightsRequest,
    SharingEvent,
    Step,
)
# Good news, and what is about an adult of the school: no worries about a child.
NO_WORRY = ("POS", "STF")


def of_record(model: type[M]) -> QuerySet[M]:
    """The rows of a model that are in the record, whichever school's."""
    rows: QuerySet[M] = model._default_manager.all()
    if model is Concern:
        return rows.exclude(_is_out("")).exclude(category_id__in=NO_WORRY)
    if model is Child:
        return rows.filter(merged_into=None, ending_at=None)
    fields = {field.name for field in model._meta.concrete_fields}
    if "concern" in fields:
        rows = rows.exclude(concern__in=Concern.objects.filter(_is_out("")).values("pk"))
    if "child" in fields:
        rows = rows.filter(Q(child=None) | Q(child__merged_into=None, child__ending_at=None))
    return rows


def _is_out(concern: str) -> Q:
    return Q(**{f"{concern}in_error__in": OUT_OF_THE_RECORD}) | Q(**{f"{concern}ending_at__isnull": False})


@dataclass(frozen=True)
class Whole(Viewer):
    """A viewer that is nobody, and sees all of a school that is in the record: for a system read alone."""

    def see(self, source: type[M]) -> QuerySet[M]:
        return of_record(source).filter(school_id=self.school_id)


def whole(school_id: UUID, **asked: Any) -> Whole:
    return Whole(user=None, school_id=school_id, **asked)
