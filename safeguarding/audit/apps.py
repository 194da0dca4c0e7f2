from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "safeguarding.audit"
    label = "audit"

    def ready(self) -> None:
        """Follow what is changed in every record from the first save on."""
        from .history import follow_all

        follow_all()
