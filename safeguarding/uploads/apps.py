from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "safeguarding.uploads"
    label = "uploads"
