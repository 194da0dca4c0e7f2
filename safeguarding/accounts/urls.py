"""Where are signing in, the inbox, cover and the school's settings?

Of the library's pages only those that Harbour uses: nobody signs up, and mail addresses are not a way in.
"""

from allauth.account import views as allauth
from django.urls import path

from safeguarding.accounts import access_views, views

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
    path("access/", access_views.access_home, name="access_home"),
    path("access/stand-in/<uuid:school_id>/", access_views.stand_in, name="stand_in"),
    path("access/people/<uuid:user_id>/roles/", access_views.give_role, name="give_role"),
    path("access/people/<uuid:user_id>/roles/<uuid:assignment_id>/end/", access_views.end_role, name="end_role"),
    path("access/teams/", access_views.teams, name="teams"),
    path("access/teams/<uuid:key>/", access_views.team, name="team"),
    path("access/teams/<uuid:key>/end/", access_views.end_team, name="end_team"),
    path("access/teams/<uuid:key>/members/<uuid:member_id>/remove/", access_views.remove_member, name="remove_member"),
    path("access/notice/", access_views.beyond_notice, name="beyond_notice"),
    path("access/log/", access_views.event_log, name="event_log"),
    path("my-role/", access_views.own_role, name="own_role"),
]
