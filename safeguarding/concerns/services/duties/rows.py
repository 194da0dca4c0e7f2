"""Which duties are there at a school on a day, in whose words, and of which concerns?

What Harbour brings, or the school's own row.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import ROLES, Capability
from safeguarding.accounts.services import SETTERS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Asked, Category, Concern, DutyFact, DutyRule, Subcategory
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.keys import entry_token

# More than a law that says “as soon as possible” leaves.
MOST_DAYS = 10
IN_PERSON = DutyFact.Whom.IN_PERSON


@dataclass(frozen=True)
class Prompt:
    """A duty as it holds at a school: what Harbour brings, and the school's own row where it has one."""

    fact: DutyFact
    rule: DutyRule | None

    @property
    def now(self) -> Asked:
        """Whose words, kind, roles and days hold."""
        return self.rule or self.fact

    @property
    def code(self) -> str:
        return self.fact.code

    @property
    def in_person(self) -> bool:
        return self.fact.whom == IN_PERSON

    def is_about(self, concern: Concern) -> bool:
        """Whether it is asked of a concern of this kind, or of one of which only the category was said."""
        now = self.now
        return concern.category_id == now.category_id and (
            now.subcategory_id is None or concern.subcategory_id in (None, now.subcategory_id)
        )


@dataclass(frozen=True)
class Words:
    """What a school types of a duty. `role_keys` and `days` are empty where it is asked of the school."""

    title: str
    asks: str
    category: Category | None
    subcategory: Subcategory | None = None
    role_keys: Sequence[str] = ()
    days: int | None = None


def prompts_of(school_id: UUID, on: date) -> list[Prompt]:
    """Every duty that holds on a day, those in person first: one query."""
    rules = DutyRule.objects.filter(school_id=school_id, ended_at=None)
    own = {rule.code: rule for rule in rules.select_related("category", "subcategory", "made_by")}
    return [Prompt(fact, own.get(fact.code)) for fact in _facts_on(on)]


@lru_cache(maxsize=8)
def _facts_on(on: date) -> tuple[DutyFact, ...]:
    """Those that Harbour brings on a day. Kept: another version of Harbour brings others."""
    facts = DutyFact.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)
    # Of two rows of one duty the newer holds.
    newest = {fact.code: fact for fact in facts.select_related("category", "subcategory").order_by("valid_from", "pk")}
    return tuple(sorted(newest.values(), key=lambda fact: (fact.whom != IN_PERSON, fact.code)))


def prompts_for(concern: Concern, prompts: Iterable[Prompt]) -> list[Prompt]:
    """Of these, the ones that are asked of this concern."""
    return [one for one in prompts if one.is_about(concern)]


def may_hold(concern: Concern) -> bool:
    """Whether any duty can be asked of it: nothing is, before somebody has said of which kind it is."""
    return concern.category_id is not None and concern.finished_at is not None


def fact_of(fact_id: UUID, school_id: UUID, on: date) -> Prompt | None:
    """The duty with this key, as it holds at a school on a day."""
    return next((one for one in prompts_of(school_id, on) if one.fact.pk == fact_id), None)


def earlier_rules(school_id: UUID) -> QuerySet[DutyRule]:
    """What the school had before, the most recent first."""
    ended = DutyRule.objects.filter(school_id=school_id).exclude(ended_at=None)
    return ended.select_related("category", "subcategory", "made_by", "ended_by").order_by("-ended_at", "-pk")


def words_problems(words: Words, *, in_person: bool) -> Iterator[tuple[str, str]]:
    """Why these cannot be the words of a duty: each a field, and a sentence without its full stop."""
    if not words.title.strip():
        yield "title", "Enter a title"
    if not words.asks.strip():
        yield "asks", "Write what is asked"
    if words.category is None:
        yield "kind", "Choose the kind of concern"
    elif words.subcategory is not None and words.subcategory.category_id != words.category.pk:
        yield "kind", "Choose the kind of concern from the list"
    if not in_person:
        return
    if not words.role_keys:
        yield "role_keys", "Choose at least one role: the law asks it of somebody"
    if unknown := set(words.role_keys) - set(ROLES):
        yield "role_keys", f"Choose roles from the list: {sorted(unknown)[0]} is none"
    if words.days is None or not 0 <= words.days <= MOST_DAYS:
        yield "days", f"Working days must be a number from 0 to {MOST_DAYS}"


@transaction.atomic
def save_rule(
    *,
    school: School,
    prompt: Prompt,
    token: UUID,
    seen: UUID | None,
    words: Words,
    by: User,
    at: datetime | None = None,
) -> DutyRule:
    """The school's own words from now on; its former row ends. The same words again change nothing.

    `seen` is the row that stood on the page, None for what Harbour brings. Raises `NotAllowed`, `BadInput`, and
    `ChangedSince` where somebody else has saved meanwhile.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    for _, problem in words_problems(words, in_person=prompt.in_person):
        raise BadInput(f"{problem}.")
    at = at or timezone.now()
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    live = DutyRule.objects.filter(school=school, code=prompt.code, ended_at=None).first()
    given = asdict(words) | {
        "category": words.category,
        "subcategory": words.subcategory,
        "role_keys": list(words.role_keys),
    }
    if live is not None and all(getattr(live, name) == value for name, value in given.items()):
        return live
    key = entry_token(token, *(str(value.pk if hasattr(value, "pk") else value) for value in given.values()))
    if there := DutyRule.objects.filter(token=key, school=school).first():
        return there
    if (live and live.pk) != seen:
        who = f"{live.made_by.full_name} changed" if live else "Somebody has ended"
        raise ChangedSince(f"{who} this duty while you were writing. Open it again to see what it says now.")
    if live is not None:
        _end(live, by=by, at=at)
    made = DutyRule.objects.create(school=school, token=key, code=prompt.code, made_at=at, made_by=by, **given)
    record(Verb.CREATE, made, by=by)
    return made


def find_rule(rule_id: UUID, school_id: UUID) -> DutyRule | None:
    """A school's own words for a duty, whether they hold or not."""
    return DutyRule.objects.filter(pk=rule_id, school_id=school_id).first()


@transaction.atomic
def end_rule(*, rule: DutyRule, by: User, at: datetime | None = None) -> None:
    """What Harbour brings holds again. Raises `NotAllowed`, `OutOfTurn` where the row holds no more."""
    ensure(by, Capability.MANAGE_SCHOOL, rule.school_id, SETTERS)
    locked = DutyRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if locked.ended_at is not None:
        raise OutOfTurn("This has been changed or ended already. Open the duties again to see what is so now.")
    _end(locked, by=by, at=at or timezone.now())


def _end(rule: DutyRule, *, by: User, at: datetime) -> None:
    rule.ended_at, rule.ended_by = at, by
    rule.save(update_fields=["ended_at", "ended_by"])
    record(Verb.WITHDRAW, rule, by=by)
