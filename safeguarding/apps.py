from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

# With Django, not with the package: an outsider's verifier (`audit/verifier.py`) imports that without a queue.
from safeguarding.celery import app as celery_app

__all__ = ["SafeguardingConfig", "celery_app"]


class SafeguardingConfig(AppConfig):
    """The project itself: commands, template tags and the engine. It has no tables."""

    name = "safeguarding"
    label = "harbour"

    def ready(self) -> None:
        """Let every app put its pieces into the slots of the pages, declare its rules of visibility, say whose its
        records are, what becomes of them where two records of a child become one, and how they are told beyond a
        page.
        """
        autodiscover_modules("permissions", "subjects", "panels", "merging", "parts")
