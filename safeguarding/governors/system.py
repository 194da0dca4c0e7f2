"""Which records does the governors' report count? All of a school that are in the record, read by the machine.

It reads whole tables and writes none of them (`records.reads`), so the denials that rules put above every reason stand
here once more: what was entered in error, what has become part of another record, what is being destroyed. Records
about adults are in no table that is read, and concerns that are none about a child are left out.
"""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from children.models import Child
from safeguarding.concerns.models import OUT_OF_THE_RECORD, Concern
from safeguarding.reports.figures.values import Viewer

M = TypeVar("M", bound=Model)

# Good news, and what is about an adult of the school: no worries about a child.
NO_WORRY = ("POS", "STF")
_IS_OUT = Q(in_error__in=OUT_OF_THE_RECORD) | Q(ending_at__isnull=False)


def of_record(model: type[M]) -> QuerySet[M]:
    """The rows of a model that are in the record, whichever school's."""
    rows: QuerySet[M] = model._default_manager.all()
    if model is Concern:
        return rows.exclude(_IS_OUT).exclude(category_id__in=NO_WORRY)
    if model is Child:
        return rows.filter(merged_into=None, ending_at=None)
    fields = {field.name for field in model._meta.concrete_fields}
    if "concern" in fields:
        rows = rows.exclude(concern__in=Concern.objects.filter(_IS_OUT).values("pk"))
    if "child" in fields:
        rows = rows.filter(Q(child=None) | Q(child__merged_into=None, child__ending_at=None))
    return rows


@dataclass(frozen=True)
class Whole(Viewer):
    """A viewer that is nobody, and sees all of a school that is in the record: for a system read alone."""

    def see(self, source: type[M]) -> QuerySet[M]:
        return of_record(source).filter(school_id=self.school_id)


def whole(school_id: UUID, **asked: Any) -> Whole:
    return Whole(user=None, school_id=school_id, **asked)
