"""What the world of the matrix has no row of: what is made by two steps, or gone within the day.

Laid for the tests in which a child has a row in every table that can hold one.
"""

from typing import Any

from django.db.models import Model

from children.models import ChildMerge, HeldFact, MergedRow
from retention.models import RetentionDate
from safeguarding.concerns.models import EarlierBatch, EarlierPdf, HandOver, PastoralNote, StepUp
from safeguarding.ending.kinds import kinds
from safeguarding.keys import uuid7
from safeguarding.personal_data import Link, declared
from safeguarding.printing.models import PrintJob
from safeguarding.reports.models import Export
from tests.matrix.ground import THEN, TODAY, given_row

# What the store has no file of.
NO_FILE = "a"


def outlasting() -> set[type[Model]]:
    """The models of records that a child's file does not take along: they end by their own day alone."""
    models = {kind.model for kind in kinds().values() if not kind.own_scan}
    return {model for model in models if Link.ENDS not in declared(model).links.values()}  # type: ignore[union-attr]


def lay_every_kind(world: Any, record: str) -> None:
    """A row of each such kind, of the child of this record."""
    child, by, school = world.children[record], world.lead_of(record), world.school_of(record)
    merge = given_row(
        ChildMerge,
        school=school,
        keep=child,
        other=world.children["closed"],
        other_number=1,
        token=uuid7(),
        status="declined",
        asked_at=THEN,
        asked_by=by,
    )
    MergedRow._base_manager.create(merge=merge, model="children.enrolment", field="child_id", row_id=child.pk)
    note = PastoralNote._base_manager.filter(child=child).first()
    given_row(StepUp, child=child, school=school, note=note, token=uuid7(), **_needed(StepUp, by))
    action = world.concerns[record].actions.first()
    given_row(HandOver, concern=action.concern, school=school, action=action, **_handed(world, record))
    given_row(PrintJob, school=school, asker=by, names=[child.pk], stored=NO_FILE, status="waiting")
    given_row(Export, school=school, asker=by, table="concerns", file_format="csv", names=[child.pk], status="waiting")
    batch = EarlierBatch._base_manager.filter(school=school).first()
    given_row(EarlierPdf, batch=batch, school=school, child=child, number=900, kind="file")
    given_row(
        RetentionDate,
        school=school,
        child=child,
        kind="child_file",
        record_key=child.pk,
        changed_on=TODAY,
        scanned_at=THEN,
    )
    given_row(HeldFact, child=child, school=school, field="nothing yet", said="", held_at=THEN)


def _handed(world: Any, record: str) -> dict[str, Any]:
    return {**_needed(HandOver, world.lead_of(record)), "from_user": world.reporter_of(record)}


def _needed(model: Any, by: Any) -> dict[str, Any]:
    """Who did it and when, where a row says so."""
    found = {}
    for field in model._meta.concrete_fields:
        if field.null or field.has_default() or field.has_db_default() or field.primary_key:
            continue
        if field.is_relation and field.related_model is type(by):
            found[field.name] = by
        elif field.get_internal_type() == "DateTimeField":
            found[field.name] = THEN
        elif field.get_internal_type() == "DateField":
            found[field.name] = THEN.date()
    return found
