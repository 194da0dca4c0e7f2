"""Where are colleagues added, and where are their classes given?"""

from django.urls import path

from safeguarding.staff import views

urlpatterns = [
    path("", views.add_staff, name="add_staff"),
    path("file/", views.add_staff_file, name="add_staff_file"),
    path("file/example/", views.staff_example, name="staff_example"),
    path("confirm/", views.confirm_staff, name="confirm_staff"),
    path("<uuid:user_id>/classes/", views.give_class, name="give_class"),
    path("<uuid:user_id>/classes/<uuid:taught_id>/end/", views.end_class, name="end_class"),
]
