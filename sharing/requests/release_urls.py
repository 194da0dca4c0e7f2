"""Where are the pages on which an answer is approved, made and handed over? Part of `urls.py`."""

from django.urls import URLPattern, path

from .views import approval, bundle, decided

release_urls: list[URLPattern] = [
    path("<uuid:case_id>/approval/", approval.request_approval, name="request_approval"),
    path("<uuid:case_id>/decided/", decided.request_decided, name="request_decided"),
    path("<uuid:case_id>/files/", bundle.request_bundle, name="request_bundle"),
    path("<uuid:case_id>/files/<uuid:volume_id>/", bundle.request_volume, name="request_volume"),
]
