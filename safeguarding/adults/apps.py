from django.apps import AppConfig


class AdultsConfig(AppConfig):
    name = "safeguarding.adults"
    label = "adults"
