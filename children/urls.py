"""Where are the pages about children?"""

from django.urls import URLPattern, path

from .views import access, conflicts, differs, files, finding, imports, keeping, merging, record, safeguards

urlpatterns: list[URLPattern] = [
    path("", finding.children, name="children"),
    path("search/", finding.search, name="search_children"),
    # The list under the field while a name is typed. By POST: no name in an address.
    path("find/", finding.find_child, name="find_child"),
    path("<uuid:pk>/", record.child, name="child"),
    path("<uuid:pk>/people/", record.people, name="child_people"),
    path("<uuid:pk>/past/", record.child_past, name="child_past"),
    path("<uuid:pk>/files/", files.child_files, name="child_files"),
    path("<uuid:pk>/photographs/", files.photographs, name="child_photographs"),
    path("<uuid:pk>/photographs/none/", files.say_photographs, name="say_photographs"),
    path("photographs/<uuid:photograph_id>/", files.photograph, name="photograph"),
    path("photographs/<uuid:photograph_id>/end/", files.end_photograph, name="end_photograph"),
    path("<uuid:pk>/address/", record.address, name="child_address"),
    # What protects the child: orders and agreements, a confidential address, who decides.
    path("<uuid:pk>/orders/record/", safeguards.record_order, name="record_order"),
    path("<uuid:pk>/address/confidential/", safeguards.record_address, name="record_address"),
    path("<uuid:pk>/responsibility/record/", safeguards.record_responsibility, name="record_responsibility"),
    path("safeguards/<uuid:key>/", safeguards.safeguard, name="safeguard"),
    path("safeguards/<uuid:key>/confirm/", safeguards.confirm_safeguard, name="confirm_safeguard"),
    path("safeguards/<uuid:key>/end/", safeguards.end_safeguard, name="end_safeguard"),
    path("safeguards/<uuid:key>/correct/", safeguards.correct_safeguard, name="correct_safeguard"),
    # What the school writes by hand: a child, a part of its record, a row of one.
    path("add/", keeping.add_child, name="add_child"),
    path("<uuid:pk>/change/", keeping.keep_child, name="keep_child"),
    path("<uuid:pk>/change/sibling/", keeping.keep_sibling, name="keep_sibling"),
    path("<uuid:pk>/change/<uuid:row_id>/", keeping.keep_row, name="keep_row"),
    # Two records of one child.
    path("<uuid:pk>/same/", merging.child_same, name="child_same"),
    path("<uuid:pk>/same/<uuid:other_id>/", merging.child_merge, name="child_merge"),
    path("<uuid:pk>/same/<uuid:other_id>/ask/", merging.child_merge_ask, name="child_merge_ask"),
    path("<uuid:pk>/same/<uuid:other_id>/do/", merging.child_merge_do, name="child_merge_do"),
    path("merges/", merging.merges, name="merges"),
    path("merges/<uuid:merge_id>/", merging.merge, name="merge"),
    path("merges/<uuid:merge_id>/undo/", merging.undo_merge, name="undo_merge"),
    # Who can see a record, who has looked, and access to it.
    path("<uuid:pk>/access/", access.child_access, name="child_access"),
    path("<uuid:pk>/access/give/", access.child_access_give, name="child_access_give"),
    path("<uuid:pk>/access/<uuid:grant_id>/withdraw/", access.child_access_withdraw, name="child_access_withdraw"),
    path("<uuid:pk>/looked/", access.child_looked, name="child_looked"),
    path("<uuid:pk>/emergency/", access.child_emergency, name="child_emergency"),
    path("emergency/", access.emergency_find, name="emergency_find"),
    path("emergencies/", conflicts.emergencies, name="emergencies"),
    path("emergencies/<uuid:access_id>/", conflicts.emergency, name="emergency"),
    # Who is related or close to a child.
    path("close-to-me/", conflicts.conflict_question, name="conflict_question"),
    path("close-to-me/child/", conflicts.declare_conflict, name="declare_conflict"),
    path("close-to-me/done/", conflicts.question_done, name="question_done"),
    path("conflicts/", conflicts.conflicts, name="conflicts"),
    path("conflicts/colleague/", conflicts.declare_for_colleague, name="declare_for_colleague"),
    path("conflicts/<uuid:conflict_id>/", conflicts.conflict, name="conflict"),
    path("conflicts/<uuid:conflict_id>/confirm/", conflicts.confirm_conflict, name="confirm_conflict"),
    path("imports/", imports.imports, name="imports"),
    path("imports/differs/", differs.differs, name="differs"),
    path("imports/<uuid:pk>/", imports.import_run, name="import_run"),
    path("imports/<uuid:pk>/columns/", imports.columns, name="import_columns"),
    path("imports/<uuid:pk>/columns/again/", imports.columns_again, name="import_columns_again"),
    path("imports/<uuid:pk>/rows/", imports.rows, name="import_rows"),
    path("imports/<uuid:pk>/confirm/", imports.confirm, name="confirm_import"),
    path("imports/<uuid:pk>/give-up/", imports.give_up, name="abandon_import"),
    path("imports/<uuid:pk>/problems/", imports.problems, name="import_problems"),
]
