"""Where are the pages about concerns?"""

from django.urls import URLPattern, path

from .views import calls, paper

urlpatterns: list[URLPattern] = [
    path("call/", calls.call_lead, name="call_lead"),
    path("call/find/", calls.call_find, name="call_find"),
    path("call/<uuid:concern_id>/", calls.call, name="call"),
    path("calls/", calls.calls_strip, name="calls_strip"),
    path("concerns/<uuid:concern_id>/paper/", paper.concern_paper, name="concern_paper"),
    path("my-reports/<uuid:concern_id>/paper/", paper.report_paper, name="report_paper"),
    path("paper-form/", paper.paper_form, name="paper_form"),
]
