"""Where are the pages of retention? What can be done with a list is sent to its own page."""

from django.urls import URLPattern, path

from .views import brakes, holds, home, items, left, lists, register, schedule, tab

urlpatterns: list[URLPattern] = [
    path("children/<uuid:child_id>/retention/", tab.child_retention, name="child_retention"),
    path("children/<uuid:child_id>/hold/", holds.hold_child, name="hold_child"),
    path("retention/holds/", holds.holds_of_school, name="holds"),
    path("retention/holds/school/", holds.hold_school, name="hold_school"),
    path("retention/holds/record/<uuid:record_key>/", holds.hold_record, name="hold_record"),
    path("retention/holds/<uuid:hold_id>/", holds.legal_hold, name="legal_hold"),
    path("retention/schedule/", schedule.retention_schedule, name="retention_schedule"),
    path("retention/schedule/all/", schedule.retention_schedule_all, name="retention_schedule_all"),
    path("retention/schedule/<uuid:rule_id>/", schedule.retention_rule, name="retention_rule"),
    path("retention/", home.retention, name="retention"),
    path("retention/left/", left.retention_left, name="retention_left"),
    path("retention/register/", register.destruction_register, name="destruction_register"),
    path("retention/lists/<uuid:list_id>/", lists.destruction_list, name="destruction_list"),
    path("retention/lists/<uuid:list_id>/approve/", lists.approve_destruction, name="approve_destruction"),
    path(
        "retention/lists/<uuid:list_id>/certificate/", register.destruction_certificate, name="destruction_certificate"
    ),
    path(
        "retention/lists/<uuid:list_id>/certificate.pdf",
        register.destruction_certificate_paper,
        name="destruction_certificate_paper",
    ),
    path("retention/records/<uuid:item_id>/", items.destruction_item, name="destruction_item"),
    path("retention/stopped/<uuid:brake_id>/", brakes.brake, name="brake"),
]
