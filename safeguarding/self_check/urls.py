"""Where are its pages?"""

from django.urls import URLPattern, path

from .views import machine, page

urlpatterns: list[URLPattern] = [
    path("self-check/", page.self_check, name="self_check"),
    path("self-check/look/", machine.look_again, name="look_again"),
    path("self-check/restore/", machine.restore_drill, name="restore_drill"),
    path("self-check/put-right/", machine.put_right, name="put_right"),
]
