"""What did the reporter of a story write? The account, the children in it, marks, and what was added later."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from django.db import models

from safeguarding.concerns.models import Account, Amendment, BodyMapMark, Concern, ConcernChild
from safeguarding.demo import words
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.demo.source import Entry
from safeguarding.demo.stories import Story

How, Place, Role = Account.HowKnown, Account.Place, ConcernChild.Role
HOW_KNOWN = {
    "obs": How.SAW_OR_HEARD,
    "dis": How.TOLD_BY_CHILD,
    "par": How.TOLD_BY_PARENT,
    "3rd": How.TOLD_BY_OTHER,
    "pol": How.POLICE,
    "trf": How.TRANSFER,
    "fil": How.FILTERING,
    "ano": How.ANONYMOUS,
}
_PLACES = {
    "the small hall": Place.HALL,
    "the library corner": Place.CLASSROOM,
    "the sensory room": Place.OTHER,
    "the office meeting room": Place.OFFICE,
    "the back field": Place.PLAYGROUND,
    "the canal path": Place.COMMUNITY,
}
_PLACE_OF_HOW = {"pol": Place.HOME, "par": Place.GATE, "fil": Place.ONLINE, "trf": Place.OTHER}
_PLACE_OF_VOICE = {
    "midday": Place.PLAYGROUND,
    "office": Place.OFFICE,
    "coach": Place.OFF_SITE,
    "club": Place.HALL,
}
_ROLES = {
    "witness": Role.WITNESS,
    "alleged_perpetrator": Role.MAY_HAVE_CAUSED_HARM,
    "alleged_victim": Role.WORRIED_ABOUT,
    "sibling": Role.SIBLING,
}
_ADDED = 0.08


def names(story: Story) -> words.Names:
    """Whom the placeholders of the story stand for."""
    people = {"child": _child(story.child), "parent": _adult(story.parent), "staff": _adult(story.colleague)}
    # Where a note names a classmate or a brother and the school has none to give, the words stay true.
    people["other_child"] = _child(story.other) if story.other else ("another child", "the other child")
    people["sibling"] = _child(story.sibling) if story.sibling else ("a younger cousin", "the cousin")
    return words.Names(people, {"class": story.class_name, "place": story.place})


def written(story: Story, concern: Concern, ground: Ground, keys: Keys, chance: Random) -> Iterator[models.Model]:
    """The account of the story and what belongs to it. An addition makes the concern's revision one higher."""
    who = names(story)
    account = _account(story, concern, ground, keys, who)
    yield account
    yield from _children(story, concern, ground, keys)
    for region, note in story.vignette.get("marks", {}).items():
        yield BodyMapMark(
            id=keys.at(story.recorded),
            account=account,
            concern=concern,
            school_id=ground.school_id,
            author=account.author,
            region=int(region),
            note=note,
        )
    if chance.random() < _ADDED:
        reason, text = chance.choice(words.ADDITIONS)
        added = ground.days.later(story.recorded, timedelta(minutes=chance.randrange(30, 600)))
        concern.revision += 1
        yield Amendment(
            id=keys.at(added),
            account=account,
            concern=concern,
            school_id=ground.school_id,
            author=account.author,
            token=keys.token(),
            text=who.fill(text),
            reason=reason,
            added_at=added,
        )


def _account(story: Story, concern: Concern, ground: Ground, keys: Keys, who: words.Names) -> Account:
    note = story.vignette
    to_lead = note["told"] == "lead"
    place = _place(story)
    return Account(
        id=keys.at(story.recorded),
        concern=concern,
        school_id=ground.school_id,
        author=concern.logged_by,
        observed_on=story.observed.date(),
        observed_at=story.observed.time().replace(second=0, microsecond=0),
        place=place,
        place_detail=words.sentence(story.place).rstrip(".") if "{place}" in note["account"] else "",
        how_known=HOW_KNOWN[note["how"]],
        others_present=_others_present(story),
        facts=who.fill(note["account"], full=True),
        child_words=who.fill(note["child_words"]),
        presentation=words.sentence(note["presentation"]),
        marks_seen="marks" in note or None,
        done_at_once=words.sentence(who.fill(note["done_at_once"])),
        told=Account.Told.LEAD if to_lead else Account.Told.OTHER,
        told_person=ground.lead_for(story) if to_lead else None,
        told_other="" if to_lead else words.sentence(note["told"]).rstrip("."),
        recorded_at=story.recorded,
    )


def _children(story: Story, concern: Concern, ground: Ground, keys: Keys) -> Iterator[ConcernChild]:
    roles = story.vignette["roles"]
    named = [(story.child, Role.WORRIED_ABOUT)]
    if story.other and "other_child" in roles:
        named.append((story.other, _ROLES.get(roles["other_child"], Role.MENTIONED)))
    if story.sibling and "sibling" in roles:
        named.append((story.sibling, Role.SIBLING))
    for entry, role in {entry["id"]: (entry, role) for entry, role in reversed(named)}.values():
        yield ConcernChild(
            id=keys.at(story.recorded),
            concern=concern,
            school_id=ground.school_id,
            child_id=ground.children[entry["id"]],
            role=role,
            added_at=story.recorded,
            added_by=concern.logged_by,
        )


def _place(story: Story) -> str:
    note = story.vignette
    if note["category"] == "ONL":
        return Place.ONLINE
    if "{place}" in note["account"]:
        return _PLACES[story.place]
    return _PLACE_OF_HOW.get(note["how"]) or _PLACE_OF_VOICE.get(note["voice"], Place.CLASSROOM)


def _others_present(story: Story) -> str:
    if "staff" not in story.vignette["roles"]:
        return ""
    return f"{_adult(story.colleague)[0]}, {story.colleague['role'][0].lower()}{story.colleague['role'][1:]}"


def _child(entry: Entry) -> tuple[str, str]:
    return f"{entry['preferred_forename']} {entry['preferred_surname']}", entry["preferred_forename"]


def _adult(entry: Entry) -> tuple[str, str]:
    """Full name, and the way colleagues write it: Mrs Yaqoob."""
    title = entry.get("title") or entry["forename"]
    return f"{title} {entry['forename']} {entry['surname']}".replace(
        f"{title} {title} ", f"{title} "
    ), f"{title} {entry['surname']}"
