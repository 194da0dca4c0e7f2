"""Record in one go that a child is looked after: the plan, the placement with its legal status, the social worker."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid5

from django.db import transaction

from safeguarding.accounts.models import User
from safeguarding.plans.models import Episode

from .around import name_social_worker
from .episodes import begin_episode
from .steps import add_step


@transaction.atomic
def begin_care(
    *, placed: Mapping[str, Any], worker: Mapping[str, str], by: User, at: datetime | None = None, **facts: Any
) -> Episode:
    """An episode of a child who is looked after, of `facts` as `begin_episode` takes them.

    `placed` are `held_on` (None: the first day), `columns` and `words` of the placement, `worker` the `name` and
    `telephone` of the social worker; either is empty where nobody knows. The same form again is one episode with one of
    each. Raises `NotAllowed`, `BadInput`.
    """
    episode = begin_episode(kind="looked_after", by=by, at=at, **facts)
    if placed:
        add_step(
            episode=episode,
            token=uuid5(episode.pk, "placement"),
            kind="placement",
            held_on=placed["held_on"] or episode.starts_on,
            columns=placed["columns"],
            words=placed["words"],
            by=by,
            at=at,
        )
    if worker:
        name_social_worker(episode=episode, token=uuid5(episode.pk, "worker"), by=by, at=at, **worker)
    return episode
