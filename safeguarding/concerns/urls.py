"""Where are the pages about concerns?"""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
