"""Does whatever leaves the school find the names that it has to find, and nothing else?

`tests/data/names.csv` says of each line what an answer to a request finds (gathering), what its check would not let
through (check), what a pack takes out and what it asks about (pack), what a file to the next school takes out (file),
and what the two pages for a meeting take out (brief). The people of these lines are those of `CAST`.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from children.facts import Adult, Called, Home
from children.mentions import marker
from children.models import Child
from safeguarding.audit.context import system_task
from safeguarding.concerns import briefing
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.keys import uuid7
from safeguarding.parts import Block, Key, Kind, Text
from sharing.events.services.naming import Naming
from sharing.requests.checking.words import Matcher, Protected
from sharing.requests.models import RequestItem, RightsRequest
from sharing.requests.services import known_people, matching
from sharing.transfers.services import composing
from tests import factories
from tests.factories import SCHOOL_DAY, Staffroom
from tests.integration.requests.cases import case_row

pytestmark = pytest.mark.django_db
LINES = Path(__file__).parents[2] / "data" / "names.csv"
HOME = Home("14 Kiln Road", town="Testham", postcode="ZZ9 9ZZ")
# Rowan, known as Ro, is the child that all of it is about. Dana is the mother and stays; Kerry is Denise's. Rory and
# Omar are in no concern of Rowan's. By the year group of each, the test knows whom the words in brackets mean.
CAST: Mapping[str, Any] = {
    "tom": ("Tom", "Ashdown"),
    "denise": ("Denise", "Pope"),
    "hope": ("Hope", "Marsh"),
    "hugo": ("Hugo", "O’Neill"),
    "ann": ("Ann", "Smith-Jones"),
    "zoë": ("Zoë", "Müller"),
    "nuh": ("نوح", "حداد"),
    "layan": ("Layan", "Al Sabbagh"),
    "june": ("June", "Reed"),
    "rory": ("Rory", "Fallows"),
    "omar": ("Omar", "Al Sabbagh"),
}
MORE: Mapping[str, Any] = {
    "denise": {"known_forename": "Dee", "called": [Called("Nan", "P"), Called("Denise", "Hart")]},
    "tom": {"homes": [HOME]},
}
FAR = ("rory", "omar")
# What stands in somebody's place.
_INSTEAD = re.compile(rf"\[?(?:(?:Child [A-Z]|another child) \((Year \d+)\)|{composing.NOT_TOLD})\]?")


@dataclass
class World:
    room: Staffroom
    rowan: Child
    cards: dict[str, Child]
    concern: Concern
    case: RightsRequest

    @property
    def asks(self) -> Any:
        return SimpleNamespace(user=self.room.lead)

    @cached_property
    def listed(self) -> dict[str, known_people.Listed]:
        """Everybody of the lists, with what this file calls them."""
        item = RequestItem(concern_key=self.concern.pk)
        with system_task("requests"):
            people = {one.person.key: one for one in known_people.everybody(self.case, [item])}
            keys = {card.pk for card in self.cards.values()}
            return people | {one.person.key: one for one in known_people.secret_homes(self.case, keys)}

    @cached_property
    def own(self) -> list[Any]:
        with system_task("requests"):
            return known_people.the_child(self.case)

    def called(self, key: str) -> str:
        person = self.listed[key].person
        names = {str(card.pk): name for name, card in self.cards.items()}
        return names.get(key) or person.full_name.lower() or "home"

    def line(self, text: str) -> str:
        """A line of the file: its escapes, and "@[Denise]" as the mention of that child."""
        text = re.sub(r"\\(u[0-9a-f]{4}|n|t)", lambda found: f"\\{found[1]}".encode().decode("unicode_escape"), text)
        for name, card in self.cards.items():
            text = text.replace(f"@[{name}]", marker(card.pseudonym))
        return text

    def written(self, text: str) -> str:
        """The same as the file has it."""
        for name, card in self.cards.items():
            text = text.replace(marker(card.pseudonym), f"@[{name}]")
        return "".join(f"\\u{ord(one):04x}" if not one.isprintable() and one != "\n" else one for one in text).replace(
            "\n", r"\n"
        )

    def said(self, found: Iterable[tuple[str, str]]) -> str:
        return "; ".join(f"{who}: {self.written(words)}" for who, words in found)


@pytest.fixture
def world() -> World:
    room = factories.staffroom()
    dana = Adult("Ashdown", "Dana", title="Mrs", relationship="Mother")
    kerry = Adult("Pope", "Kerry", relationship="Mother")
    secret = {"address_confidential": True, "address_confidential_reason": "An order."}
    about: dict[str, Any] = {"by": room.office, "class_name": "1A"}
    rowan = factories.child(
        room.school, "Rowan", "Ashdown", known_forename="Ro", adults=[dana], homes=[HOME], details=secret, **about
    )
    cards = {}
    for year, (name, (forename, surname)) in enumerate(CAST.items(), 1):
        more = {"adults": [kerry]} if name == "denise" else {}
        facts = about | {"year_group": year} | MORE.get(name, {}) | more
        cards[name] = factories.child(room.school, forename, surname, **facts)
    others = [ChildEntry("witness", card) for name, card in cards.items() if name not in FAR]
    concern = factories.concern(room, children=[ChildEntry("worried_about", rowan), *others])
    return World(room, rowan, cards, concern, case_row(room, rowan))


# --- what each of them finds


def gathering(world: World) -> Callable[[str], str]:
    """Who is marked in a copy."""
    people = {key: one for key, one in world.listed.items() if one.person.full_name or one.person.others}
    homes = {key: one for key, one in world.listed.items() if key not in people}

    def found(text: str) -> str:
        content = {"blocks": [{"key": "a", "label": "Text", "text": text}], "pages": []}
        read = matching.read(RequestItem(content=content))
        matching.look([read], people, world.own)
        matching.look_for_all([read], homes)
        hits = sorted((hit for _, hit in read.hits), key=lambda hit: (hit.start, -hit.end, world.called(hit.person)))
        return world.said((world.called(hit.person), hit.words) for hit in hits)

    return found


def check(world: World) -> Callable[[str], str]:
    """What would stop the files, where everybody but the mother was taken out."""
    dana = next(one.person for one in world.listed.values() if one.person.forename == "Dana")
    gone = tuple(one.person for one in world.listed.values() if one.person is not dana)
    matcher = Matcher(Protected(gone, (*world.own, dana)))

    def found(text: str) -> str:
        matches = matcher.matches(text, None)
        mentioned = {card.pseudonym: marker(card.pseudonym) for card in world.cards.values()}
        found = ((world.called(one.person), mentioned.get(one.letters, one.letters)) for one in matches.elements())
        return world.said(sorted(found))

    return found


def pack(world: World) -> Callable[[str], str]:
    """What stands in brackets in a pack, and what its maker is asked about."""
    about = SimpleNamespace(
        child=world.rowan, school_id=world.room.school.pk, concerns={world.concern.pk}, named=(), take_out=""
    )

    def found(text: str) -> str:
        naming = Naming(world.asks, about, [text])
        after = naming(text)
        asked = [f"ask: {words}" for words in naming.pointed_out([after])]
        return "; ".join(filter(None, [world.said(_replaced(world, text, after)), *asked]))

    return found


def file(world: World) -> Callable[[str], str]:
    """What stands in brackets in a file to the next school."""
    school = world.room.school
    transfer = SimpleNamespace(destination="Whitmoor High School")
    sending: Any = SimpleNamespace(pk=uuid7(), school=school, school_id=school.pk, transfer=transfer, is_addition=False)
    right = Key("concerns.concern", world.concern.pk)

    def found(text: str) -> str:
        key = Key("concerns.concernnote", uuid7())
        block = Block("Note", key, None, SCHOOL_DAY, True, (Text("Note", text, Kind.TYPED),), (), frozenset(), right)
        composed = composing.compose(world.asks, sending, world.rowan, [block], on=SCHOOL_DAY.date())
        [(_, after)] = composed.record.entries[0].texts
        return world.said(_replaced(world, text, after))

    return found


def brief(world: World) -> Callable[[str], str]:
    """What stands in brackets on the two pages for a meeting."""
    out = briefing.gather(world.asks, world.rowan, None, at=SCHOOL_DAY).out
    return lambda text: world.said(_replaced(world, text, out(text)))


USERS = {one.__name__: one for one in (gathering, check, pack, file, brief)}


def _replaced(world: World, before: str, after: str) -> Iterator[tuple[str, str]]:
    """The words of a text in whose place others stand, and whom those mean."""
    parts = _INSTEAD.split(after)
    found = re.fullmatch("(.+?)".join(map(re.escape, parts[::2])), before, re.DOTALL)
    assert found, (before, after)
    names = {card.year: name for name, card in world.cards.items()} | {None: "home"}
    return zip(map(names.__getitem__, parts[1::2]), found.groups(), strict=True)


def lines() -> list[dict[str, str]]:
    with LINES.open(encoding="utf-8", newline="") as read:
        return list(csv.DictReader(read))


def test_every_user_gives_every_line(world: World) -> None:
    rows = lines()
    assert len(rows) >= 100
    finds = {name: made(world) for name, made in USERS.items()}
    found = [
        {"written": row["written"]} | {user: find(world.line(row["written"])) for user, find in finds.items()}
        for row in rows
    ]
    assert found == rows
