"""Where are signing in, the inbox, cover and the school's settings?

Of the library's pages only those that Harbour uses: nobody signs up, and mail addresses are not a way in.
"""

from allauth.account import views as allauth
from allauth.mfa.base import views as allauth_mfa
from django.urls import path

from safeguarding.accounts.views import access, acting, factors, help, providers, resets
from safeguarding.accounts.views import school as views

urlpatterns = [
    path("account/sign-in/", allauth.login, name="account_login"),
    path("account/sign-out/", allauth.logout, name="account_logout"),
    path("account/password/", factors.change_password, name="account_change_password"),
    path("account/again/", factors.give_again, name="give_again"),
    path("account/code/", allauth_mfa.authenticate, name="mfa_authenticate"),
    path("account/locked/", factors.unlock, name="unlock"),
    path("account/lock/", factors.lock, name="lock"),
    path("account/still-here/", factors.session_time, name="session_time"),
    path("account/factor/", factors.own_factors, name="mfa_index"),
    path("account/factor/set-up/", factors.set_up_factor, name="set_up_factor"),
    path("account/factor/app/", factors.set_up_app, name="mfa_activate_totp"),
    path("account/factor/app/picture/", factors.picture, name="factor_picture"),
    path("account/factor/app/take-away/", factors.take_away_app, name="mfa_deactivate_totp"),
    path("account/factor/passkey/", factors.set_up_passkey, name="mfa_add_webauthn"),
    path("account/factor/passkey/take-away/", factors.remove_passkey, name="remove_passkey"),
    path("account/factor/codes/", factors.recovery_codes, name="mfa_view_recovery_codes"),
    path("account/factor/codes/new/", factors.new_recovery_codes, name="mfa_generate_recovery_codes"),
    *(
        path(f"account/with/{name}/{step}", view, {"provider_id": name}, name=f"with_{name}{suffix}")
        for name in ("microsoft", "google")
        for step, view, suffix in (
            ("", providers.go, ""),
            ("back/", providers.back, "_back"),
            ("link/", providers.link, "_link"),
            ("unlink/", providers.unlink, "_unlink"),
        )
    ),
    path("account/sessions/", resets.own_sessions, name="own_sessions"),
    path("account/cannot-sign-in/", resets.take_reset, name="take_reset"),
    path("account/new-start/", resets.new_start, name="new_start"),
    path("accounts/", resets.accounts, name="accounts"),
    path("accounts/<uuid:user_id>/reset/", resets.ask_reset, name="ask_reset"),
    path("accounts/<uuid:user_id>/end-sessions/", resets.end_their_sessions, name="end_their_sessions"),
    path("resets/<uuid:reset_id>/", resets.reset, name="reset"),
    path("resets/<uuid:reset_id>/withdraw/", resets.withdraw_reset, name="withdraw_reset"),
    path("help/", help.help_page, name="help"),
    path("accessibility/", help.accessibility, name="accessibility"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.inbox_read, name="inbox_read"),
    path("inbox/<uuid:notice_id>/", views.notice, name="notice"),
    path("cover/", views.cover, name="cover"),
    path("cover/sooner/<uuid:user_id>/", views.call_sooner, name="call_sooner"),
    path("cover/back/<uuid:absence_id>/", views.withdraw_absence, name="withdraw_absence"),
    path("school/pages/", views.school_home, name="school_home"),
    path("settings/", views.settings_home, name="settings_home"),
    path("cover/acting/", acting.name_acting, name="name_acting"),
    path("cover/acting/<uuid:period_id>/", acting.period, name="acting_period"),
    path("cover/acting/<uuid:period_id>/back/", acting.end_acting, name="end_acting"),
    path("cover/acting/<uuid:period_id>/read/", acting.note_read, name="acting_read"),
    path("school/", views.school_settings, name="school_settings"),
    path("school/terms/", views.add_term, name="add_term"),
    path("school/closures/", views.add_closure, name="add_closure"),
    path("school/take-out/<uuid:entry_id>/", views.withdraw_day, name="withdraw_day"),
    path("school/record/", views.wholeness, name="wholeness"),
    path("access/", access.access_home, name="access_home"),
    path("access/stand-in/<uuid:school_id>/", access.stand_in, name="stand_in"),
    path("access/people/<uuid:user_id>/roles/", access.give_role, name="give_role"),
    path("access/people/<uuid:user_id>/roles/<uuid:assignment_id>/end/", access.end_role, name="end_role"),
    path("access/teams/", access.teams, name="teams"),
    path("access/teams/<uuid:key>/", access.team, name="team"),
    path("access/teams/<uuid:key>/end/", access.end_team, name="end_team"),
    path("access/teams/<uuid:key>/members/<uuid:member_id>/remove/", access.remove_member, name="remove_member"),
    path("access/notice/", access.beyond_notice, name="beyond_notice"),
    path("access/log/", access.event_log, name="event_log"),
    path("my-role/", access.own_role, name="own_role"),
]
