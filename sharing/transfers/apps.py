from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "sharing.transfers"
    label = "transfers"
