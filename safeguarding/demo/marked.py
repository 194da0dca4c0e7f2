"""What has the lead of the demo school marked?

Significant events of one child, a meeting prepared, patterns looked at, an adult named.
"""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import cast
from uuid import UUID, uuid4

from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import Acting, acting
from safeguarding.concerns import chronology
from safeguarding.concerns.briefing import gather
from safeguarding.concerns.models import Concern, PatternRule, PatternRuling
from safeguarding.concerns.patterns import look
from safeguarding.concerns.services import briefs, naming_adults, patterns, significant
from safeguarding.demo.ground import Ground
from safeguarding.http import Request

_LEAD, _CHILD = "S02", "P0150"
_LINES = (
    "The second time in a month that contact at the weekend is followed by a bruise.",
    "First time he has said anything about home in his own words.",
    "Attendance and mood both changed from this week on.",
)
_CALL = (
    "The safeguarding lead of the earlier school rang. Their file has two concerns about contact "
    "arrangements that were not "
    "in what they sent. She will send them by the secure transfer this week."
)
_WRITTEN = briefs.Written(
    worries="Contact at the weekend is followed by marks and by silence. He is asked where he lives.",
    works="A named adult at the gate every morning. He talks when he draws. Football club on Thursdays.",
    asks="Social care: supervise contact, or say by Friday why not.\nHealth: a paediatric view of the bruise on "
    "the forearm.",
)
_WHY_NOT = (
    "Three different matters, each with its own reason and its own plan. Read all three and spoke to the "
    "class teacher: "
    "nothing joins them but the room."
)


def mark(school: School, ground: Ground) -> None:
    """Three significant events, an entry by hand, the two pages, three rules and what was said of what they found."""
    lead, now = ground.users[_LEAD], ground.now
    child = Child.objects.get(pk=ground.children[_CHILD])
    asking = cast(Request, SimpleNamespace(user=lead))
    with acting(Acting(user_id=lead.pk, school_id=school.pk)):
        entries = chronology.read(asking, child, size=None).entries
        logged = [entry for entry in entries if entry.place and entry.place[0] == "logged"]
        for entry, line in zip(logged, _LINES, strict=False):
            significant.pin(child=child, entry=entry, seen=None, token=uuid4(), analysis=line, by=lead, at=now)
        rang = now - timedelta(days=24)
        happened = significant.Happened(
            what="call", on=timezone.localdate(rang), text=_CALL, told_by="the safeguarding lead of the earlier school"
        )
        significant.add_entry(child=child, token=uuid4(), happened=happened, by=lead, at=rang)
        said = [one.account for one in gather(asking, child, None, at=now).said if one.ticked]
        briefs.save_brief(child=child, seen=0, written=replace(_WRITTEN, words=said), by=lead, at=now)
        _find(school, lead, asking, ground)
        _name(school, child, [entry.concern_id for entry in logged if entry.concern_id], lead, ground)


def _find(school: School, lead: User, asking: Request, ground: Ground) -> None:
    """Two rules: the oldest of what they find is not a pattern, the next has been looked at, the rest waits."""
    since = ground.now - timedelta(days=200)
    rules = [
        patterns.add_rule(school=school, token=uuid4(), kind=kind, number=3, days=days, by=lead, at=since)
        for kind, days in (("number", 60), ("place", 120))
    ]
    hits = look(asking, rules, today=timezone.localdate(ground.now)).hits
    verdicts = ((PatternRuling.Verdict.NOT_A_PATTERN, _WHY_NOT), (PatternRuling.Verdict.LOOKED_AT, ""))
    for hit, (verdict, reason) in zip(reversed(hits[1:]), verdicts, strict=False):
        patterns.rule_on(
            rule=hit.rule,
            child=hit.child,
            concerns=hit.concerns,
            verdict=verdict,
            reason=reason,
            token=uuid4(),
            by=lead,
            at=ground.now,
        )


def _name(school: School, child: Child, concerns: list[UUID], lead: User, ground: Ground) -> None:
    """The same adult of his record is named in the newest concerns about him.

    The rule that finds them waits to be looked at.
    """
    patterns.add_rule(
        school=school, token=uuid4(), kind=PatternRule.Kind.ADULT, number=2, days=200, by=lead, at=ground.now
    )
    adult = child.contacts.select_related("contact").order_by("order", "pk")[0].contact
    for concern in Concern.objects.filter(pk__in=concerns).order_by("-logged_at", "pk")[:3]:
        naming_adults.name_adult(concern=concern, adult=adult, by=lead, at=ground.now)
