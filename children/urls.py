"""Where are the pages about children?"""

from django.urls import URLPattern, path

from .views import finding, imports, record

urlpatterns: list[URLPattern] = [
    path("", finding.children, name="children"),
    path("search/", finding.search, name="search_children"),
    # The list under the field while a name is typed. By POST: no name in an address.
    path("find/", finding.find_child, name="find_child"),
    path("<uuid:pk>/", record.child, name="child"),
    path("<uuid:pk>/people/", record.people, name="child_people"),
    path("<uuid:pk>/address/", record.address, name="child_address"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<uuid:pk>/", imports.import_run, name="import_run"),
    path("imports/<uuid:pk>/columns/", imports.columns, name="import_columns"),
    path("imports/<uuid:pk>/columns/again/", imports.columns_again, name="import_columns_again"),
    path("imports/<uuid:pk>/rows/", imports.rows, name="import_rows"),
    path("imports/<uuid:pk>/confirm/", imports.confirm, name="confirm_import"),
    path("imports/<uuid:pk>/give-up/", imports.give_up, name="abandon_import"),
    path("imports/<uuid:pk>/problems/", imports.problems, name="import_problems"),
]
