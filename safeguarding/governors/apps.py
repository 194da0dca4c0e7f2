from django.apps import AppConfig


class GovernorsConfig(AppConfig):
    name = "safeguarding.governors"
    label = "governors"
