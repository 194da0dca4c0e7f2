"""Whose is a concern? Its key is wrapped for each child who is linked to it, and for the school while nobody is.

Notes from outside and sheets of paper stay the school's: whom they are about, their concern says. What nobody has sent
is its author's, and ends with its row.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from safeguarding.sealing.services.keeping import share
from safeguarding.sealing.subjects import Ending, Subject, ends_with_rows, kind_of, wrapped_for

from .models import Concern, ConcernChild, Draft, DraftOpening, EarlierRow, KeptText

KIND = kind_of(Concern)


def subjects_of(concerns: Collection[UUID]) -> Mapping[UUID, Collection[Subject]]:
    """Of those concerns that there are: each linked child, or the school."""
    linked: defaultdict[UUID, list[Subject]] = defaultdict(list)
    rows = ConcernChild._base_manager.filter(concern__in=concerns, child__isnull=False)
    for concern, child in rows.values_list("concern_id", "child_id"):
        linked[concern].append(Subject.child(child))
    there = Concern._base_manager.filter(pk__in=concerns).values_list("pk", "school_id")
    return {concern: linked[concern] or [Subject.school(school)] for concern, school in there}


def keep_for(concerns: Mapping[UUID, Iterable[UUID]], school_id: UUID) -> None:
    """Give concerns of a school their keys, wrapped for these children.

    What is sealed before is readable to them from now on.
    """
    subjects = {
        concern: [Subject.child(child) for child in children] or [Subject.school(school_id)]
        for concern, children in concerns.items()
    }
    share(KIND, subjects)


def keep_for_all(concern: UUID) -> None:
    """After somebody was taken out of a concern: whoever is left can open it by themselves, and if nobody is, the
    school.
    """
    share(KIND, subjects_of([concern]))


wrapped_for(KIND, subjects_of)
ends_with_rows(
    *map(kind_of, (Draft, DraftOpening, KeptText)),
    ending=Ending(there="unsent_with_keys", under="the rule for words that were sent or discarded"),
)
ends_with_rows(
    kind_of(EarlierRow),
    ending=Ending(
        there="earlier_batches_there",
        over="earlier_batches_over",
        under="the rule for files of an earlier system that have come in or were given up",
    ),
)
