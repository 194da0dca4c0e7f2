"""Where are its pages?"""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
