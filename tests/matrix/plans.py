"""Which plans have the children of the matrix? One of each area, with a word in every field; one that began with a
concern that somebody may not see, and one that was entered in error. And each a day of attendance that no other has.
"""

from datetime import date, timedelta
from typing import Any

from safeguarding.keys import uuid7
from safeguarding.plans.attendance.reading import Line
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services import around, episodes, steps
from safeguarding.plans.services.attendance import bring_in_attendance
from safeguarding.plans.services.rules import load_rules
from safeguarding.uploads.services.keeping import Upload
from tests.matrix.ground import NOW, RECORDS, THEN, TODAY

# Records with all four, and those with a plan that began with their concern.
WITH_ALL = ("open", "hidden", "granted", "emergency", "other")
WITH_CONCERN = ("restricted", "subject")
KINDS: dict[str, dict[str, Any]] = {
    "child_protection": {"category": "NEG", "latest_category": "NEG"},
    "looked_after": {},
    "ehcp": {},
    "adoption": {},
}
_BEGAN = date(2026, 10, 5)
# A Monday of a school year in which nothing else happened; each child has a week of its own.
_ATTENDED = date(2024, 1, 8)


def lay_plans(world: Any) -> None:
    """The notice of the school here names the roles that have plans beside its own."""
    load_rules()
    world.here.roles_beyond_notice = ["senco", "designated_teacher", "attendance"]
    world.here.save(update_fields=["roles_beyond_notice"])
    for record in WITH_ALL:
        for kind, columns in KINDS.items():
            by = world.people["senco"] if kind == "ehcp" and record != "other" else world.lead_of(record)
            _plan(world, record, kind, columns, by=by)
    for record in WITH_CONCERN:
        _plan(world, record, "child_in_need", {}, by=world.people["lead"], concern=world.concerns[record])
    _mistake(world)
    _attendance(world)


def _attendance(world: Any) -> None:
    """A day of each child that stands on its tab and nowhere else, in one file for each school.

    A file says from when until when it is, to whoever keeps attendance: those two days are of no record.
    """
    for by in ("attendance", "lead_there"):
        theirs = [record for record in RECORDS if (record == "other") == (by == "lead_there")]
        days = {record: _ATTENDED + timedelta(weeks=RECORDS.index(record)) for record in theirs}
        upns = {record: world.children[record].detail.upn for record in theirs}
        ends = [(upns[theirs[0]], _ATTENDED + timedelta(weeks=week)) for week in (-1, len(RECORDS))]
        rows = [*((upns[record], day) for record, day in days.items()), *ends]
        lines = [Line(number, upn, day.isoformat(), "L", "M", "15") for number, (upn, day) in enumerate(rows, start=2)]
        school = world.school_of(theirs[0])
        bring_in_attendance(school=school, lines=lines, digest="0" * 64, token=uuid7(), by=world.people[by], at=THEN)
        for record, day in days.items():
            world.planted.note("plans.attendanceday", "on", day, record, "attendance")


def _plan(world: Any, record: str, kind: str, columns: dict[str, Any], *, by: Any, concern: Any = None) -> None:
    """An episode with a step that was held and one that was set aside, each with a word in all that its kind has."""
    word, child = world.word, world.children[record]
    episode = episodes.begin_episode(
        child=child,
        token=uuid7(),
        kind=kind,
        starts_on=_BEGAN,
        authority="356",
        columns=columns,
        decided_on=_BEGAN if kind == "ehcp" else None,
        words={name: word() for name in Episode(kind=kind).of_kind.words},
        concern=concern,
        by=by,
        at=THEN,
    )
    held, aside = {
        "child_protection": ("core_group", "legal_meeting"),
        "looked_after": ("placement", "pep"),
        "ehcp": ("annual_review", "review_report"),
        "adoption": ("matching", "adoption_decision"),
        "child_in_need": ("legal_meeting", "progress"),
    }[kind]
    step = steps.add_step(
        episode=episode,
        token=uuid7(),
        kind=held,
        held_on=THEN.date(),
        columns={"legal_status": "C1", "placement": "U6"} if held == "placement" else {},
        words={name: word() for name in Step(kind=held).of_kind.words},
        by=by,
        at=THEN,
    )
    waits = steps.add_step(
        episode=episode, token=uuid7(), kind=aside, booked_on=TODAY + timedelta(days=9), place=word(), by=by, at=THEN
    )
    steps.chase_step(step=waits, token=uuid7(), happened_on=TODAY, text=word(), by=by, at=NOW)
    waits.refresh_from_db()
    steps.set_aside_step(step=waits, seen=waits.revision, reason=word(), by=by, at=NOW)
    worker = around.add_professional(
        episode=episode,
        token=uuid7(),
        role="social_worker",
        name=word.name(),
        organisation=word.name(),
        telephone=f"01632 960111 {word()}",
        email=f"{word()}@example.org",
        by=by,
        at=THEN,
    )
    minutes = Upload(f"{word()}.txt", b"All came.")
    [file] = around.attach_to_step(step=step, token=uuid7(), uploads=[minutes], what="minutes", by=by, at=THEN).kept
    # Pages are asked about the plan of child protection, or the only one that there is.
    if kind in ("child_protection", "child_in_need"):
        keys = {"episode": episode.pk, "plan_step": step.pk, "plan_file": file.pk, "professional": worker.pk}
        world.keys[record] |= keys | {"plan_waiting": Step.objects.filter(episode=episode).latest("pk").pk}


def _mistake(world: Any) -> None:
    """One of the child of "open", with words that stand nowhere but on the page about it."""
    by = world.people["lead"]
    episode = episodes.begin_episode(
        child=world.children["open"],
        token=uuid7(),
        kind="early_help",
        starts_on=_BEGAN,
        authority="356",
        words={"asked": world.word()},
        by=by,
        at=THEN,
    )
    episodes.enter_in_error(episode=episode, seen=episode.revision, reason=world.word(), by=by, at=NOW)
