"""The verbs of signing in, and of what a person does far too often."""

from django.db import models

from safeguarding.audit.verbs import register


class AccountVerb(models.TextChoices):
    SIGN_IN = "sign_in", "signed in"
    SIGN_IN_FAILED = "sign_in_failed", "could not sign in"
    SIGN_OUT = "sign_out", "signed out"
    ALARM = "alarm", "did it more often than work needs"


register(AccountVerb)
