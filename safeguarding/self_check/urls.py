"""Where are its pages?"""

from django.urls import URLPattern, path

from . import machine_views

urlpatterns: list[URLPattern] = [
    path("self-check/look/", machine_views.look_again, name="look_again"),
    path("self-check/restore/", machine_views.restore_drill, name="restore_drill"),
    path("self-check/put-right/", machine_views.put_right, name="put_right"),
]
