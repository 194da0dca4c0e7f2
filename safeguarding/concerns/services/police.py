"""Take down what the police tell the school of a domestic-abuse incident, and say who supports the child (Operation
Encompass).

The notice becomes a concern like any other: who reads concerns reads it, and whoever took it down sees what a reporter
sees. The key adult is told that support is asked for, and nothing else; a lead tells them whom and how.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import Notice, School, User
from safeguarding.accounts.permissions import ensure, ensure_works_at
from safeguarding.accounts.services import LEADS, settle_notices, tell
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.capabilities import ConcernCapability
from safeguarding.concerns.models import Account, Concern, ConcernChild, HowSoon, PoliceNotice
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import ensure_decides, ensure_may_act
from safeguarding.concerns.services.duties import prompts_of
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.concerns.services.raising import AccountFacts, Report, raise_concern
from safeguarding.concerns.services.withholding import NOT_RECORDED
from safeguarding.exceptions import BadInput, ChangedSince

TAKERS = "Only the office and safeguarding leads of this school take down what the police tell it."
# The duty that says of which kind of concern a notice is.
CODE = "encompass"
_ROLE, _UNNAMED = ConcernChild.Role.WORRIED_ABOUT, ConcernChild.Kind.NOT_YET


@dataclass(frozen=True)
class Noticed:
    """The six things of a notice. `happened_at` may be None; `key_adult` and `support` go together, or come later.

    `unknown` are keys of children who were chosen and whom its taker may not name (`withholding`).
    """

    happened_on: date | None
    happened_at: time | None
    received_at: datetime | None
    force: str
    said: str
    children: Sequence[Child]
    unknown: Sequence[UUID] = ()
    their_reference: str = ""
    key_adult: User | None = None
    support: str = ""

    def problems(self, *, at: datetime) -> Iterator[tuple[str, str]]:
        """Why this is no notice: each a field, and a sentence without its full stop."""
        if self.happened_on is None:
            yield "happened_on", "Enter the day of the incident"
        elif self.received_at and self.happened_on > timezone.localdate(self.received_at):
            yield "happened_on", "The day of the incident must not be later than the day on which the notice came"
        if self.received_at is None:
            yield "received_at", "Enter when the notice came"
        elif self.received_at > at:
            yield "received_at", "When the notice came must be now or in the past"
        if not self.force.strip():
            yield "force", "Enter the police force, and who sent or rang it"
        if not (self.children or self.unknown):
            yield (
                "q",
                "Choose at least one child. Where the child is not at this school, tell a safeguarding lead instead",
            )
        if not self.said.strip():
            yield "said", "Write what happened, as the police put it"
        yield from support_problems(self.key_adult, self.support)


def support_problems(key_adult: User | None, support: str) -> Iterator[tuple[str, str]]:
    """A key adult without a kind of support, or the other way round."""
    if key_adult is not None and not support:
        yield "support", "Choose silent or overt support, or leave the key adult open"
    if support and key_adult is None:
        yield "key_adult", "Choose the key adult who gives the support, or leave the support open"


@transaction.atomic
@door("reporting")
def take_notice(*, token: UUID, school: School, noticed: Noticed, by: User, at: datetime | None = None) -> Concern:
    """The notice as a concern, needed today, and its own record beside it. Leads on duty are told, and the key adult.

    The same token again returns the concern that is there. Raises `NotAllowed`, `BadInput`.
    """
    ensure(by, ConcernCapability.TAKE_POLICE_NOTICES, school.pk, TAKERS)
    at = at or timezone.now()
    for _, problem in noticed.problems(at=at):
        raise BadInput(f"{problem}.")
    kind = next(one for one in prompts_of(school.pk, timezone.localdate(at)) if one.code == CODE).now
    report = Report(
        how_soon=HowSoon.TODAY,
        children=[
            *(ChildEntry(role=_ROLE, child=child) for child in noticed.children),
            *(ChildEntry(_ROLE, kind=_UNNAMED, description=NOT_RECORDED, key=key) for key in noticed.unknown),
        ],
        account=AccountFacts(
            facts=noticed.said.strip(),
            observed_on=noticed.happened_on,
            observed_at=noticed.happened_at,
            how_known=Account.HowKnown.POLICE,
        ),
        category=kind.category,
        subcategory=kind.subcategory,
    )
    concern = raise_concern(token=token, school=school, report=report, by=by, at=at)
    if (there := PoliceNotice.objects.filter(concern=concern).first()) is not None:
        return there.concern
    notice = PoliceNotice(
        concern=concern,
        school=school,
        received_at=noticed.received_at or at,
        force=noticed.force.strip(),
        their_reference=noticed.their_reference.strip(),
    )
    if noticed.key_adult is not None:
        _ensure_may_support(noticed.key_adult, concern, at)
        _name(notice, noticed.key_adult, noticed.support, by=by, at=at)
    notice.save(force_insert=True)
    record(Verb.CREATE, notice, by=by)
    if notice.key_adult is not None:
        _tell(notice, notice.key_adult, at=at)
    return concern


@transaction.atomic
def name_key_adult(
    *, notice: PoliceNotice, seen: int, key_adult: User, support: str, by: User, at: datetime | None = None
) -> PoliceNotice:
    """Who supports the child, and how. Whoever is named anew is told that support is asked for, and nothing else.

    `seen` is the revision on the lead's screen. Raises `NotAllowed`, `BadInput`, and `ChangedSince` when somebody else
    saved first.
    """
    ensure_decides(by, notice.concern_id, notice.school_id, LEADS)
    at = at or timezone.now()
    for _, problem in support_problems(key_adult, support):
        raise BadInput(f"{problem}.")
    now = PoliceNotice.objects.select_for_update(of=("self",)).select_related("concern").get(pk=notice.pk)
    if (now.key_adult_id, now.support) == (key_adult.pk, support):
        return now
    if now.revision != seen:
        raise ChangedSince("Somebody else has since named the key adult. Look at what the page says now.")
    _ensure_may_support(key_adult, now.concern, at)
    before = now.key_adult_id
    _name(now, key_adult, support, by=by, at=at)
    now.revision += 1
    now.save(update_fields=["key_adult", "support", "named_at", "named_by", "revision"])
    record(Verb.ASSIGN, now, by=by, purpose="key adult")
    if before != key_adult.pk:
        settle_notices(object_id=now.pk, kinds=(ConcernNotice.SUPPORT,), by=by, at=at)
        _tell(now, key_adult, at=at)
    return now


def support_asked(notice_id: UUID, *, by: User) -> Notice | None:
    """The newest word to `by` that support is asked for: it is theirs, and says nothing of the notice it came with."""
    mine = Notice.objects.filter(user=by, kind=ConcernNotice.SUPPORT, object_id=notice_id)
    return mine.select_related("school").order_by("-created_at", "-pk").first()


def _ensure_may_support(key_adult: User, concern: Concern, at: datetime) -> None:
    ensure_works_at(key_adult, concern.school_id, timezone.localdate(at))
    ensure_may_act(key_adult, concern.pk)


def _name(notice: PoliceNotice, key_adult: User, support: str, *, by: User, at: datetime) -> None:
    notice.key_adult, notice.support, notice.named_at, notice.named_by = key_adult, support, at, by


def _tell(notice: PoliceNotice, key_adult: User, *, at: datetime) -> None:
    tell(
        people=[key_adult],
        school_id=notice.school_id,
        kind=ConcernNotice.SUPPORT,
        object_type="support",
        object_id=notice.pk,
        at=at,
    )
