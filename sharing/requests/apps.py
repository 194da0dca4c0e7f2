from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "sharing.requests"
    label = "requests"
