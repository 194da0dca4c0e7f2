"""Which children do words mention that are sent, and which of those mentions count?"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from children.mentions import mentioned
from safeguarding.accounts.models import User
from safeguarding.audit.context import door
from safeguarding.concerns.models import Account, Amendment, Concern, ConcernChild, ConcernNote, Mention
from safeguarding.concerns.services.telling import hand_on
from safeguarding.keys import entry_token
from safeguarding.prepared import prepared

_MENTIONED = "SELECT rules.children_mentioned(%s, %s)"


def keep_mentions(words: Account | Amendment | ConcernNote, *, by: User, at: datetime) -> bool:
    """Write down whom these words, which are sent, mention; returns whether they mention anybody.

    Also a child who has a part in the concern: the part counts in its place while it is there (`standing`). And one
    who is hidden from the writer by now, whom a draft mentioned before. Sent twice, each is one row.
    """
    fields = type(words).PersonalData.narrative
    pseudonyms = mentioned("\n".join(getattr(words, name) for name in fields))
    if not pseudonyms:
        return False
    keys = prepared(_MENTIONED, [words.school_id, sorted(pseudonyms)])[0][0]
    about = {"concern_id": words.concern_id, "school_id": words.school_id, "author": by, "said_at": at}
    rows = [Mention(id=entry_token(words.pk, key), child_key=key, **about) for key in sorted(keys)]
    with door("naming"):
        Mention.objects.bulk_create(rows, ignore_conflicts=True)
    return bool(rows)


def keep_and_hand_on(words: Amendment | ConcernNote, concern: Concern, *, by: User, at: datetime) -> None:
    """The same of words that come to a concern which others read: whom they mention may be hidden from these."""
    if keep_mentions(words, by=by, at=at):
        hand_on(concern, at=at)


def standing(rows: QuerySet[Mention]) -> QuerySet[Mention]:
    """Of these mentions those that count: not taken off, and of a child who has no part in the concern."""
    has_part = ConcernChild.objects.filter(concern=OuterRef("concern"), child=OuterRef("child_key"))
    return rows.filter(~Exists(has_part), taken_off_at=None)


def naming_or_mentioning(concerns: QuerySet[Concern], child_id: UUID, mentions: QuerySet[Mention]) -> QuerySet[Concern]:
    """Concerns that name this child in whatever role, and those whose words mention the child, of these mentions."""
    named = ConcernChild.objects.filter(child=child_id).values("concern")
    said = standing(mentions).filter(child_key=child_id).values("concern")
    return concerns.filter(Q(pk__in=named) | Q(pk__in=said))


def standing_of(concern_id: UUID, key: UUID) -> list[Mention]:
    """The mentions of a child in a concern that nobody has taken off, locked."""
    return list(
        Mention.objects.select_for_update(of=("self",)).filter(concern=concern_id, child_key=key, taken_off_at=None)
    )


def end(rows: Sequence[Mention], reason: str, *, by: User, at: datetime) -> None:
    """They count no longer: a lead has said why."""
    for row in rows:
        row.reason, row.taken_off_at, row.taken_off_by = reason, at, by
        row.save(update_fields=["reason", "taken_off_at", "taken_off_by"])
