"""Where is the privacy notice, and where is it made?"""

from django.urls import URLPattern, path

from .views import public, settings

urlpatterns: list[URLPattern] = [
    path("privacy-notice/<uuid:school_id>/", public.privacy_notice, name="privacy_notice"),
    path("privacy-notice/<uuid:school_id>/paper/", public.privacy_notice_paper, name="privacy_notice_paper"),
    path("settings/notice/", settings.notice_settings, name="notice_settings"),
    path("settings/notice/draft/", settings.notice_draft, name="notice_draft"),
    path("settings/notice/<uuid:notice_id>/", settings.notice_version, name="notice_version"),
]
