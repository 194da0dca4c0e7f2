from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

# With Django, not with the package: an outsider's verifier (`audit/verifier.py`) imports that without a queue.
from safeguarding.celery import app as celery_app

__all__ = ["SafeguardingConfig", "celery_app"]

# The files in which an app says something to the rest of Harbour, in the order in which they are read.
FACES = (
    "capabilities",
    "verbs",
    "notice_kinds",
    "records",
    "notice_items",
    "notice",
    "rights",
    "permissions",
    "subjects",
    "panels",
    "merging",
    "parts",
    "ending",
)


class SafeguardingConfig(AppConfig):
    """The project itself: commands, template tags and the engine. It has no tables."""

    name = "safeguarding"
    label = "harbour"

    def ready(self) -> None:
        """Let every app register its values (`registers.py`), declare its records and their rules of visibility, say
        whose they are, put its pieces into the slots of the pages, say what becomes of its records where two of a
        child become one, how they are told beyond a page,
        and what keeps them from ending.

        Then follow what is changed in every record, from the first save on.
        """
        autodiscover_modules(*FACES)
        from safeguarding.audit.history import follow_all

        follow_all()
