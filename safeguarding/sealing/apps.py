from django.apps import AppConfig


class SealingConfig(AppConfig):
    name = "safeguarding.sealing"
    label = "sealing"
