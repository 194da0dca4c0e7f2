"""Where are its pages?"""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("self-check/", views.self_check, name="self_check"),
]
