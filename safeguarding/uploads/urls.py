"""Where are the pages of a file, whatever it belongs to?"""

from django.urls import path

from . import views

urlpatterns = [
    path("<uuid:file_id>/", views.attachment, name="attachment"),
    path("<uuid:file_id>/picture/", views.attachment_picture, name="attachment_picture"),
    path("<uuid:file_id>/original/", views.attachment_original, name="attachment_original"),
    path("<uuid:file_id>/withhold/", views.withhold, name="withhold"),
    path("<uuid:file_id>/remove/", views.remove, name="remove_attachment"),
]
