"""Whom does a mention name to whom?

A reader's own rule and the purpose of the page decide, for all mentions of a page at once.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import connection
from django.http import HttpRequest

from children import mentions
from children.models import Child
from children.permissions import children_open_to
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.rendering import Showing

# What a mention needs of a card.
_SHOWN = ("school_id", "pseudonym", "forename", "surname", "year_group")


class Names:
    """The names that mentions have for one reader. Each pseudonym is asked for once, all of a page in one query.

    A name is told to who may see the child's card, and besides reads that child's concerns (by role, given access, in
    an emergency), unless the page names the child itself. The card alone is not enough: everybody at the school has it,
    also who may read of one child and of no other.
    """

    def __init__(self, reader: User, showing: Showing) -> None:
        self.reader, self.showing = reader, showing
        self._cards: dict[str, Child | None] = {}

    def fetch(self, pseudonyms: Collection[str]) -> None:
        """Look all of these up together."""
        if new := set(pseudonyms) - self._cards.keys():
            seen = Child.objects.visible_to(self.reader).only(*_SHOWN)
            found: dict[str, Child] = {card.pseudonym: card for card in seen.filter(pseudonym__in=new)}
            if led := _led_on(new - found.keys()):
                cards = seen.in_bulk(set(led.values()))
                found |= {one: cards[there] for one, there in led.items() if there in cards}
            self._cards |= dict.fromkeys(new) | found

    def say(self, pseudonym: str) -> str:
        """The full name, or "another child (Year 4)"; without a year of whom the reader may not know even that."""
        card = self.card(pseudonym)
        if card is None:
            return mentions.ANOTHER
        return card.full_name if self._names(card, self.showing.only_own) else mentions.another(card.year)

    def label(self, pseudonym: str) -> str:
        """The same for who edits the words: what a form shows is the writer's own matter, whatever the page is for."""
        card = self.card(pseudonym)
        if card is None:
            return mentions.ANOTHER
        return card.full_name if self._names(card, only_own=False) else mentions.another(card.year)

    def tell(self, texts: Iterable[str]) -> list[str]:
        """Texts as this reader reads them: one query for all that is new in them."""
        texts = list(texts)
        self.fetch({one for text in texts for one in mentions.mentioned(text)})
        return [mentions.told(text, self.say) for text in texts]

    def card(self, pseudonym: str) -> Child | None:
        """The child that a mention means, as far as the reader may see it."""
        self.fetch([pseudonym])
        return self._cards[pseudonym]

    def _names(self, card: Child, only_own: bool) -> bool:
        if card.pk in self.showing.own:
            return True
        return not only_own and (
            self.showing.writes
            or card.pseudonym in self.showing.said
            or may(self.reader, Capability.VIEW_CONCERNS, card.school_id)
            or card.pk in children_open_to(self.reader)
        )


def _led_on(pseudonyms: Collection[str]) -> dict[str, UUID]:
    """Of these, the mentions of records that have become part of another, and the one that each leads to."""
    if not pseudonyms:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM rules.mentions_led_on(%s)", [list(pseudonyms)])
        return dict(cursor.fetchall())


def told_page(html: str, request: HttpRequest, showing: Showing) -> str:
    """A page, or paper, as its reader may read it: the last thing that happens to it (`safeguarding.rendering`)."""
    if showing.as_typed or "@[" not in html:
        return html
    reader: User = request.user  # type: ignore[assignment]
    names = Names(reader, showing)
    names.fetch(mentions.mentioned(html))
    return mentions.told_page(html, names.say, names.label)
