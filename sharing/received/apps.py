from django.apps import AppConfig


class ReceivedConfig(AppConfig):
    name = "sharing.received"
    label = "received"
