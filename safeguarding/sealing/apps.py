from celery.signals import task_postrun
from django.apps import AppConfig
from django.core.signals import request_finished, request_started


class SealingConfig(AppConfig):
    name = "safeguarding.sealing"
    label = "sealing"

    def ready(self) -> None:
        """No key outlives its request or its task."""
        from .ring import forget

        for moment in (request_started, request_finished, task_postrun):
            moment.connect(lambda **_: forget(), dispatch_uid="forget_keys", weak=False)
