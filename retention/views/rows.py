"""The rows of a list as a page shows them: the record, why it is there, what was decided and said, by whom."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from children.models import Child
from retention.capabilities import RetentionCapability as C
from retention.lifecycles import may_stop
from retention.models import Approval, Decision, DestructionItem, DestructionList, Group, ItemReason, Statement
from retention.periods import MOVED
from retention.phrases import HIDDEN, kind_of, rule_of, why
from retention.services.kept import hidden_from
from retention.services.progress import begun_of, known_by
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may
from safeguarding.addresses import address_of
from safeguarding.audit.protection import known
from safeguarding.audit.reading import visible
from safeguarding.ending.kinds import kinds
from safeguarding.ending.reasons import told_to
from safeguarding.http import Request

_A, _S = ItemReason.About, DestructionList.Status


@dataclass
class Row:
    """One record of a list."""

    item: DestructionItem
    child: Child | None
    decision: Decision | None
    approval: Approval | None
    # The newest words of each kind, by `ItemReason.About`.
    said: dict[str, ItemReason]
    kept: list[str] = field(default_factory=list)
    # Its rule would tell the reader of what they may not see.
    is_rule_hidden: bool = False
    # Where it is no child's: its number, or whose of the staff it is.
    called: str = ""
    # That the school's own copy ends although the long rule applies, and why.
    own_copy: Statement | None = None
    form: Any = None
    yes: Any = None

    @property
    def kind(self) -> str:
        return kind_of(self.item.kind)

    @property
    def has_own_key(self) -> bool:
        """Whether a key ends with it, so that no backup can be read."""
        kind = kinds().get(self.item.kind)
        return kind is None or kind.has_own_key

    @property
    def address(self) -> str:
        """Where the record is read that is no child's."""
        return address_of("staff_concern", self.item.record_key) if self.item.in_group == Group.ADULTS else ""

    @property
    def why(self) -> tuple[str, str]:
        return HIDDEN if self.is_rule_hidden else why(self.item.rule, self.item.trigger_on, self.item.due_on)

    @property
    def rule(self) -> str:
        return "" if self.is_rule_hidden else rule_of(self.item.rule)

    @property
    def label(self) -> str:
        """How the record is told from others of the list where it is chosen."""
        return f"{self.item.place}: {self.child.full_name if self.child else self.called or self.kind}"

    @property
    def is_out(self) -> bool:
        return self.item.left_out_at is not None

    @property
    def is_to_end(self) -> bool:
        """Whether it is to be destroyed and nobody has approved it."""
        decided = self.decision is not None and self.decision.kind == Decision.Kind.DESTROY
        return decided and not self.is_out and self.approval is None

    @property
    def is_back(self) -> bool:
        """Whether it was sent back since it was decided."""
        back = self.said.get(_A.BACK)
        return back is not None and (self.decision is None or back.said_at > self.decision.decided_at)


def names_records(user: User, on_list: DestructionList) -> bool:
    """Whether the person sees whose the records on a list are. Others see numbers: of concerns about adults those who
    advise on it alone.
    """
    school_id = on_list.school_id
    if on_list.is_about_adults:
        return may_stop(user, on_list) or on_list.pk in known("adult_lists_kept", user.pk)
    return may(user, C.VIEW_RETENTION, school_id) or may(user, C.SECOND_DESTRUCTION, school_id)


def rows_of(request: Request, on_list: DestructionList, items: Iterable[DestructionItem]) -> list[Row]:
    """These items with what belongs to each, as far as the person sees it."""
    items = list(items)
    keys = [item.pk for item in items]
    decided = {
        one.item_id: one
        for one in visible(request, Decision)
        .filter(item__in=keys)
        .select_related("decided_by")
        .order_by("decided_at", "pk")
    }
    approved = {one.decision_id: one for one in visible(request, Approval).filter(item__in=keys)}
    said: dict[UUID, dict[str, ItemReason]] = {}
    words = visible(request, ItemReason).filter(item__in=keys).select_related("said_by").order_by("said_at", "pk")
    for one in words:
        said.setdefault(one.item_id, {})[one.about] = one
    cards = _cards(request, on_list, items)
    kept = told_to(request.user, _standing(on_list, items))
    copies = _own_copies(request, items)
    hidden = hidden_from(request.user, {item.record_key: item.rule for item in items})
    called = known_by([item.record_key for item in items if item.child_key is None])
    return [
        Row(
            item,
            cards.get(item.child_key) if item.child_key else None,
            decision := decided.get(item.pk),
            approved.get(decision.pk) if decision else None,
            said.get(item.pk, {}),
            kept.get(item.record_key, []),
            item.record_key in hidden,
            called.get(item.record_key, ""),
            copies.get(item.record_key),
        )
        for item in items
    ]


def _own_copies(request: Request, items: list[DestructionItem]) -> dict[UUID, Statement]:
    """What was said of the own copies of these files: whoever approves reads it first."""
    files = [item.record_key for item in items if item.rule and item.rule.code == MOVED]
    if not files:
        return {}
    said = visible(request, Statement).filter(child__in=files, kind=Statement.Kind.OURS_ENDS, withdrawn_at=None)
    return {one.child_id: one for one in said.select_related("stated_by")}


def _standing(on_list: DestructionList, items: list[DestructionItem]) -> list[UUID]:
    """The records of these that something may still come in the way of: on the list, and not begun."""
    if on_list.status not in (_S.REVIEW, _S.APPROVAL, _S.WAITING):
        return []
    begun = begun_of(items)
    return [item.record_key for item in items if not item.left_out_at and item.pk not in begun]


def _cards(request: Request, on_list: DestructionList, items: list[DestructionItem]) -> dict[UUID, Child]:
    """The cards of their children, for those who see names."""
    if not names_records(request.user, on_list):
        return {}
    return {card.pk: card for card in visible(request, Child).filter(pk__in={item.child_key for item in items})}
