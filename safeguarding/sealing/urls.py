"""Addresses of the keys. None holds a key, a word of one, or a person."""

from django.urls import path

from . import views

urlpatterns = [
    path("keys/", views.keys, name="keys"),
    path("keys/shares/new/", views.make_shares, name="make_shares"),
    path("keys/shares/take/", views.take_share, name="take_share"),
    path("backups/", views.backups, name="backups"),
]
