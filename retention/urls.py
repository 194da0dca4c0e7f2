"""Where are the pages of retention? What can be done with a list is sent to its own page."""

from django.urls import URLPattern, path

from .views import home, items, lists, register

urlpatterns: list[URLPattern] = [
    path("", home.retention, name="retention"),
    path("register/", register.destruction_register, name="destruction_register"),
    path("lists/<uuid:list_id>/", lists.destruction_list, name="destruction_list"),
    path("lists/<uuid:list_id>/approve/", lists.approve_destruction, name="approve_destruction"),
    path("lists/<uuid:list_id>/certificate/", register.destruction_certificate, name="destruction_certificate"),
    path(
        "lists/<uuid:list_id>/certificate.pdf",
        register.destruction_certificate_paper,
        name="destruction_certificate_paper",
    ),
    path("records/<uuid:item_id>/", items.destruction_item, name="destruction_item"),
]
