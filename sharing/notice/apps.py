from django.apps import AppConfig


class NoticeConfig(AppConfig):
    name = "sharing.notice"
    label = "notice"
