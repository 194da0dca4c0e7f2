from django.apps import AppConfig


class SelfCheckConfig(AppConfig):
    name = "safeguarding.self_check"
    label = "self_check"
