"""Where are the pages of sharing? What can be done with one record is sent to its own page."""

from django.urls import URLPattern, path

from .views import consents, law, recipients

urlpatterns: list[URLPattern] = [
    path("children/<uuid:child_id>/sharing/", consents.child_sharing, name="child_sharing"),
    path("children/<uuid:child_id>/sharing/consent/", consents.record_a_consent, name="record_consent"),
    path("sharing/consents/<uuid:consent_id>/", consents.sharing_consent, name="sharing_consent"),
    path("settings/recipients/", recipients.recipients, name="recipients"),
    path("settings/recipients/<uuid:recipient_id>/", recipients.recipient, name="recipient"),
    path("settings/sharing/", law.sharing_law, name="sharing_law"),
    path("settings/consents/", law.consent_wordings, name="consent_wordings"),
]
