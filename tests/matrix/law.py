"""What has the law asked about the concerns of the matrix, and what have the police sent word of?"""

from typing import Any

from safeguarding.accounts.models import Notice
from safeguarding.concerns.models import Category, Duty, DutyRule, PoliceNotice
from safeguarding.concerns.services import duties
from safeguarding.keys import uuid7
from tests.matrix.ground import RECORDS, THEN, TODAY, given_row


def lay_law(world: Any) -> None:
    """A duty of each reporter, done with a word in each field; a police notice; and one duty in the words of each
    school.

    Given as rows: how they come to be is tested elsewhere, and the concerns here are of no kind.
    """
    [prompt] = [one for one in duties.prompts_of(world.here.pk, TODAY) if one.in_person]
    for record in RECORDS:
        word, concern, by, lead = world.word, world.concerns[record], world.reporter_of(record), world.lead_of(record)
        of = {"concern": concern, "school": world.school_of(record)}
        duty = given_row(
            Duty,
            **of,
            reference=concern.reference,
            owner=by,
            code=prompt.code,
            title="Report it",
            asks="Report it yourself.",
            law="An Act",
            due_on=TODAY,
            created_at=THEN,
            how_ended="reported",
            police_reference=word(),
            reported_at=THEN,
            reason=word(),
            ended_at=THEN,
            ended_by=by,
        )
        notice = given_row(PoliceNotice, **of, received_at=THEN, force=word(), their_reference=word())
        if record == "action":
            given_row(
                Notice,
                user=world.people["assistant"],
                school=of["school"],
                kind="support",
                object_type="support",
                object_id=notice.pk,
                created_at=THEN,
            )
        world.keys[record] |= {"duty": duty.pk, "police_notice": notice.pk, "duty_fact": prompt.fact.pk}
        if record in ("open", "other"):
            rule = given_row(
                DutyRule,
                school=of["school"],
                token=uuid7(),
                code="prevent",
                title="Prevent",
                asks="Consider a referral.",
                category=Category.objects.get(pk="RAD"),
                made_at=THEN,
                made_by=lead,
            )
            world.keys[record]["duty_rule"] = rule.pk
