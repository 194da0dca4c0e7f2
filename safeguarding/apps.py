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
        """Let every app register its values (`registers.py`), put its pieces into the slots of the pages, declare its
        rules of visibility, say whose its records are, and what becomes of them where two records of a child become
        one.
        """
        autodiscover_modules("capabilities", "verbs", "notice_kinds", "permissions", "subjects", "panels", "merging")
