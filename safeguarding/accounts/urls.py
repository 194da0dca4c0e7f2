"""Signing in and out. Only the pages that Harbour uses: nobody signs up, and mail addresses are not a way in."""

from allauth.account import views as allauth
from django.urls import path

urlpatterns = [
    path("sign-in/", allauth.login, name="account_login"),
    path("sign-out/", allauth.logout, name="account_logout"),
    path("password/", allauth.password_change, name="account_change_password"),
    path("again/", allauth.reauthenticate, name="account_reauthenticate"),
]
