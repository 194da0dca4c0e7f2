"""Where are the pages of reports? Figure, cell and period are codes of its query."""

from django.urls import URLPattern, path

from .views import behind, overview, schools, taking_out, targets

urlpatterns: list[URLPattern] = [
    path("reports/", overview.overview, name="overview"),
    path("reports/behind/", behind.behind_figure, name="behind_figure"),
    path("reports/schools/", schools.schools_side_by_side, name="schools_side_by_side"),
    path("reports/targets/", targets.targets, name="targets"),
    path("reports/take-out/", taking_out.take_out, name="take_out"),
    path("reports/files/<uuid:export_id>/", taking_out.export, name="export"),
]
