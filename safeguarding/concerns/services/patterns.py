"""Say which patterns a school wants to be shown, and what becomes of one that was shown."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import LEADS, SETTERS
from safeguarding.audit.by_keys import ByKeys
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.concerns.models import Category, Concern, PatternRule, PatternRuling
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token

K = PatternRule.Kind
MOST_DAYS, MOST_NUMBER = 365, 20
# What a school may begin with: (kind, how many, in how many days). From practice, not from guidance; each can be
# changed.
USUAL = (
    (K.NUMBER, 3, 30),
    (K.PLACE, 3, 60),
    (K.WEEKDAY, 3, 60),
    (K.ADULT, 3, 90),
    (K.RISING, 3, 90),
    (K.SILENCE, 3, 42),
)


_in_force = ByKeys(
    lambda asked: PatternRule.objects.filter(asked.one("school_id"), ended_at=None).select_related(
        "category", "added_by"
    )
)


def rules_of(school_id: UUID) -> list[PatternRule]:
    """The rules in force at a school, in the order of their kinds."""
    order = list(K)
    return sorted(
        _in_force.whoever_asks([school_id]),
        key=lambda rule: (order.index(K(rule.kind)), rule.number, rule.days, rule.pk),
    )


def earlier_rules(school_id: UUID) -> QuerySet[PatternRule]:
    """Those that were ended or changed, the most recent first."""
    ended = PatternRule.objects.filter(school_id=school_id).exclude(ended_at=None)
    return ended.select_related("category", "added_by", "ended_by").order_by("-ended_at", "-pk")


def find_rule(rule_id: UUID, school_id: UUID) -> PatternRule | None:
    """A rule in force at a school."""
    rules = PatternRule.objects.filter(pk=rule_id, school_id=school_id, ended_at=None)
    return rules.select_related("category", "added_by").first()


def rule_problems(kind: str, number: int | None, days: int | None, category: object) -> Iterator[tuple[str, str]]:
    """Why this is no rule: each a field, and a sentence without its full stop."""
    if kind not in K:
        yield "kind", "Choose what is looked for"
    least, most = (2, 4) if kind == K.RISING else (1, MOST_NUMBER) if kind == K.SILENCE else (2, MOST_NUMBER)
    if number is None or not least <= number <= most:
        yield "number", f"How many concerns must be a number from {least} to {most}"
    if days is None or not 1 <= days <= MOST_DAYS:
        yield "days", f"In how many days must be a number from 1 to {MOST_DAYS}"
    if category and kind != K.NUMBER:
        yield "category", f"Choose a kind of concern only with “{K.NUMBER.label}”"


@transaction.atomic
def add_rule(
    *,
    school: School,
    token: UUID,
    kind: str,
    number: int,
    days: int,
    category: Category | None = None,
    by: User,
    at: datetime | None = None,
) -> PatternRule:
    """A rule from now on. The same again returns the rule that is there.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn` for a form sent again after its rule has ended.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    for _, problem in rule_problems(kind, number, days, category):
        raise BadInput(f"{problem}.")
    School.objects.select_for_update().get(pk=school.pk)
    alike = PatternRule.objects.filter(
        school=school, kind=kind, number=number, days=days, category=category, ended_at=None
    )
    if there := alike.first():
        return there
    made, is_new = PatternRule.objects.get_or_create(
        token=_token_of(token, kind, number, days, category),
        defaults={
            "school": school,
            "kind": kind,
            "number": number,
            "days": days,
            "category": category,
            "added_at": at or timezone.now(),
            "added_by": by,
        },
    )
    if not is_new:
        raise OutOfTurn("This rule was made before, and has ended since. Open the page again to make a new one.")
    record(Verb.CREATE, made, by=by)
    return made


def _token_of(token: UUID, kind: str, number: int, days: int, category: Category | None) -> UUID:
    return entry_token(token, kind, number, days, category and category.pk)


@transaction.atomic
def add_usual_rules(*, school: School, token: UUID, by: User, at: datetime | None = None) -> list[PatternRule]:
    """The usual ones, to begin with."""
    return [
        add_rule(school=school, token=uuid5(token, kind), kind=kind, number=number, days=days, by=by, at=at)
        for kind, number, days in USUAL
    ]


@transaction.atomic
def change_rule(
    *,
    rule: PatternRule,
    token: UUID,
    number: int,
    days: int,
    category: Category | None = None,
    by: User,
    at: datetime | None = None,
) -> PatternRule:
    """The same kind of rule with other numbers: the former one ends, and what was said of its patterns stays with it.
    The same form again changes it once.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn` where somebody has changed or ended it already.
    """
    ensure(by, Capability.MANAGE_SCHOOL, rule.school_id, SETTERS)
    at = at or timezone.now()
    key = _token_of(token, rule.kind, number, days, category)
    if there := PatternRule.objects.filter(token=key, school=rule.school, added_by=by, ended_at=None).first():
        return there
    if (number, days, category) == (rule.number, rule.days, rule.category):
        return rule
    end_rule(rule=rule, by=by, at=at)
    return add_rule(
        school=rule.school, token=token, kind=rule.kind, number=number, days=days, category=category, by=by, at=at
    )


@transaction.atomic
def end_rule(*, rule: PatternRule, by: User, at: datetime | None = None) -> None:
    """Nothing is looked for by this rule any more. Raises `NotAllowed`, `OutOfTurn`."""
    ensure(by, Capability.MANAGE_SCHOOL, rule.school_id, SETTERS)
    held = PatternRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if held.ended_at is not None:
        raise OutOfTurn("This rule has been changed or ended already. Open the rules again to see what is so now.")
    held.ended_at, held.ended_by = at or timezone.now(), by
    held.save(update_fields=["ended_at", "ended_by"])
    record(Verb.WITHDRAW, held, by=by)


@transaction.atomic
def rule_on(
    *,
    rule: PatternRule,
    child: Child,
    concerns: Sequence[Concern],
    verdict: str,
    reason: str,
    token: UUID,
    by: User,
    at: datetime | None = None,
) -> PatternRuling:
    """Say of these concerns, which a rule had found together, that they were looked at, or are not a pattern and why.

    It is kept with exactly these records. The same again returns what is there. Raises `NotAllowed`, `BadInput`.
    """
    ensure(by, Capability.DECIDE_CONCERNS, child.school_id, LEADS)
    if rule.school_id != child.school_id or not may_view(by, child):
        raise NotAllowed(LEADS)
    keys = sorted(concern.pk for concern in concerns)
    reason = reason.strip()
    if not keys or not all(may_view(by, concern) for concern in concerns):
        raise BadInput("Open the pattern again: the concerns that it shows have changed.")
    if verdict not in PatternRuling.Verdict:
        raise BadInput("Choose what you say of it.")
    if verdict == PatternRuling.Verdict.NOT_A_PATTERN and not reason:
        raise BadInput("Say why it is not a pattern.")
    made, is_new = PatternRuling.objects.get_or_create(
        token=entry_token(token, verdict, reason, *keys),
        ruled_by=by,
        defaults={
            "school_id": child.school_id,
            "rule": rule,
            "child": child,
            "verdict": verdict,
            "records": keys,
            "reason": reason,
            "ruled_at": at or timezone.now(),
        },
    )
    if is_new:
        record(Verb.REVIEW, made, by=by, purpose=verdict)
    return made
