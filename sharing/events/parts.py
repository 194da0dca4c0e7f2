"""How are consents and decisions to share told beyond a page?

What has not been decided, or was discarded, is told nowhere. Of a record that was shared it is told that it was, and
not once more what it says.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q

from safeguarding.parts import Block, Gathering, Kind, Text, as_declared, called, tell

from .models import Consent, ConsentWording, LegalReason, Recipient, SharedItem, SharingEvent, SharingStep

_OPEN = ("draft", "discarded")

called(ConsentWording, lambda row: row.called)
called(Recipient, lambda row: row.called)
called(LegalReason, lambda row: f"{row.title}: {row.law}")
called(Consent, lambda row: f"Consent, answered on {row.answered_on:%-d %B %Y}")
called(SharingEvent, lambda row: row.reference)


def _when(row: SharingEvent) -> tuple[datetime | None, bool]:
    return row.when, True


def _shares(gathering: Gathering, model: Any, title: str) -> Iterable[Block]:
    """Decisions, with the questions of their legal reasons: one query more, whatever their number."""
    asked = {one["key"]: one for row in LegalReason.objects.all() for one in row.questions}

    def test(row: SharingEvent) -> Iterator[Text]:
        for key, said in row.answers.items():
            question = asked.get(key, {"asks": key, "takes": "words"})
            yield Text(question["asks"], said_in_words(question, said), Kind.TYPED)

    told = as_declared(
        at=_when,
        but=("answers", "is_call", "made_at", "decided_at", "discarded_at"),
        also=test,
        only=~Q(status__in=_OPEN),
    )
    return told(gathering, model, title)


def said_in_words(question: Any, said: str) -> str:
    """An answer to a question of a test, as it is read."""
    if question["takes"] == "yes":
        return "Yes" if said == "yes" else said
    return str(dict(question.get("choices", ())).get(said, said))


tell(Consent, title="Consent to sharing", blocks=as_declared(at="answered_on", but=("recorded_at", "withdrawn_at")))
tell(SharingEvent, title="Decision to share", blocks=_shares)
tell(
    SharedItem,
    title="Record that was shared",
    blocks=as_declared(
        at="chosen_at",
        but=("text", "record_type", "digest", "is_timed", "taken_out_at"),
        only=Q(taken_out_at=None) & ~Q(event__status__in=_OPEN),
    ),
)
tell(SharingStep, title="What happened with it", blocks=as_declared(at="happened_at", but=("recorded_at",)))
