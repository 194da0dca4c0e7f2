"""Harbour's pages, and two that show nothing: the floor of every measurement, and the same behind Harbour's
middleware.
"""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from safeguarding.accounts.permissions import anyone_signed_in


def floor(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and no more. Answered by a handler without Harbour's middleware."""
    return HttpResponse("in" if request.user.is_authenticated else "out")


@anyone_signed_in
def empty(request: HttpRequest) -> HttpResponse:
    """Nothing, behind everything that surrounds a page."""
    return HttpResponse("in")


urlpatterns = [
    path("bench/floor/", floor, name="bench_floor"),
    path("bench/empty/", empty, name="bench_empty"),
    path("", include("safeguarding.urls")),
]

handler400 = "safeguarding.views.bad_request"
handler404 = "safeguarding.views.not_found"
handler500 = "safeguarding.views.broken"
