"""Where are the pages of reports to governors?"""

from django.urls import URLPattern, path

from .views import files, listed, report, settings

urlpatterns: list[URLPattern] = [
    path("governors/", listed.governor_home, name="governor_home"),
    path("governors/reports/", listed.governor_reports, name="governor_reports"),
    path("governors/reports/<uuid:report_id>/", report.governor_report, name="governor_report"),
    path("governors/reports/<uuid:report_id>/differs/", report.governor_report_differs, name="governor_report_differs"),
    path("governors/reports/<uuid:report_id>/paper/", files.governor_report_paper, name="governor_report_paper"),
    path("governors/reports/<uuid:report_id>/sheet/", files.governor_report_sheet, name="governor_report_sheet"),
    path("settings/governors/", settings.governor_settings, name="governor_settings"),
]
