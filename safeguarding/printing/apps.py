from django.apps import AppConfig


class PrintingConfig(AppConfig):
    name = "safeguarding.printing"
    label = "printing"
