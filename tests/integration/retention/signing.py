"""Every sign of sexual abuse or exploitation, put on a child's record by the services that pages call."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from children.models import Child
from retention.models import Mark
from retention.services.signs import Told, answer, signs_told
from safeguarding.accounts.models import User
from safeguarding.concerns.models import Category, Concern, Subcategory
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.concerns.services.reference import load_reference
from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode
from safeguarding.plans.services.episodes import begin_episode
from safeguarding.plans.services.rules import load_rules
from safeguarding.plans.services.steps import add_step
from sharing.received.services.elsewhere import Came, record_received
from tests import factories
from tests.earlier import ONE, bring_in, pack, row

from .conftest import Office


def concern(place: Office, child: Child, code: str, *others: Child) -> Concern:
    """A concern about a child, and others, of a category or a subcategory."""
    load_reference()
    category, _, narrower = code.partition(".")
    of = {"category": Category.objects.get(code=category)}
    if narrower:
        of["subcategory"] = Subcategory.objects.get(category=category, code=narrower)
    named = [ChildEntry(role="worried_about", child=one) for one in (child, *others)]
    return factories.concern(place.room, children=named, **of)


def plan(place: Office, child: Child, first: str, now: str) -> Episode:
    """A child protection plan with its category, first and now."""
    return _begun(place, child, "child_protection", columns={"category": first, "latest_category": now})


def assessment(place: Office, child: Child, factor: str) -> Any:
    """A single assessment that found a factor."""
    episode = _begun(place, child, "child_in_need")
    # The factor 19A was used until 2021.
    at = datetime(2020, 6, 1, 10, tzinfo=UTC) if factor == "19A" else None
    given = {"held_on": date(2010, 3, 1), "columns": {"factors": [factor]}, "by": place.room.lead, "at": at}
    return add_step(episode=episode, token=uuid7(), kind="assessment", **given)


def _begun(place: Office, child: Child, kind: str, **facts: Any) -> Episode:
    load_rules()
    given = {"token": uuid7(), "starts_on": date(2009, 1, 5), "authority": "356", "columns": {}, **facts}
    return begin_episode(child=child, kind=kind, by=place.room.lead, **given)


def received(place: Office, child: Child) -> Any:
    """A file of another school, on paper."""
    came = Came("Whitmoor Infants", "paper", date(2026, 1, 5), "A brown folder, in the safe.")
    return record_received(child=child, token=uuid7(), came=came, by=place.room.lead)


def earlier(place: Office, child: Child, *numbers: int) -> Any:
    """What an earlier system had on a child, as one batch."""
    return bring_in(place.school, by=place.room.lead, rows=[row(number, child) for number in numbers or (7,)])


def earlier_file(place: Office, child: Child) -> Any:
    """A PDF that an earlier system had on a child."""
    given = pack({f"{child.detail.upn}/a.pdf": ONE})
    return bring_in(place.school, by=place.room.lead, pack=given)


def told_to(person: User, child: Child) -> list[Told]:
    return signs_told(person, child)


def answered(child: Child, by: User, *, applies: bool, sign: Told | None = None, **facts: Any) -> Mark:
    """Answer a sign, the only one that this person is told of where none is named."""
    told = sign or next(one for one in signs_told(by, child) if one.is_open)
    given = {"token": uuid7(), "reason": "Read in full, with the records beside it.", **facts}
    return answer(child=child, sign=told.key, codes=told.codes, applies=applies, by=by, **given)


CONCERNS = (
    *("SEX", "CSE", "COC.sexual_harassment", "COC.sexual_violence", "COC.harmful_sexual", "COC.images"),
    *("COC.upskirting", "ONL.contact", "ONL.sextortion"),
)
Signed = Callable[[Office, Child], Any]
SIGNS: dict[str, Signed] = {
    **{code: (lambda place, child, code=code: concern(place, child, code)) for code in CONCERNS},
    "FIRST.SAB": lambda place, child: plan(place, child, "SAB", "SAB"),
    "FIRST.MUL": lambda place, child: plan(place, child, "MUL", "MUL"),
    "NOW.SAB": lambda place, child: plan(place, child, "NEG", "SAB"),
    "NOW.MUL": lambda place, child: plan(place, child, "NEG", "MUL"),
    **{
        f"FACTOR.{factor}": (lambda place, child, factor=factor: assessment(place, child, factor))
        for factor in ("11A", "19A", "19B", "19C")
    },
    "RECEIVED": received,
    "EARLIER": earlier,
    "EARLIER.FILE": earlier_file,
}
