"""Which concerns tell of a child in full, and how does a part of the record become a source of the chronology?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from children.models import Child
from safeguarding.accounts.titles import Titles
from safeguarding.audit.reading import visible
from safeguarding.concerns.chronology import Entry, Source, Together
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.http import Request
from safeguarding.once import once

# Until a lead decides otherwise.
_TELLS_ALL = (ConcernChild.Role.WORRIED_ABOUT, ConcernChild.Role.MAY_HAVE_CAUSED_HARM)


def whole(link: str = "") -> Q:
    """That a concern tells of the child whom it names, in full. `link` is the path to the naming, as in a filter."""
    said = Q((f"{link}file_says", ConcernChild.Says.WHOLE))
    return said | Q((f"{link}file_says", ""), (f"{link}role__in", _TELLS_ALL))


def told_of(request: Request, child: Child) -> list[UUID]:
    """Keys of the concerns that tell of `child` in full. What somebody else may see of one (their own words, an action of
    theirs) is no entry of the child's chronology.

    Read once a page: there are a few dozen, and every source then looks up its rows by them instead of joining its way.
    """

    def keys() -> list[UUID]:
        named = visible(request, ConcernChild).filter(whole(), child=child)
        telling = visible(request, Concern).filter(pk__in=named.values("concern_id"))
        return list(telling.values_list("pk", flat=True))

    return once(("concerns that tell of", child.pk), keys)


def told_of_each(request: Request, children: Sequence[Child]) -> dict[UUID, list[Child]]:
    """The concerns that tell of one of these children in full, each with the children of whom it tells. Read once a page."""

    def found() -> dict[UUID, list[Child]]:
        whose = {child.pk: child for child in children}
        named = visible(request, ConcernChild).filter(
            whole(), child__in=children, concern__in=visible(request, Concern)
        )
        telling: dict[UUID, list[Child]] = {}
        for concern, child in named.order_by("pk").values_list("concern_id", "child_id"):
            telling.setdefault(concern, []).append(whose[child])
        return telling

    return once(("concerns that tell of each", *(child.pk for child in children)), found)


# Rows of concerns with these keys.
OfConcerns = Callable[[Request, Iterable[UUID]], QuerySet[Any]]
Tell = Callable[[Request, list[UUID], Titles], Mapping[UUID, Entry]]


def from_concerns(key: str, kind: str, rows: OfConcerns, tell: Tell, concern: str) -> Source:
    """A source of what hangs on concerns; `concern` is the path to them."""
    return Source(
        key,
        kind,
        rows=lambda request, child: rows(request, told_of(request, child)),
        told=tell,
        concern=concern,
        together=Together(
            rows=lambda request, children: rows(request, list(told_of_each(request, children))).annotate(of=F(concern)),
            whose=told_of_each,
        ),
        of_concerns=rows,
    )


def each(request: Request, children: Sequence[Child]) -> Mapping[UUID, Sequence[Child]]:
    return {child.pk: [child] for child in children}


def of_child(key: str, kind: str, rows: Callable[[Request], QuerySet[Any]], tell: Tell) -> Source:
    """A source of rows that belong to one child each, by their column `child`."""
    return Source(
        key,
        kind,
        rows=lambda request, child: rows(request).filter(child=child),
        told=tell,
        together=Together(
            rows=lambda request, children: rows(request).filter(child__in=children).annotate(of=F("child_id")),
            whose=each,
        ),
    )
