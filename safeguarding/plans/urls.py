"""Where are the pages of plans? What can be done with a plan, or with a date of one, is sent to its own page."""

from django.urls import URLPattern, path

from .views import (
    attendance,
    changing,
    diary,
    episode,
    local_times,
    own_children,
    paper,
    register,
    register_place,
    step,
    tab,
    team,
    worklist,
)

urlpatterns: list[URLPattern] = [
    path("children/<uuid:child_id>/plans/", tab.child_plans, name="child_plans"),
    path("children/<uuid:child_id>/attendance/", attendance.child_attendance, name="child_attendance"),
    path("children/<uuid:child_id>/plans/team/", team.child_team, name="child_team"),
    path("children/<uuid:child_id>/plans/change/", changing.record_change, name="record_change"),
    path("children/<uuid:child_id>/plans/print/", paper.plans_print, name="plans_print"),
    path("children/<uuid:child_id>/plans/paper/", paper.plans_paper, name="plans_paper"),
    path("plans/", worklist.plans, name="plans"),
    path("plans/find/", own_children.find_for_plans, name="find_for_plans"),
    path("diary/", diary.diary, name="diary"),
    path("attendance/", register.attendance, name="attendance"),
    path("attendance/example/", register.attendance_example, name="attendance_example"),
    path("settings/attendance-register/", register_place.register_place, name="register_place"),
    path("settings/plans/", local_times.local_times, name="local_times"),
    path("settings/plans/end/", local_times.end_local_time, name="end_local_time"),
    path("settings/plans/authority/", local_times.own_authority, name="own_authority"),
    path("settings/plans/moves/", local_times.moving_years, name="moving_years"),
    path("plans/<uuid:episode_id>/", episode.episode, name="episode"),
    path("plans/dates/<uuid:step_id>/", step.plan_step, name="plan_step"),
    path("plans/dates/<uuid:step_id>/files/", step.attach_to_plan, name="attach_to_plan"),
]
