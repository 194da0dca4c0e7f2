"""How is each child of a concern kept apart from the others?

Who else is in it without a name, and who opened it by a wrong link.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Max, Q
from django.utils import timezone
from django.utils.text import capfirst

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.roles import ROLES
from safeguarding.audit.context import door
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.verbs import VERBS
from safeguarding.concerns.models import Concern, ConcernChild, UndoneLink
from safeguarding.concerns.services.pointing import another
from safeguarding.concerns.services.telling import seers

# By what somebody reads: a list says that a record is there, and not what is in it.
_READ = (Verb.VIEW, Verb.PRINT, Verb.DOWNLOAD, Verb.EXPORT)
# How the purposes begin of whoever sees what is in a child's file: its chronology and that of its family (which leaves
# an event for each child that is in it), on the page and on paper, the tabs that show concerns and their files, the
# pages about it, the file that was built for the next school.
SHOWS_FILE = ("chronology", "family", "concerns", "files", "meeting in an hour", "pattern", "file to the next school")


@dataclass(frozen=True)
class Beside:
    """A child of whom the reader may know that there is one: the year, and the role."""

    name: str
    role: str


@door("beside")
def others_in(concern: Concern, shown: Iterable[ConcernChild]) -> list[Beside]:
    """The children of a concern that the reader may read, beside those who are shown: "Another child (Year 4)", and the
    role.

    For who reads through the record of one child: the one place that says of another that there is one.
    """
    seen = {named.pk for named in shown}
    rows = ConcernChild.objects.filter(concern=concern).exclude(pk__in=seen).select_related("child")
    return [Beside(capfirst(another(row.child)), row.get_role_display()) for row in rows.order_by("added_at", "pk")]


@door("beside")
def named_beside(concerns: Collection[UUID], child: Child) -> set[UUID]:
    """Keys of the other children in concerns that the reader may read.

    To leave their names out, and for nothing else.
    """
    rows = ConcernChild.objects.filter(concern__in=concerns, child__isnull=False).exclude(child=child)
    return set(rows.values_list("child_id", flat=True))


@dataclass(frozen=True)
class Meanwhile:
    """Somebody who read a concern while it stood in the wrong file: how, when last, and whether they may read it
    still.
    """

    name: str
    role: str
    did: str
    at: datetime
    may_still: bool

    @property
    def is_out(self) -> bool:
        return not self.may_still


def opened_meanwhile(link: UndoneLink, keys: Collection[UUID]) -> list[Meanwhile]:
    """Who opened the concern, or the file of the wrong child, between the link and its end, the latest first. From the
    events.

    `keys` are those of the concern and of what hangs on it. Two queries, and those of who may see it now.
    """
    return opened_between(link.concern, link.since, link.undone_at, keys, [link.child_key])


def opened_between(
    concern: Concern, since: datetime, until: datetime, keys: Collection[UUID], children: Collection[UUID]
) -> list[Meanwhile]:
    """Who opened the concern, or the files of these children, between two moments, the latest first."""
    between = Event.objects.filter(at__gte=since, at__lte=until, verb__in=_READ, actor_id__isnull=False)
    last = ("actor_id", "acting_role", "verb")
    of_concern = between.filter(object_id__in=keys).values(*last).annotate(last=Max("at"))
    shown = reduce(or_, (Q(purpose__startswith=what) for what in SHOWS_FILE))
    of_file = between.filter(shown, object_id__in=children).values(*last)
    found = [(row, VERBS.words(row["verb"])) for row in of_concern]
    found += [(row, "saw it in that child’s file") for row in of_file.annotate(last=Max("at"))]
    people = User.objects.in_bulk({row["actor_id"] for row, _ in found})
    still = seers(concern, on=timezone.localdate(until))
    return [
        Meanwhile(
            name=people[row["actor_id"]].full_name,
            role=ROLES[row["acting_role"]].title if row["acting_role"] in ROLES else "",
            did=did,
            at=row["last"],
            may_still=row["actor_id"] in still,
        )
        for row, did in _latest(found)
        if row["actor_id"] in people
    ]


def _latest(found: Sequence[tuple[dict, str]]) -> list[tuple[dict, str]]:
    """Of each person and way the last time, the latest first."""
    once: dict[tuple[UUID, str], tuple[dict, str]] = {}
    for row, did in sorted(found, key=lambda each: each[0]["last"], reverse=True):
        once.setdefault((row["actor_id"], did), (row, did))
    return list(once.values())


def undone_links(links: Iterable[UndoneLink]) -> list[UndoneLink]:
    """As the page lists them: the newest first."""
    return sorted(links, key=lambda link: link.undone_at, reverse=True)
