"""Where are the pages of reports? Figure, cell and period are codes."""

from django.urls import URLPattern, path

from .views import behind, overview

urlpatterns: list[URLPattern] = [
    path("reports/", overview.overview, name="overview"),
    path("reports/behind/<slug:figure>/", behind.behind_figure, name="behind_figure"),
]
