"""Where are the pages about concerns about adults?"""

from django.urls import URLPattern, path

from .views import people, raising, reading

urlpatterns: list[URLPattern] = [
    # Whoever raises one.
    path("raise/", raising.raise_staff_concern, name="raise_staff_concern"),
    path("mine/", raising.own_staff_concerns, name="own_staff_concerns"),
    path("mine/<uuid:words_id>/", raising.own_staff_concern, name="own_staff_concern"),
    # Those who read them.
    path("", reading.staff_concerns, name="staff_concerns"),
    path("low-level/", people.low_level_recipient, name="low_level_recipient"),
    path("<uuid:concern_id>/", reading.staff_concern, name="staff_concern"),
    path("<uuid:concern_id>/write/", reading.staff_concern_write, name="staff_concern_write"),
    path("<uuid:concern_id>/together/", reading.staff_concern_together, name="staff_concern_together"),
    path("<uuid:concern_id>/child/", people.staff_concern_child, name="staff_concern_child"),
    path("<uuid:concern_id>/people/", people.staff_concern_people, name="staff_concern_people"),
    path("<uuid:concern_id>/people/name/", people.staff_concern_name, name="staff_concern_name"),
    path(
        "<uuid:concern_id>/people/name/<uuid:named_id>/withdraw/",
        people.staff_concern_unname,
        name="staff_concern_unname",
    ),
    path("<uuid:concern_id>/people/give/", people.staff_concern_give, name="staff_concern_give"),
    path(
        "<uuid:concern_id>/people/give/<uuid:grant_id>/withdraw/",
        people.staff_concern_withdraw,
        name="staff_concern_withdraw",
    ),
]
