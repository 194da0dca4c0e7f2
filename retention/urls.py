"""Where are the pages of retention?"""

from django.urls import URLPattern, path

from .views import brakes

urlpatterns: list[URLPattern] = [
    path("retention/stopped/<uuid:brake_id>/", brakes.brake, name="brake"),
]
