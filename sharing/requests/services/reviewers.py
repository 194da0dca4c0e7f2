"""Who reviews each item? Somebody who may see what it was copied from; the preparer, where she may.

Else it is the next of those who decide what the lead may not see. That something was entered in error hides it from
nobody here. Where nobody may see it, an item stays without a reviewer. What comes from the store of concerns about
adults is reviewed by whoever answered for it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.permissions import live
from safeguarding.accounts.second_person import somebody_else
from safeguarding.accounts.services import tell
from safeguarding.audit.context import with_errors
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern
from safeguarding.parts import Key
from sharing.requests.models import RequestItem, RequestRole, RightsRequest, SearchPlace
from sharing.requests.notice_kinds import RequestNotice

from .item_numbers import renumber

Part = RequestRole.Part
_CHILD, _CONCERN = Child._meta.label_lower, Concern._meta.label_lower


@dataclass(frozen=True)
class Source:
    """What an item was copied from: its record, if it has one, and that on which the right to see it hangs."""

    record: Key | None
    right: Key


def source_of(case: RightsRequest, item: RequestItem) -> Source:
    """The same of an item that is there. What was added by hand belongs to the child of the case."""
    child = item.of_child or case.child_id
    right = Key(_CONCERN, item.concern_key) if item.concern_key else Key(_CHILD, child)  # type: ignore[arg-type]
    key = Key(item.source, item.source_key) if item.source and item.source_key else None
    return Source(key, right)


class Choice:
    """Chooses among the people of one case: a few queries for each of them, however many items there are."""

    def __init__(self, case: RightsRequest, sources: Collection[Source]) -> None:
        self.case = case
        keys = {key for source in sources for key in (source.record, source.right) if key is not None}
        self._by_label: defaultdict[str, set[UUID]] = defaultdict(set)
        for label, key in keys:
            self._by_label[label].add(key)
        self.people = _people(case)
        self._seen: dict[UUID, frozenset[Key]] = {}
        self._there = self._rows(None)

    def of(self, source: Source) -> User | None:
        """The first who may see it."""
        return next((user for user in self.people if self.sees(user, source)), None)

    def sees(self, user: User, source: Source) -> bool:
        """Whether somebody may see it. Of what is not there any more, that on which it hung decides."""
        if user.pk not in self._seen:
            self._seen[user.pk] = self._rows(user)
        asked = [source.right]
        if source.record is not None and source.record in self._there:
            asked.append(source.record)
        return all(key in self._seen[user.pk] for key in asked)

    def _rows(self, user: User | None) -> frozenset[Key]:
        """The records that somebody may see; None: those that there are."""
        found: set[Key] = set()
        with with_errors("all"):
            for label, keys in self._by_label.items():
                rows = apps.get_model(label)._default_manager.filter(pk__in=list(keys))
                if user is not None:
                    rows = rows.visible_to(user)  # type: ignore[attr-defined]
                found |= {Key(label, key) for key in rows.values_list("pk", flat=True)}
        return frozenset(found)


def _people(case: RightsRequest) -> list[User]:
    """Who may be asked, in order: the preparer, reviewers of this case, leads, and who decides in their place.

    Never who approves it.
    """
    roles = RequestRole.objects.filter(case=case, ended_at=None).select_related("user").order_by("named_at", "pk")
    by_part: defaultdict[str, list[User]] = defaultdict(list)
    for role in roles:
        by_part[role.part].append(role.user)
    if not by_part[Part.PREPARER]:
        return []
    today = timezone.localdate()
    [preparer] = by_part[Part.PREPARER]
    leads = RoleAssignment.objects.filter(
        live(today), school_id=case.school_id, role_key="lead", user__is_active=True
    ).select_related("user")
    others = somebody_else("hidden_from_lead", case.school_id, than=preparer, on=today)
    in_order = [preparer, *by_part[Part.REVIEWER], *(one.user for one in leads.order_by("call_order", "pk")), *others]
    approving = {user.pk for user in by_part[Part.APPROVER]}
    return list({user.pk: user for user in in_order if user.is_active and user.pk not in approving}.values())


def assign(case: RightsRequest, *, at: datetime | None = None) -> int:
    """Give each item a reviewer who may see it, and keep the one it has where they still may and are named.

    Of the worker, in the task of requests. Returns how many have another one now. May run again.
    """
    at = at or timezone.now()
    items = list(RequestItem.objects.filter(case=case).order_by("number").defer("content", "found"))
    apart = _who_answered(items)
    sources = {item.pk: source_of(case, item) for item in items}
    choice = Choice(case, list(sources.values()))
    named = set(
        RequestRole.objects.filter(case=case, ended_at=None, part__in=(Part.PREPARER, Part.REVIEWER))
        .values_list("user_id", flat=True)
    )  # fmt: skip
    by_key = {user.pk: user for user in choice.people}
    moved: defaultdict[UUID | None, list[UUID]] = defaultdict(list)
    reviewing: set[UUID | None] = set()
    for item in items:
        wanted: UUID | None
        if item.pk in apart:
            wanted = apart[item.pk]
        elif item.reviewer_id in named & by_key.keys() and choice.sees(by_key[item.reviewer_id], sources[item.pk]):
            wanted = item.reviewer_id
        else:
            found = choice.of(sources[item.pk])
            wanted = found.pk if found else None
        reviewing.add(wanted)
        if wanted != item.reviewer_id:
            moved[wanted].append(item.pk)
    # Named first: an item goes to nobody who is not.
    name(case, User.objects.filter(pk__in=[key for key in reviewing if key]), at=at)
    for reviewer, keys in moved.items():
        RequestItem.objects.filter(pk__in=keys).update(reviewer=reviewer)
    changed = sum(map(len, moved.values()))
    if renumber(case) or changed:
        record(Verb.ASSIGN, case, purpose="reviewers")
    return changed


def _who_answered(items: Iterable[RequestItem]) -> Mapping[UUID, UUID]:
    """Of items from the store of concerns about adults, who answered for it."""
    places = {item.place_id for item in items if item.place_id}
    rows = SearchPlace.objects.filter(pk__in=places, place__in=SearchPlace.APART)
    who = {place.pk: place.answered_by_id or place.asked_id for place in rows}
    return {item.pk: found for item in items if item.place_id and (found := who.get(item.place_id))}


def name(case: RightsRequest, users: Iterable[User], *, at: datetime) -> list[RequestRole]:
    """Name these people as reviewers who have no part in the review yet, and tell each. By nobody: by what they see."""
    there = set(
        RequestRole.objects.filter(case=case, ended_at=None, part__in=(Part.PREPARER, Part.REVIEWER))
        .values_list("user_id", flat=True)
    )  # fmt: skip
    new = sorted((user for user in users if user.pk not in there), key=lambda user: user.pk)
    made = [
        RequestRole(case=case, school_id=case.school_id, user=user, part=Part.REVIEWER, named_at=at) for user in new
    ]
    for role in made:
        role.save(force_insert=True)
        # Of no school: who reads the log of the school would know that something is hidden from the preparer.
        record(Verb.ASSIGN, object_type=role._meta.label_lower, object_id=role.pk, purpose=Part.REVIEWER)
    if new:
        tell(
            people=new,
            school_id=case.school_id,
            kind=RequestNotice.NAMED,
            object_type="request",
            object_id=case.pk,
            at=at,
        )
    return made
