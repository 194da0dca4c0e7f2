"""What has a form become, where its author may not see that any more? To them it goes on as one that was never sent."""

from uuid import UUID

from django.db import connection

from safeguarding.audit.context import door, speaking_for
from safeguarding.concerns.models import Account, Concern, Draft
from safeguarding.keys import entry_token


def goes_on_as(token: UUID) -> UUID:
    """The token under which what is typed on a form becomes a concern: its own, while its author may see the concern
    that it became.

    Where that has been hidden from them since, it is another one: to refuse the form would tell of it.
    """
    while not Concern.objects.filter(token=token).exists() and _is_concern(token):
        token = entry_token(token, "again")
    return token


def _is_concern(token: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rules.form_became_concern(%s)", [token])
        [there] = cursor.fetchone()
    return bool(there)


def report_of(draft: Draft) -> UUID | None:
    """The report to which a draft adds; None where it adds to none, or to one that its author sees no more."""
    if draft.adds_to_id is None:
        return None
    with speaking_for(draft.author_id), door("reporting"):
        return Account.objects.filter(pk=draft.adds_to_id).values_list("concern_id", flat=True).first()
