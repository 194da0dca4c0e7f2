"""Where are the pages of retention?"""

from django.urls import URLPattern, path

from .views import holds, schedule, tab

urlpatterns: list[URLPattern] = [
    path("children/<uuid:child_id>/retention/", tab.child_retention, name="child_retention"),
    path("children/<uuid:child_id>/hold/", holds.hold_child, name="hold_child"),
    path("retention/holds/", holds.holds_of_school, name="holds"),
    path("retention/holds/school/", holds.hold_school, name="hold_school"),
    path("retention/holds/<uuid:hold_id>/", holds.legal_hold, name="legal_hold"),
    path("retention/schedule/", schedule.retention_schedule, name="retention_schedule"),
    path("retention/schedule/all/", schedule.retention_schedule_all, name="retention_schedule_all"),
    path("retention/schedule/<uuid:rule_id>/", schedule.retention_rule, name="retention_rule"),
]
