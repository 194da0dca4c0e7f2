"""Where are the pages of files from other schools?"""

from django.urls import URLPattern, path

from .views import files

urlpatterns: list[URLPattern] = [
    path("children/<uuid:child_id>/received/", files.child_received, name="child_received"),
    path("received/", files.received_files, name="received_files"),
    path("received/<uuid:received_id>/", files.received_file, name="received_file"),
    path("received/<uuid:received_id>/receipt.txt", files.received_receipt, name="received_receipt"),
]
