from django.apps import AppConfig
from django.db.models.signals import post_init


class AccountsConfig(AppConfig):
    name = "safeguarding.accounts"
    label = "accounts"

    def ready(self) -> None:
        from allauth.mfa.models import Authenticator

        from .factor_secrets import bind

        post_init.connect(bind, sender=Authenticator)
