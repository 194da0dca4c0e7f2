"""Where are the pages of reports? Figure, cell and period are codes of its query."""

from django.urls import URLPattern, path

from .views import behind, overview

urlpatterns: list[URLPattern] = [
    path("reports/", overview.overview, name="overview"),
    path("reports/behind/", behind.behind_figure, name="behind_figure"),
]
