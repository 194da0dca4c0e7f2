"""Where are the pages about concerns?"""

from django.urls import URLPattern, path

from .views import paper

urlpatterns: list[URLPattern] = [
    path("concerns/<uuid:concern_id>/paper/", paper.concern_paper, name="concern_paper"),
    path("my-reports/<uuid:concern_id>/paper/", paper.report_paper, name="report_paper"),
    path("paper-form/", paper.paper_form, name="paper_form"),
]
