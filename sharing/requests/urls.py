"""Where are the pages of requests about data? What can be done with one case is sent to its own page."""

from django.urls import URLPattern, path

from .item_urls import item_urls
from .release_urls import release_urls
from .views import answering, case, handing_in, letters, listed, taking_up

urlpatterns: list[URLPattern] = [
    path("", listed.requests, name="requests"),
    path("hand-in/", handing_in.hand_in, name="request_hand_in"),
    path("<uuid:case_id>/", case.request_case, name="request"),
    path("<uuid:case_id>/take-up/", taking_up.take_up, name="request_take_up"),
    path("<uuid:case_id>/search/", answering.request_places, name="request_places"),
    path("<uuid:case_id>/letters/<uuid:letter_id>/", letters.letter, name="request_letter"),
    path("<uuid:case_id>/letters/<uuid:letter_id>/paper/", letters.letter_paper, name="request_letter_paper"),
    *item_urls,
    *release_urls,
]
