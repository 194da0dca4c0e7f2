"""What do plans put into the pages that every app shares? The tabs of a child's record, the entries of the menu, lines
beside Today.
"""

from collections.abc import Collection
from uuid import UUID

from django.urls import reverse

from children.badges import badge_with
from safeguarding import checks, first_pages
from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.audit.by_keys import Statement
from safeguarding.audit.reading import visible
from safeguarding.concerns import briefing, chronology
from safeguarding.concerns.school_decides import manages_school
from safeguarding.concerns.services.history import tell_rows
from safeguarding.concerns.services.left_open import left_open_with
from safeguarding.concerns.services.meeting_plans import kept_in_step_by
from safeguarding.concerns.services.searching_beside import search_with
from safeguarding.dates import short_day
from safeguarding.http import Request
from safeguarding.paging import counted_by_keys
from safeguarding.panels import LATE, MINE, UNANSWERED, Line, NavItem, Panel, Setting, Tab, register

from . import brief, decides, sections
from .badges import BADGING
from .capabilities import PlanCapability as C
from .changes import READS
from .checks import CHECKS
from .entries import KIND, SOURCES
from .left_open import plan_dates
from .meetings import PlansOfChildren
from .models import Step
from .permissions import TAB_AREAS, children_kept_for, keeps_plans_standing_in, reads_at
from .services import work
from .services.searching import PARTS, search_plans
from .views import (
    decision_lines,
    diary,
    first_page,
    from_referral,
    meeting_panel,
    missing_children,
    own_children,
    standing_in,
    today_lines,
)
from .views.on_paper import section_of

_missed_at = counted_by_keys(lambda asked: work.missed(visible(asked, Step).filter(asked.one("school_id"))))


def _reads_at(request: Request, school_id: UUID) -> bool:
    """Those who read an area by role, also where the notice does not name that role: the page says so."""
    return reads_at(request.user, school_id)


def _attendance_at(request: Request, school_id: UUID) -> bool:
    return may(request.user, C.VIEW_ATTENDANCE, school_id)


def _keeps_attendance(request: Request) -> bool:
    return may(request.user, C.KEEP_ATTENDANCE, request.held.school_id)


def _given_at(request: Request, school_id: UUID) -> bool:
    return may(request.user, C.READ_PLANS_GIVEN, school_id)


def _sees_badges(request: Request) -> bool:
    return may(request.user, C.VIEW_PLAN_BADGES, request.held.school_id)


def _opens_list(request: Request) -> bool:
    return _sees_badges(request) or keeps_plans_standing_in(request.user)


def _opens_diary(request: Request) -> bool:
    return _sees_badges(request) or diary.opens_diary(request.user)


def _begins_with_overview(request: Request) -> bool:
    """Who has no Today: the Headteacher."""
    return request.held.role.home == "overview" and _opens_diary(request)


def _kept_for(request: Request, child_id: UUID) -> bool:
    return child_id in children_kept_for(request.user)


def _names_of_dates(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    """What tells notices of dates apart in the inbox of who may still see them: what it is, and the day."""
    found = visible(request, Step).filter(pk__in=keys)
    return {one.pk: f"{one.title}, {short_day(one.happens_on)}" for one in found if one.happens_on}


def _missed(request: Request) -> Statement:
    return _missed_at.statement(request, [request.held.school_id])


first_pages.register(*first_page.TASKS)
chronology.register(*SOURCES, kinds={KIND: "Plans of authorities"})
checks.register(*CHECKS)
badge_with(BADGING)
briefing.add_blocks(brief.blocks)
briefing.tell_of(brief.told_in_any_case)
search_with(search_plans, *PARTS)
left_open_with(plan_dates)
kept_in_step_by(PlansOfChildren())
sections.register(*(section_of(area) for area in TAB_AREAS))
for _model, _read in READS.items():
    tell_rows(_model, _read)
leads_to("plan_step", lambda key: reverse("plan_step", args=[key]), _names_of_dates)
register(
    Tab("plans", "Plans and status", "child_plans", may=_reads_at, order=22, given=_given_at, also=_kept_for),
    Tab(
        "attendance",
        "Attendance",
        "child_attendance",
        may=_attendance_at,
        order=24,
        given=_given_at,
        also=_kept_for,
    ),
    NavItem("plans", "Plans and dates", "plans", may=_opens_list, order=27, waiting=_missed, hot=True),
    NavItem("attendance", "Attendance", "attendance", may=_keeps_attendance, order=10, place="plans"),
    Panel("own_role", "plans_kept_for", "plans/part_kept_for.html", data=standing_in.panel, order=12),
    Panel("staff_home", "plans_kept_for", "plans/part_kept_for.html", data=standing_in.panel, order=13),
    *(
        Panel(
            slot,
            "own_children",
            "plans/part_own_children.html",
            data=own_children.panel,
            may=own_children.is_coordinator,
            order=3,
        )
        for slot in ("staff_home_above", "own_role")
    ),
    NavItem("diary", "Diary", "diary", may=_opens_diary, order=5, place="plans"),
    Panel("today_week", "diary", "plans/part_this_week.html", data=diary.of_school, may=_opens_diary),
    *(
        Panel(slot, "diary", "plans/part_this_week.html", data=diary.of_ones_own, may=_opens_diary, order=2)
        for slot in ("staff_home_above", "own_role")
    ),
    Panel(
        "overview_aside",
        "diary",
        "plans/part_this_week.html",
        data=diary.of_ones_own_on_overview,
        may=_begins_with_overview,
        order=10,
    ),
    Line(LATE, "plans_missing", "plans/part_missing_lines.html", missing_children.lines, may=_sees_badges, order=1),
    Line(LATE, "plans", "plans/today_lines.html", today_lines.missed, may=_sees_badges, order=15),
    Line(UNANSWERED, "plans", "plans/today_lines.html", today_lines.to_chase, may=_sees_badges, order=15),
    Line(
        MINE,
        "plan_decisions",
        "plans/decision_lines.html",
        decision_lines.decisions,
        may=decision_lines.keeps_some,
        order=15,
    ),
    Panel("decides", "plans", "plans/part_decides.html", data=decides.panel),
    Panel("referral", "plans", "plans/from_referral.html", from_referral.came_of),
    Panel("meeting", "plans", "plans/part_meeting.html", meeting_panel.in_plans),
    Line(MINE, "plan_meetings", "plans/meeting_lines.html", meeting_panel.lines, may=meeting_panel.does_both, order=14),
    Setting(
        "plan_times",
        "Times of plans",
        "The school’s own authority, and by when reviews, core groups and reports, where no law says.",
        "local_times",
        may=manages_school,
        models=("plans.deadlinerule",),
        order=38,
    ),
    Setting(
        "attendance_register",
        "Attendance register",
        "The system in which your register is kept. Until you say so, Harbour keeps each child’s record for six years "
        "from the last attendance entry.",
        "register_place",
        may=manages_school,
        models=("plans.registerplace",),
        order=62,
    ),
)
