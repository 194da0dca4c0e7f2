"""How are the numbers of a report counted? By the worker, for nobody by name, once: a build is never changed.

Counted again, the same records give the same numbers. A later build stands beside the one that was chosen, and says
what differs; of a report that was published, nothing changes by it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Outcome
from safeguarding.audit.services import record
from safeguarding.checks import Found, State
from safeguarding.exceptions import HarbourError, NotAllowed, OutOfTurn
from safeguarding.governors import cells
from safeguarding.governors.building import build
from safeguarding.governors.cells import SECTIONS, BuiltCell, Earlier
from safeguarding.governors.lifecycles import MOVED_ON, WRITERS, may_write
from safeguarding.governors.models import GovernorReport, ReportBuild, ReportCell, ReportSetting
from safeguarding.governors.verbs import GovernorVerb as V
from safeguarding.locks import one_at_a_time

from .checked import states_of
from .settings import setting_of

# What it is called where it is said which records it reads (`records.py`).
TASK = "governors report"
logger = logging.getLogger(__name__)
_S, _B = GovernorReport.Status, ReportBuild.Status
# What a stored cell has of a built one.
_FIELDS = ("section", "table", "row", "column", "label", "value", "of", "unit", "hidden", "order")


class CountingBroken(Exception):
    """The numbers of a report could not be counted. Says which report, and nothing of what was counted."""


@transaction.atomic
def ask(report: GovernorReport, *, by: User, at: datetime | None = None) -> ReportBuild:
    """Have its numbers counted, for the first time or again. Asked twice, they are counted once.

    Raises `NotAllowed`, and `OutOfTurn` for one that was approved, replaced or withdrawn.
    """
    held = GovernorReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if not may_write(by, held):
        raise NotAllowed(WRITERS)
    if held.status not in (_S.DRAFT, _S.PUBLISHED):
        raise OutOfTurn(MOVED_ON)
    there = ReportBuild.objects.filter(report=held, status=_B.ASKED).first()
    if there is None:
        chosen = setting_of(held.school_id)
        there = ReportBuild.objects.create(
            school_id=held.school_id,
            report=held,
            threshold=chosen.threshold,
            zero=chosen.zero,
            checked=states_of(held.school_id, by=by, at=at or timezone.now()),
            asked_at=at or timezone.now(),
            asked_by=by,
        )
        record(V.COUNT, held, by=by)
    _knock(there.pk)
    return there


def _knock(build_id: UUID) -> None:
    """Without waiting for the queue: what nobody took up is found by the scheduled job."""
    from safeguarding.governors.tasks import count_report

    transaction.on_commit(lambda: count_report.apply_async((str(build_id),), retry=False), robust=True)


def run(build_id: UUID, *, at: datetime | None = None) -> bool:
    """Count what somebody asked for, unless somebody is at it. Whether it is settled now."""
    with one_at_a_time(f"governors report {build_id}") as mine:
        if not mine:
            return False
        try:
            return _count(build_id, at or timezone.now())
        except HarbourError as problem:
            logger.warning("a report to governors could not be counted: %s", type(problem).__name__)
            _fail(build_id)
            return True
        except Exception as error:
            _fail(build_id)
            raise CountingBroken(f"{type(error).__name__} in build {build_id}") from None


def run_all() -> int:
    """Count what waits for it: a worker was stopped, or the queue was away."""
    with system_task(TASK):
        waiting = list(ReportBuild.objects.filter(status=_B.ASKED).order_by("pk").values_list("pk", flat=True))
    return sum(map(run, waiting))


def _count(build_id: UUID, at: datetime) -> bool:
    with system_task(TASK):
        rows = ReportBuild.objects.select_related("report")
        asked = rows.filter(pk=build_id, status=_B.ASKED).first()
        if asked is None:
            return False
        earlier = earlier_of(asked.school_id)
    built = build(
        asked.school_id,
        term=asked.report.term,
        as_at=at,
        threshold=asked.threshold,
        hide_zero=asked.zero == ReportSetting.Zero.HIDDEN,
        earlier=earlier,
        checked=[Found(State(one), "") for one in asked.checked],
    )
    with system_task(TASK):
        _keep(asked, built, at)
    return True


def _keep(asked: ReportBuild, built: Sequence[BuiltCell], at: datetime) -> None:
    """Store what was counted. A draft without numbers has them from now on."""
    store(asked, built)
    asked.status, asked.as_at = _B.DONE, at
    asked.save(update_fields=["status", "as_at"])
    held = GovernorReport.objects.select_for_update(of=("self",)).get(pk=asked.report_id)
    if held.chosen_id is None and held.status == _S.DRAFT:
        held.chosen = asked
        held.revision += 1
        held.save(update_fields=["chosen", "revision"])
    record(V.COUNT, held, count=len(built), purpose="done")


def store(asked: ReportBuild, built: Sequence[BuiltCell]) -> None:
    """Store the cells of a build, one to one."""
    ReportCell.objects.bulk_create(
        ReportCell(
            school_id=asked.school_id,
            build=asked,
            is_total=is_total(one),
            **{name: getattr(one, name) for name in _FIELDS},
        )
        for one in built
    )


def is_total(cell: BuiltCell) -> bool:
    """Whether a cell breaks nothing down: the sum of a table about children, or the school's own work.

    The lines of the self-check are no total: beside the lines of somebody who sees a part of the records, those of
    whoever asked would tell that something hidden is late.
    """
    if cell.section == "self-check":
        return False
    table = cells.table_of(cell.section, cell.table)
    if not table.hides or cell.row == cells.LEFT_OUT:
        return True
    return cell.row == cells.TOTAL and (not table.is_two_way or cell.column == table.main)


@system_task(TASK)
def _fail(build_id: UUID) -> None:
    asked = ReportBuild.objects.filter(pk=build_id, status=_B.ASKED).select_related("report").first()
    if asked is not None:
        asked.status = _B.FAILED
        asked.save(update_fields=["status"])
        record(V.COUNT, asked.report, purpose="failed", outcome=Outcome.FAILED)


def earlier_of(school_id: UUID) -> list[Earlier]:
    """Every report that was ever published there, the oldest first, with what it showed and what it hid."""
    reports = list(
        GovernorReport.objects.filter(school=school_id, published_at__isnull=False).order_by("published_at", "pk")
    )
    found: dict[UUID, list[BuiltCell]] = {one.chosen_id: [] for one in reports if one.chosen_id}
    for row in ReportCell.objects.filter(build__in=found).order_by("order"):
        found[row.build_id].append(as_built(row))
    return [
        Earlier(one.term, tuple(found[one.chosen_id]), stands=one.status != _S.WITHDRAWN)
        for one in reports
        if one.chosen_id
    ]


def as_built(cell: ReportCell) -> BuiltCell:
    """A stored cell as it was built."""
    return BuiltCell(**{name: getattr(cell, name) for name in _FIELDS})


def newest_build(report: GovernorReport) -> ReportBuild | None:
    """The count that was asked for last."""
    return ReportBuild.objects.filter(report=report).select_related("asked_by").order_by("-asked_at", "-pk").first()


@transaction.atomic
def take(report: GovernorReport, *, build_id: UUID, seen: int, by: User) -> GovernorReport:
    """Let a draft have the numbers of a later build. Raises `NotAllowed`, `OutOfTurn`."""
    held = GovernorReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if not may_write(by, held):
        raise NotAllowed(WRITERS)
    if held.chosen_id == build_id:
        return held
    found = ReportBuild.objects.filter(report=held, pk=build_id, status=_B.DONE).first()
    if held.status != _S.DRAFT or held.revision != seen or found is None:
        raise OutOfTurn(MOVED_ON)
    held.chosen = found
    held.revision += 1
    held.save(update_fields=["chosen", "revision"])
    record(V.COUNT, held, by=by, purpose="taken")
    return held


@dataclass(frozen=True)
class Differs:
    """A number that is another one in a later build: where it stands, and what each says. Empty: it is not there."""

    section: str
    table: str
    label: str
    column: str
    before: str
    after: str


def differences(before: Sequence[ReportCell], after: Sequence[ReportCell]) -> list[Differs]:
    """What differs between two builds, in the order of the report."""
    had, has = ({(c.section, c.table, c.row, c.column): c for c in some} for some in (before, after))
    order = list(SECTIONS)
    there = {**had, **has}
    found = []
    for key, cell in sorted(there.items(), key=lambda one: (order.index(one[0][0]), one[1].order)):
        one, other = (some[key].shown if key in some else "" for some in (had, has))
        if one != other:
            title = cells.table_of(cell.section, cell.table).title
            found.append(Differs(SECTIONS[cell.section].title, title, cell.label, cell.column, one, other))
    return found
