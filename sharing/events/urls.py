"""Where are the pages of sharing? What can be done with one record is sent to its own page."""

from django.urls import URLPattern, path

from .views import calls, consents, deciding, law, recipients, register, share

urlpatterns: list[URLPattern] = [
    path("children/<uuid:child_id>/sharing/", consents.child_sharing, name="child_sharing"),
    path("children/<uuid:child_id>/sharing/consent/", consents.record_a_consent, name="record_consent"),
    path("children/<uuid:child_id>/sharing/new/", deciding.begin_share, name="begin_share"),
    path("children/<uuid:child_id>/sharing/call/", calls.call_outside, name="call_outside"),
    path("sharing/", register.register, name="sharing"),
    path("sharing/register.csv", register.register_csv, name="sharing_csv"),
    path("sharing/decisions/<uuid:event_id>/", share.share, name="share"),
    path("sharing/decisions/<uuid:event_id>/decide/", deciding.decide_share, name="decide_share"),
    path("sharing/decisions/<uuid:event_id>/records/", deciding.share_items, name="share_items"),
    path("sharing/consents/<uuid:consent_id>/", consents.sharing_consent, name="sharing_consent"),
    path("settings/recipients/", recipients.recipients, name="recipients"),
    path("settings/recipients/<uuid:recipient_id>/", recipients.recipient, name="recipient"),
    path("settings/sharing/", law.sharing_law, name="sharing_law"),
    path("settings/consents/", law.consent_wordings, name="consent_wordings"),
]
