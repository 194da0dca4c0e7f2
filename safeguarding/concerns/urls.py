"""Where are the pages about concerns?"""

from django.urls import URLPattern, path

from .views import (
    access,
    actions,
    attaching,
    calls,
    chronology,
    deciding,
    drafts,
    finding,
    history,
    keeping,
    kept,
    lists,
    paper,
    reporting,
    reports,
)

urlpatterns: list[URLPattern] = [
    # Tell first.
    path("call/", calls.call_lead, name="call_lead"),
    path("call/<uuid:concern_id>/", calls.call, name="call"),
    path("calls/", calls.calls_strip, name="calls_strip"),
    # Log a concern, and what became of it.
    path("staff/", reports.staff_home, name="staff_home"),
    path("log/", reporting.log_concern, name="log_concern"),
    path("log/find/", reporting.log_find, name="log_find"),
    path("log/keep/", keeping.log_autosave, name="log_autosave"),
    path("log/<uuid:token>/", reporting.log_resume, name="log_resume"),
    path("my-reports/", reports.my_reports, name="my_reports"),
    path("my-reports/<uuid:concern_id>/", reports.report, name="report"),
    path("my-reports/<uuid:concern_id>/add/", reports.report_add, name="report_add"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/<uuid:token>/discard/", drafts.draft_discard, name="draft_discard"),
    path("unsent/", drafts.unsent_drafts, name="unsent_drafts"),
    path("unsent/<uuid:token>/", drafts.unsent_draft, name="unsent_draft"),
    path("unsent/<uuid:token>/ask/", drafts.unsent_ask, name="unsent_ask"),
    # Read and decide.
    path("today/", lists.today, name="today"),
    path("find/", finding.find, name="find"),
    path("find/words/", finding.find_words, name="find_words"),
    path("concerns/", lists.concerns, name="concerns"),
    path("concerns/children/<uuid:named_id>/link/", lists.link_child, name="link_child"),
    path("concerns/<uuid:concern_id>/", deciding.concern, name="concern"),
    path("concerns/<uuid:concern_id>/decide/", deciding.decide, name="decide"),
    path("concerns/<uuid:concern_id>/note/", deciding.add_note, name="add_note"),
    path("concerns/<uuid:concern_id>/ask/", deciding.ask_reporter, name="ask_reporter"),
    path("concerns/<uuid:concern_id>/action/", deciding.add_action, name="add_action"),
    path("concerns/<uuid:concern_id>/close/", deciding.close_concern, name="close_concern"),
    path("concerns/<uuid:concern_id>/reopen/", deciding.reopen_concern, name="reopen_concern"),
    path("concerns/<uuid:concern_id>/title/", deciding.rename_concern, name="rename_concern"),
    path("concerns/<uuid:concern_id>/kind/", deciding.reclassify_concern, name="reclassify_concern"),
    path("concerns/<uuid:concern_id>/unlink/", deciding.unlink_child, name="unlink_child"),
    path("children/<uuid:child_id>/concerns/", lists.child_concerns, name="child_concerns"),
    path("children/<uuid:child_id>/changes/", history.child_changes, name="child_changes"),
    path("concerns/<uuid:concern_id>/changes/", history.concern_changes, name="concern_changes"),
    path("kept/<uuid:kept_id>/discard/", kept.kept_discard, name="kept_discard"),
    path("actions/", actions.my_actions, name="my_actions"),
    path("actions/adrift/", actions.actions_adrift, name="actions_adrift"),
    path("actions/<uuid:action_id>/", actions.action, name="action"),
    path("actions/<uuid:action_id>/hand-over/", actions.hand_over, name="hand_over"),
    # Who can see it, who has looked, and access to it.
    path("concerns/<uuid:concern_id>/access/", access.concern_access, name="concern_access"),
    path("concerns/<uuid:concern_id>/access/give/", access.concern_access_give, name="concern_access_give"),
    path(
        "concerns/<uuid:concern_id>/access/<uuid:grant_id>/withdraw/",
        access.concern_access_withdraw,
        name="concern_access_withdraw",
    ),
    path("concerns/<uuid:concern_id>/restrict/", access.restrict, name="restrict_concern"),
    path("concerns/<uuid:concern_id>/about/", access.name_subject, name="name_subject"),
    path(
        "concerns/<uuid:concern_id>/about/<uuid:subject_id>/withdraw/", access.withdraw_subject, name="withdraw_subject"
    ),
    path("concerns/<uuid:concern_id>/looked/", access.concern_looked, name="concern_looked"),
    path("access/people/<uuid:user_id>/", access.person_access, name="person_access"),
    path("access/review/", access.access_review, name="access_review"),
    # Files.
    path("concerns/<uuid:concern_id>/files/", attaching.attach, name="attach"),
    path("my-reports/<uuid:concern_id>/files/", attaching.report_attach, name="report_attach"),
    path("actions/<uuid:action_id>/files/", attaching.action_attach, name="action_attach"),
    # On paper.
    path("concerns/<uuid:concern_id>/paper/", paper.concern_paper, name="concern_paper"),
    path("my-reports/<uuid:concern_id>/paper/", paper.report_paper, name="report_paper"),
    path("children/<uuid:child_id>/chronology/", chronology.child_chronology, name="child_chronology"),
    path("children/<uuid:child_id>/chronology/paper/", chronology.chronology_paper, name="chronology_paper"),
    path("paper-form/", paper.paper_form, name="paper_form"),
]
