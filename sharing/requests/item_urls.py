"""Where are the pages of the copies, and of who was found in them? Part of `urls.py`."""

from django.urls import URLPattern, path

from .views import item, items, page_pictures, people

item_urls: list[URLPattern] = [
    path("<uuid:case_id>/items/", items.request_items, name="request_items"),
    path("<uuid:case_id>/people/", people.request_people, name="request_people"),
    path("items/<uuid:item_id>/", item.request_item, name="request_item"),
    # Which page of it: `?page=3`.
    path("items/<uuid:item_id>/page/", page_pictures.request_item_page, name="request_item_page"),
    path(
        "items/<uuid:item_id>/page/released/",
        page_pictures.request_item_page_released,
        name="request_item_page_released",
    ),
]
