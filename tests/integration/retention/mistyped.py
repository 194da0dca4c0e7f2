"""A whole school that is due by one slip of a finger, approved by two people who did not look."""

from datetime import date

from children.models import Child, ChildDetail
from retention.models import Approval, Decision, DestructionItem, DestructionList, RetentionDate, Statement
from retention.services.preview import Preview, preview
from retention.services.scan import scan
from retention.services.schedule import adopt_rule, agree_rule, propose_rule
from safeguarding.keys import uuid7

from .conftest import Office, days_ago, time_was_looked_at, wait_is_over

BORN, GONE = date(2019, 3, 1), date(2025, 7, 21)


def mistype_the_rule(place: Office, number: int) -> None:
    """Of 25 years 2 are typed. The page says how many become due by it; the rule is adopted and agreed nevertheless,
    two scans find that all of these children are due, and all of them are decided on, approved and waited for.
    """
    [one, *others] = _children(place, number)
    typed = {"years": 2, "days": None, "basis": "Keeping children safe in education", "source": "The guidance"}
    by, at = place.room.headteacher, days_ago(75)
    rule = propose_rule(school=place.school, token=uuid7(), code="R02", by=by, at=at, **typed)
    assert preview(place.school.pk, [rule]) == Preview(more=number, fewer=0, all=number)
    adopt_rule(school=place.school, rule=rule, by=by, at=at)
    agree_rule(school=place.school, rule=rule, by=place.officer, at=at)
    for days in (45, 37):
        scan(at=days_ago(days))
    place.due()
    assert RetentionDate.objects.filter(seen_again_on__isnull=False, due_on=date(2021, 3, 1)).count() == number
    place.approve(place.sent(one))
    _approved_as(place, Approval.objects.get(), others)
    wait_is_over()
    time_was_looked_at()


def _children(place: Office, number: int) -> list[Child]:
    """Children who were born in 2019 and have left, no other school having their files. As rows: no service makes so
    many in the time of a test.
    """
    at, by = place.school, place.room.lead
    new = {"school": at, "surname": "Thorne", "search_text": "", "entered_on": date(2023, 9, 4), "left_on": GONE}
    children = Child._base_manager.bulk_create(
        Child(number=n, pseudonym=f"P{n}", forename=f"Ida{n}", sort_name=f"thorne{n}", **new) for n in range(number)
    )
    ChildDetail._base_manager.bulk_create(ChildDetail(child=child, school=at, date_of_birth=BORN) for child in children)
    said = {"school": at, "kind": "last_school", "on": GONE, "stated_at": days_ago(90), "stated_by": by}
    Statement._base_manager.bulk_create(Statement(child=child, token=uuid7(), **said) for child in children)
    return children


def _approved_as(place: Office, like: Approval, children: list[Child]) -> None:
    """Each of these stands on a list, decided on and approved by the same two people. As rows, too."""
    by, at = like.decision.decided_by, place.school
    of = {"school": at, "kind": like.item.kind, "rule": like.item.rule}
    of |= {"trigger_on": like.item.trigger_on, "due_on": like.item.due_on}
    made = {"school": at, "year": 2020, "status": "waiting", "made_at": days_ago(20), "made_by": by}
    lists = DestructionList._base_manager.bulk_create(
        DestructionList(number=n, token=uuid7(), **made) for n in range(len(children) // 25 + 1)
    )
    items = DestructionItem._base_manager.bulk_create(
        DestructionItem(on_list=lists[n // 25], place=n % 25, record_key=child.pk, child_key=child.pk, **of)
        for n, child in enumerate(children)
    )
    same = {"school": at, "manifest": bytes(like.manifest)}
    decisions = Decision._base_manager.bulk_create(
        Decision(
            item=item,
            record_key=item.record_key,
            child_key=item.child_key,
            kind="destroy",
            token=uuid7(),
            decided_by=by,
            **same,
        )
        for item in items
    )
    yes = {"waits_until": like.waits_until, "approved_by": like.approved_by, **same}
    Approval._base_manager.bulk_create(
        Approval(item=said.item, record_key=said.record_key, child_key=said.child_key, decision=said, **yes)
        for said in decisions
    )
