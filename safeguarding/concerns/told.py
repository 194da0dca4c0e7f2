"""Which concerns tell of a child in full, and in which is it only named?"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, Case, DateTimeField, ExpressionWrapper, F, Func, Q, Value, When

from children.models import Child
from safeguarding.audit.by_keys import Asked, ByKeys, array_of
from safeguarding.audit.reading import visible
from safeguarding.concerns.models import ConcernChild
from safeguarding.concerns.permissions import access_given, of_concern_seen
from safeguarding.http import Request
from safeguarding.once import once
from safeguarding.prepared import prepared

# Until a lead decides otherwise.
_TELLS_ALL = (ConcernChild.Role.WORRIED_ABOUT, ConcernChild.Role.MAY_HAVE_CAUSED_HARM)
# The same of its account: words about who was hurt stand in the file of who may have done it where a lead says so.
_TELLS_ACCOUNT = (ConcernChild.Role.WORRIED_ABOUT,)
# Reasons to see a child's own row, whatever of the concern is shut.
_OWN = ("grant", "emergency")


def whole(link: str = "") -> Q:
    """That a concern tells of the child whom it names, in full. `link` is the path to the naming, as in a filter."""
    return _said_or_by_role(_TELLS_ALL, link)


def _said_or_by_role(roles: Collection[str], link: str = "") -> Q:
    said = Q((f"{link}file_says", ConcernChild.Says.WHOLE))
    return said | Q((f"{link}file_says", ""), (f"{link}role__in", roles))


_MOMENT = Func(F("concern_id"), function="rules.moment_of_concern", output_field=DateTimeField())


def facts_of_concerns(name: str, concerns: Collection[UUID]) -> dict[UUID, Any]:
    """What the database says of concerns to who reads one child's file (`facts.sql`), by their keys.

    No query for none.
    """
    if not concerns:
        return {}
    statement = f"SELECT key, rules.{name}(key) FROM unnest(%s::uuid[]) AS key"  # noqa: S608
    return dict(prepared(statement, [array_of(concerns)]))


class Named(NamedTuple):
    """That a concern names a child. `tells`: it tells of the child in full, to this reader; `with_account`: its words
    stand in that file too. `moment`, where it does not tell: when what it tells of happened.
    """

    key: UUID
    concern_id: UUID
    child_id: UUID
    tells: bool
    with_account: bool
    moment: datetime | None


def named(request: Request, children: Sequence[Child]) -> list[Named]:
    """Where these children are named, as far as the person may see it: the concern, or the row of a child whose record
    is open to them. Not of who only named the child. Read once a page.
    """

    def found() -> list[Named]:
        listed = (_NAMED_OR_OWN if access_given(request.user) else _NAMED)(request, [child.pk for child in children])
        # Told whole, and shut to this reader: few have any.
        shut = facts_of_concerns(
            "moment_of_concern", [concern for _, concern, _, opens, _, full, _, _ in listed if full and not opens]
        )
        return [
            Named(key, concern, child, bool(full and opens), bool(account and opens), shut.get(concern, moment))
            for key, concern, child, opens, own, full, account, moment in listed
            if opens or own
        ]

    return once(("named", *(child.pk for child in children)), found)


def _naming(own: Callable[[Any], Any]) -> ByKeys[tuple[Any, ...]]:
    """The rows that name children, by the keys of those. `own` says whether the reader sees one because the record of
    its child is open to them.
    """

    def written(asked: Asked) -> Any:
        rows = visible(asked, ConcernChild).filter(asked.of("child_id"))
        facts = {
            "opens": of_concern_seen(ConcernChild, asked.user),
            "own": own(asked),
            "whole": ExpressionWrapper(whole(), BooleanField()),
            "account": ExpressionWrapper(_said_or_by_role(_TELLS_ACCOUNT), BooleanField()),
        }
        told = rows.annotate(**facts).annotate(moment=Case(When(whole=True, then=None), default=_MOMENT))
        columns = ("pk", "concern_id", "child_id", "opens", "own", "whole", "account", "moment")
        return told.order_by("pk").values_list(*columns)

    return ByKeys(written)


def _because_of_its_child(asked: Asked) -> ExpressionWrapper:
    ways = (visible(asked, ConcernChild, way).filter(asked.of("child_id")).values("pk") for way in _OWN)
    return ExpressionWrapper(reduce(or_, (Q(pk__in=rows) for rows in ways)), BooleanField())


_NAMED = _naming(lambda asked: Value(False))
_NAMED_OR_OWN = _naming(_because_of_its_child)


def told_of(request: Request, child: Child) -> list[UUID]:
    """Keys of the concerns that tell of `child` in full. What somebody else may see of one (their own words, an action
    of theirs) is no entry of the child's chronology.
    """
    return list(told_of_each(request, [child]))


def told_of_each(request: Request, children: Sequence[Child]) -> dict[UUID, list[Child]]:
    """The concerns that tell of one of these children in full, each with the children of whom it tells."""
    whose = {child.pk: child for child in children}
    telling: dict[UUID, list[Child]] = {}
    for one in named(request, children):
        if one.tells:
            telling.setdefault(one.concern_id, []).append(whose[one.child_id])
    return telling


def with_account(request: Request, children: Sequence[Child]) -> set[UUID]:
    """The concerns whose words stand in the file of one of these children: the account, the child's own, and why it was
    so decided.
    """
    return {one.concern_id for one in named(request, children) if one.with_account}


def linked(request: Request, children: Sequence[Child]) -> list[Named]:
    """Where they are named and nothing is told in full: neither of that child, nor, in a family chronology, of a
    brother or sister.
    """
    telling = told_of_each(request, children)
    return [one for one in named(request, children) if one.concern_id not in telling]
