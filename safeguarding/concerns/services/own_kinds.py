"""Change which kinds of concern a school offers: add one of its own, rename it, offer one no more, offer it again.

The list itself comes with Harbour, with its sources, and nobody at a school changes a word of it. Four of it stay on
every form: they are the categories under which a child protection plan is made (domain reference 2.1).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import SETTERS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Category, SchoolKind
from safeguarding.concerns.services.reference import valid_on
from safeguarding.exceptions import BadInput, ChangedSince
from safeguarding.keys import entry_token, uuid7

# Neglect, physical, emotional and sexual abuse.
ALWAYS_OFFERED = frozenset({"NEG", "PHY", "EMO", "SEX"})
WHY_ALWAYS = (
    "A child protection plan is made under one of these four categories: neglect, physical, emotional or sexual abuse"
)
ADDED = "Added by the school"
# After every kind of the list.
_LAST = 1000
# As a code of the list cannot begin.
_OWN = "~"
LONGEST_NAME, LONGEST_GUIDANCE = 80, 400


@dataclass(frozen=True)
class Line:
    """One kind as the page lists it.

    `kind` is what the school has decided about it; None where it stands as in the list.
    """

    category: Category
    kind: SchoolKind | None

    @property
    def is_own(self) -> bool:
        return self.category.school_id is not None

    @property
    def offered(self) -> bool:
        return self.kind is None or self.kind.offered

    @property
    def is_retired(self) -> bool:
        return not self.offered

    @property
    def stays(self) -> bool:
        """Whether it is offered everywhere."""
        return self.category.code in ALWAYS_OFFERED


def lines_of(school_id: UUID, *, today: date) -> list[Line]:
    """Every kind of the list in use and every own one of the school, those too that it offers no more: two queries."""
    kinds = SchoolKind.objects.filter(school_id=school_id).select_related("changed_by")
    decided = {kind.category_id: kind for kind in kinds}
    listed = Category.objects.filter(valid_on(today), school=None) | Category.objects.filter(school_id=school_id)
    return [Line(one, decided.get(one.code)) for one in listed.order_by("order", "name", "pk")]


def find_own(kind_id: UUID, school_id: UUID) -> SchoolKind | None:
    """One of the school's own kinds."""
    return (
        SchoolKind.objects.filter(pk=kind_id, school_id=school_id).exclude(name="").select_related("changed_by").first()
    )


def name_problem(name: str, guidance: str, lines: Sequence[Line], *, but: str = "") -> dict[str, str]:
    """Field to sentence, without its full stop, for a name and guidance that cannot be.

    `but` is the code of the kind itself.
    """
    found = {}
    if not name:
        found["name"] = "Write what the kind is called"
    elif len(name) > LONGEST_NAME:
        found["name"] = f"The name must be {LONGEST_NAME} letters or fewer"
    elif any(one.category.name.casefold() == name.casefold() and one.category.code != but for one in lines):
        found["name"] = "There is a kind of concern of that name already"
    if not guidance:
        found["guidance"] = "Write what staff should note when they choose it"
    elif len(guidance) > LONGEST_GUIDANCE:
        found["guidance"] = f"The guidance must be {LONGEST_GUIDANCE} letters or fewer"
    return found


def _checked(name: str, guidance: str, school_id: UUID, on: date, but: str = "") -> tuple[str, str]:
    name, guidance = " ".join(name.split()), guidance.strip()
    for problem in name_problem(name, guidance, lines_of(school_id, today=on), but=but).values():
        raise BadInput(f"{problem}.")
    return name, guidance


def page_token(token: UUID, name: str, guidance: str) -> UUID:
    """A page sent twice makes one kind; gone back to, and sent with other words, another."""
    return entry_token(token, " ".join(name.split()), guidance.strip())


@transaction.atomic
def add_kind(
    *, school: School, token: UUID, name: str, guidance: str, by: User, at: datetime | None = None
) -> SchoolKind:
    """One of the school's own, offered from now on.

    The same page with the same words returns what it made. Raises `NotAllowed`, `BadInput`.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    at = at or timezone.now()
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    key = page_token(token, name, guidance)
    if there := SchoolKind.objects.filter(token=key, school=school).first():
        return there
    name, guidance = _checked(name, guidance, school.pk, timezone.localdate(at))
    category = Category.objects.create(
        code=_OWN + secrets.token_hex(3),
        school=school,
        name=name,
        guidance=guidance,
        order=_LAST,
        valid_from=timezone.localdate(at),
        source=ADDED,
    )
    kind = SchoolKind.objects.create(
        school=school, token=key, category=category, name=name, guidance=guidance, changed_at=at, changed_by=by
    )
    record(Verb.CREATE, kind, by=by)
    return kind


@transaction.atomic
def rename_kind(
    *, kind: SchoolKind, seen: int, name: str, guidance: str, by: User, at: datetime | None = None
) -> SchoolKind:
    """Another name or guidance for one of the school's own; the concerns that have it go by it from now on.

    Raises `NotAllowed`, `BadInput` (also for a kind of Harbour's list), `ChangedSince` when somebody else saved first.
    """
    ensure(by, Capability.MANAGE_SCHOOL, kind.school_id, SETTERS)
    at = at or timezone.now()
    School.objects.select_for_update(no_key=True).get(pk=kind.school_id)
    now = SchoolKind.objects.select_for_update(of=("self",)).get(pk=kind.pk)
    if not now.is_own:
        raise BadInput(
            "This kind comes with Harbour, with its source, and keeps its name. Add one of your own instead."
        )
    name, guidance = _checked(name, guidance, kind.school_id, timezone.localdate(at), but=now.category_id)
    if (now.name, now.guidance) == (name, guidance):
        return now
    _ensure_seen(now, seen, by)
    now.name, now.guidance = name, guidance
    _save(now, by=by, at=at)
    Category.objects.filter(pk=now.category_id, school_id=now.school_id).update(name=name, guidance=guidance)
    return now


@transaction.atomic
def offer_kind(*, school: School, code: str, offered: bool, by: User, at: datetime | None = None) -> SchoolKind | None:
    """Offer a kind on the log form no more, or again. Concerns that have it keep it. As it is already, nothing changes.

    Raises `NotAllowed`, `BadInput` for a kind that is none of the school's or that stays on every form.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    at = at or timezone.now()
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    line = next((one for one in lines_of(school.pk, today=timezone.localdate(at)) if one.category.code == code), None)
    if line is None:
        raise BadInput("Choose a kind of concern from the list.")
    if line.offered == offered:
        return line.kind
    if line.stays:
        raise BadInput(f"{WHY_ALWAYS}. They stay on the form.")
    kind = line.kind or SchoolKind(school=school, token=uuid7(), category=line.category)
    kind.offered = offered
    _save(kind, by=by, at=at)
    return kind


def _ensure_seen(kind: SchoolKind, seen: int, by: User) -> None:
    if kind.revision > seen and kind.changed_by_id != by.pk:
        raise ChangedSince(
            f"{kind.changed_by.full_name} changed this kind while you were writing. Look at what it says "
            "now, then save again."
        )


def _save(kind: SchoolKind, *, by: User, at: datetime) -> None:
    kind.changed_at, kind.changed_by, kind.revision = at, by, kind.revision + 1
    changed = ["name", "guidance", "offered", "changed_at", "changed_by", "revision"]
    kind.save(update_fields=None if kind._state.adding else changed)
    record(Verb.CHANGE, kind, by=by)
