"""What are the rows of the stories of a school, and how do they reach the tables?

In bulk, with one event for them all.
"""

from collections import defaultdict
from collections.abc import Iterable
from random import Random
from typing import cast
from uuid import UUID

from django.db import models

from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import (
    Account,
    Action,
    Amendment,
    BodyMapMark,
    Closing,
    Concern,
    ConcernChild,
    ConcernNote,
    Decision,
    ReferenceCounter,
)
from safeguarding.concerns.subjects import keep_for
from safeguarding.demo.followed import Following
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.demo.stories import Story
from safeguarding.demo.written import written

# Parents before what points to them.
_ORDER: tuple[type[models.Model], ...] = (
    Concern,
    Account,
    ConcernChild,
    BodyMapMark,
    Amendment,
    Decision,
    Closing,
    Action,
    ConcernNote,
    ReferenceCounter,
)
_BATCH = 500


def write(stories: Iterable[Story], ground: Ground, chance: Random) -> int:
    """Put the stories into the tables, numbered in the order in which they were written. Returns their number."""
    keys = Keys(chance)
    rows: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    last: dict[int, int] = defaultdict(int)
    for story in sorted(stories, key=lambda s: (s.recorded, s.vignette["id"], s.child["id"])):
        last[story.recorded.year] += 1
        concern = _concern(story, last[story.recorded.year], ground, keys)
        rows[Concern].append(concern)
        for row in (
            *written(story, concern, ground, keys, chance),
            *Following(story, concern, ground, keys, chance).run(),
        ):
            rows[type(row)].append(row)
    rows[ReferenceCounter] = [
        ReferenceCounter(id=keys.at(ground.now), school_id=ground.school_id, year=year, last=number)
        for year, number in last.items()
    ]
    named: dict[UUID, set[UUID]] = {concern.pk: set() for concern in rows[Concern]}
    for child in cast(list[ConcernChild], rows[ConcernChild]):
        if child.child_id:
            named[child.concern_id].add(child.child_id)
    keep_for(named, ground.school_id)
    for model in _ORDER:
        model._base_manager.bulk_create(rows[model], batch_size=_BATCH)
        if rows[model] and model is not ReferenceCounter:
            record(
                Verb.CREATE,
                object_type=model._meta.label_lower,
                school_id=ground.school_id,
                count=len(rows[model]),
                purpose="demo school",
            )
    return len(rows[Concern])


def _concern(story: Story, number: int, ground: Ground, keys: Keys) -> Concern:
    note = story.vignette
    return Concern(
        id=keys.at(story.recorded),
        school_id=ground.school_id,
        token=keys.token(),
        year=story.recorded.year,
        number=number,
        how_soon=note["level"],
        category_id=note["category"],
        subcategory_id=ground.subcategories[note["category"], note["subcategory"]] if note["subcategory"] else None,
        logged_at=story.recorded,
        logged_by=ground.users[story.reporter["id"]],
        finished_at=story.recorded,
        revision=1,
    )
