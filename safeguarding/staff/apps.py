from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "safeguarding.staff"
    label = "staff"
