"""Whose is a concern? The children beside its title, each with what came before, and the newest entries of one of them.

The concern names them; what came before, and their entries, stand there for who reads the concerns of that child.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from children.panels import Face, faces
from children.permissions import access_to_a_child, may_see_files
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import visible
from safeguarding.concerns import chronology
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.concerns.services.earlier_concerns import EarlierConcerns, earlier_concerns
from safeguarding.concerns.views.chronology import context_of, read_child
from safeguarding.http import Request

# As many as are read at a glance; the chronology has the others.
NEWEST = 8


@dataclass(frozen=True)
class Whose:
    """A child of a concern as it stands beside the title. `earlier` is None where the reader does not read the concerns
    of that child: there is no way to them either.
    """

    named: ConcernChild
    face: Face
    earlier: EarlierConcerns | None


def whose(request: Request, concern: Concern, children: Collection[ConcernChild]) -> list[Whose]:
    """The children of a concern, in their order, and each given its `face`, empty where nothing may be seen."""
    cards = {named.child_id: named.child for named in children if named.child and named.child_id}
    found = faces(request, list(cards.values()))
    read = {key for key, card in cards.items() if may_see_files(request.user, card)}
    earlier = earlier_concerns(visible(request, Concern), concern, read)
    nobody = Face()
    for named in children:
        named.face = found.get(named.child_id, nobody) if named.child_id else nobody  # type: ignore[attr-defined]
    return [
        Whose(named, named.face, earlier.get(named.child_id) if named.child_id else None)  # type: ignore[attr-defined]
        for named in children
    ]


@requires_for_record("view_concerns", also=access_to_a_child)
def child_entries(request: Request, child_id: UUID) -> HttpResponse:
    """The newest entries of a child's chronology; with `?part=1` only these, to be shown beside a concern."""
    child = read_child(request, child_id, purpose="chronology beside a concern")
    # Also where only the part is shown: the frame says that its text tells of this child and of nobody else.
    context = context_of(request, child, found=chronology.read(request, child, size=NEWEST))
    template = "concerns/part_entries.html" if "part" in request.GET else "concerns/entries.html"
    return render(request, template, context)
