"""Where are signing in, the inbox, cover and the school's settings?

Of the library's pages only those that Harbour uses: nobody signs up, and mail addresses are not a way in.
"""

from allauth.account import views as allauth
from django.urls import path

from safeguarding.accounts import views

urlpatterns = [
    path("account/sign-in/", allauth.login, name="account_login"),
    path("account/sign-out/", allauth.logout, name="account_logout"),
    path("account/password/", allauth.password_change, name="account_change_password"),
    path("account/again/", allauth.reauthenticate, name="account_reauthenticate"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<uuid:notice_id>/", views.notice, name="notice"),
    path("cover/", views.cover, name="cover"),
    path("cover/sooner/<uuid:user_id>/", views.call_sooner, name="call_sooner"),
    path("cover/back/<uuid:absence_id>/", views.withdraw_absence, name="withdraw_absence"),
    path("school/", views.school_settings, name="school_settings"),
    path("school/terms/", views.add_term, name="add_term"),
    path("school/closures/", views.add_closure, name="add_closure"),
    path("school/take-out/<uuid:entry_id>/", views.withdraw_day, name="withdraw_day"),
    path("school/record/", views.wholeness, name="wholeness"),
]
