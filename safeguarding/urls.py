"""Where is each page? Only UUIDs in addresses, never a name."""

from django.urls import include, path

from safeguarding import views

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("act-as/", views.act_as, name="act_as"),
    path("", include("safeguarding.accounts.urls")),
    path("", include("safeguarding.sealing.urls")),
    path("files/", include("safeguarding.uploads.urls")),
    path("children/", include("children.urls")),
    path("access/staff/", include("safeguarding.staff.urls")),
    path("prints/", include("safeguarding.printing.urls")),
    path("", include("safeguarding.concerns.urls")),
    path("concerns-about-adults/", include("safeguarding.adults.urls")),
    path("", include("safeguarding.plans.urls")),
    path("", include("sharing.events.urls")),
    path("", include("sharing.notice.urls")),
    path("", include("sharing.transfers.urls")),
    path("", include("sharing.received.urls")),
    path("requests/", include("sharing.requests.urls")),
    path("", include("retention.urls")),
    path("", include("safeguarding.reports.urls")),
    path("", include("safeguarding.self_check.urls")),
    path("", include("safeguarding.training.urls")),
    path("", include("safeguarding.governors.urls")),
]

handler400 = "safeguarding.views.bad_request"
handler404 = "safeguarding.views.not_found"
handler500 = "safeguarding.views.broken"
