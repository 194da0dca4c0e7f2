"""What have authorities decided for children of the demo school, and when?

Read from the file of plans: for each child everything that happened or is planned, in the order of its days. Dates move
by whole weeks (`Days.in_weeks`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from safeguarding.demo import desk
from safeguarding.demo.days import Days
from safeguarding.demo.source import Entry
from safeguarding.plans import codes
from safeguarding.plans.models import Professional

_CIN, _CIN_PLAN, _CP, _CARE, _EHCP = "child_in_need", "child_in_need_plan", "child_protection", "looked_after", "ehcp"
_OWN_AUTHORITY = "356"
# Numbers that Ofcom keeps for stories.
_DESK = "0161 496 07"
_WORKERS = (("Imogen Calderbank", 11), ("Tunde Fashola", 12), ("Megan Rushworth", 13))
# Children of whom more is told than the file has.
_MISSING, _REFUSED = "P0157", "P0156"
# What the file calls an event, its plan and its step, and what came of it.
_EVENTS = tuple(
    (re.compile(pattern), plan, step, outcome)
    for pattern, plan, step, outcome in (
        (r"LA acknowledges referral", _CIN, "acknowledgement", ""),
        (r"single assessment", _CIN, "assessment", "services"),
        (r"strategy discussion", _CIN, "strategy_discussion", "section_47"),
        (r"section 47 enquiry", _CIN, "section_47", "conference"),
        (r"initial child protection conference", _CIN, "initial_conference", "plan"),
        (r"CIN review", _CIN_PLAN, "plan_review", "continues"),
        (r"(first )?core group", _CP, "core_group", ""),
        (r"(first )?review conference", _CP, "review_conference", "continues"),
        (r"PEP", _CARE, "pep", ""),
        (r"care plan", _CARE, "care_plan", ""),
        (r"(first |second )?LAC review", _CARE, "care_review", ""),
        (r"(initial|review) health assessment", _CARE, "health_assessment", ""),
        (r"LA decides whether to assess", _EHCP, "assess_decision", "assess"),
        (r"school replies to consultation", _EHCP, "consultation", "can"),
        (r"final EHCP", _EHCP, "final_plan", ""),
        (r"annual review", _EHCP, "annual_review", ""),
        (r"LA decision after review", _EHCP, "review_decision", "amend"),
        (r"final amended plan", _EHCP, "amended_plan", ""),
        (r"LA notified", "private_fostering", "notification", ""),
        (r"LA visit", "private_fostering", "visit", ""),
    )
)
_CHASED = "school chases LA"
_ROLES = {
    "social_worker": Professional.Role.SOCIAL_WORKER,
    "team_manager": Professional.Role.TEAM_MANAGER,
    "iro": Professional.Role.REVIEWING_OFFICER,
    "virtual_school_head": Professional.Role.VIRTUAL_SCHOOL,
}
# A school that is asked about a plan has so many days; it sends the report of a review within two weeks.
_TO_REPLY, _TO_REPORT = timedelta(days=15), timedelta(days=9)


@dataclass(frozen=True)
class Begins:
    """A plan begins; `people` are those from outside who work with it: role, name and number. `first` are the results
    of the step with which its kind begins; `told_on` is when that was told, where it is a later day.
    """

    day: date
    plan: str
    authority: str = _OWN_AUTHORITY
    columns: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    people: tuple[tuple[str, str, str], ...] = ()
    first: dict[str, Any] = field(default_factory=dict)
    told_on: date | None = None


@dataclass(frozen=True)
class Held:
    """A step of a plan: held on that day, or planned for it where that is to come. `asked_on`: by when it was asked
    for.
    """

    day: date
    plan: str
    step: str
    columns: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    asked_on: date | None = None


@dataclass(frozen=True)
class Chased:
    """The school asked for a step that waits."""

    day: date
    plan: str
    step: str
    text: str


@dataclass(frozen=True)
class Ends:
    """A plan ends."""

    day: date
    plan: str
    reason: str


Happening = Begins | Held | Chased | Ends
_ORDER: tuple[type[Happening], ...] = (Begins, Chased, Held, Ends)


def happenings(entry: Entry, days: Days) -> list[Happening]:
    """Everything of one child, by its days; on one day a plan begins before its steps, and ends after them."""
    found = [
        *_social_care(entry, days),
        *_care(entry, days),
        *_of_needs(entry, days),
        *_adoption(entry, days),
        *(one for event in entry.get("events", ()) for one in _event(event, days)),
    ]
    return sorted(found, key=lambda one: (one.day, _ORDER.index(type(one))))


def by_order(entry: Entry, days: Days) -> Iterator[Happening]:
    """The court order that is among the documents of one child: from its day on he is in care by it, and stays where
    he was placed. The file of plans knows nothing of it.
    """
    if entry["pupil_id"] == desk.DOCUMENT_CHILD:
        placed = [one for one in _care(entry, days) if isinstance(one, Held) and one.step == "placement"]
        status = {"legal_status": desk.DOCUMENT_STATUS}
        yield replace(placed[-1], day=days.today - desk.DOCUMENT_AGO, columns=placed[-1].columns | status)


def of_this_term(entry: Entry, days: Days) -> Iterator[Happening]:
    """What the file of plans has no case of: a child who went missing from home, and an assessment that was refused, of
    which nobody has said yet what follows.
    """
    if entry["pupil_id"] == _MISSING:
        went = days.today - timedelta(days=12)
        back = went + timedelta(days=1)
        yield Begins(went, "missing_from_home", first={"outcome": "M", "held_to": back}, told_on=back)
        yield Held(went + timedelta(days=3), "missing_from_home", "return_interview")
    if entry["pupil_id"] == _REFUSED:
        asked = days.today - timedelta(weeks=6)
        yield Begins(asked, _EHCP)
        yield Held(asked + timedelta(weeks=5), _EHCP, "assess_decision", {"outcome": "refused"})


def _event(event: Entry, days: Days) -> Iterator[Happening]:
    """An event of the file. One that is planned has no date of its own."""
    name = event["event"]
    written: str = event["date"] or event.get("planned_date", "")
    if name.startswith(_CHASED):
        text = "Rang the duty team: the referral is there, the acknowledgement follows."
        yield Chased(days.in_weeks(written), _CIN, "acknowledgement", text)
    for pattern, plan, step, outcome in _EVENTS:
        if written and pattern.match(name):
            asked = days.in_weeks(event["due"]) - _TO_REPLY if step == "consultation" else None
            yield Held(
                days.in_weeks(written), plan, step, _columns(event, step, outcome, days), _words(event, step), asked
            )
            if step == "annual_review":
                yield Held(days.in_weeks(written) + _TO_REPORT, plan, "review_report")
            return


def _columns(event: Entry, step: str, outcome: str, days: Days) -> dict[str, Any]:
    found: dict[str, Any] = {"outcome": outcome} if outcome else {}
    if step == "assessment":
        found |= {"factors": event.get("factors", []), "child_seen": event.get("child_seen")}
    if step == "initial_conference":
        found |= {"quorate": event["quorate"], "report_sent_on": days.in_weeks(event["school_report_sent"])}
    if step == "care_review":
        found["participation"] = event["participation"]
    return found


def _words(event: Entry, step: str) -> dict[str, str]:
    if "attendees" in event:
        return {"present": "Children’s social care, police, health, safeguarding lead"}
    if "quality" in event:
        return {"said": f"The quality of the plan was judged {event['quality']}."}
    if step == "review_conference" and "child_participation" in event:
        return {"voice": "What the child thinks was told by the safeguarding lead."}
    return {}


def _worker(entry: Entry) -> tuple[tuple[str, str, str], ...]:
    """Who works with a child who has a plan; of one child nobody has told the school yet."""
    if not {"cin_plan", "cp_plan"} & entry.keys() or entry["pupil_id"] == _REFUSED:
        return ()
    name, number = _WORKERS[int(entry["pupil_id"][1:]) % len(_WORKERS)]
    return ((_ROLES["social_worker"], name, f"{_DESK}{number:02d}"),)


def _social_care(entry: Entry, days: Days) -> Iterator[Happening]:
    if referral := entry.get("referral"):
        need = {"primary_need": referral["PrimaryNeedCode"]}
        source = {"referred_by": referral["ReferralSource"]}
        yield Begins(days.in_weeks(referral["CINreferralDate"]), _CIN, columns=need | source, people=_worker(entry))
        if plan := entry.get("cin_plan"):
            yield Begins(days.in_weeks(plan["CINPlanStartDate"]), _CIN_PLAN, columns=need)
            if ended := plan["CINPlanEndDate"]:
                yield Ends(days.in_weeks(ended), _CIN_PLAN, "early_help")
    if closed := entry.get("closure"):
        yield Ends(days.in_weeks(closed["CINclosureDate"]), _CIN, closed["ReasonForClosure"])
    if plan := entry.get("cp_plan"):
        columns = {
            "category": plan["InitialCategoryOfAbuse"],
            "latest_category": plan["LatestCategoryOfAbuse"],
            "earlier_plans": plan["NumberOfPreviousCPP"],
        }
        yield Begins(days.in_weeks(plan["CPPstartDate"]), _CP, plan["owning_la"], columns)
    if entry["kind"] == "PRIVATE_FOSTERING":
        [known] = [event["date"] for event in entry["events"] if event["event"] == "school became aware"]
        yield Begins(days.in_weeks(known), "private_fostering")


def _care(entry: Entry, days: Days) -> Iterator[Happening]:
    if "looked_after_since" not in entry:
        return
    people = tuple(
        (str(_ROLES[role]), name.removesuffix(" (fictional)"), f"{_DESK}{number:02d}")
        for number, (role, name) in enumerate(entry["professionals"].items(), start=1)
    )
    columns = {"primary_need": entry["category_of_need"]}
    yield Begins(days.in_weeks(entry["looked_after_since"]), _CARE, entry["responsible_la"], columns, people=people)
    for one in entry["episodes"]:
        placed = {
            "legal_status": _told(one["legal_status"]),
            "placement": _told(one["placement"]),
            "provider": one["provider"],
        }
        yield Held(days.in_weeks(one["start"]), _CARE, "placement", placed)
    for day in entry["dental_checks"]:
        yield Held(days.in_weeks(day), _CARE, "dental", {"answer": "yes"})
    for one in entry["sdq"]:
        yield Held(days.in_weeks(one["date"]), _CARE, "sdq", {"score": one["score"]})
    for one in entry["missing_episodes"]:
        first, last = (days.in_weeks(one[name][:10]) for name in ("start", "end"))
        yield Held(first, _CARE, "missing", {"outcome": one["type"], "held_to": last})
        yield Held(days.in_weeks(one["return_interview"][:10]), _CARE, "return_interview")
    year = entry["oc2_latest"]
    if year["applies"]:
        for step, said in (("immunisations", year["IMMUNISATIONS"]), ("offending", year["CONVICTED"])):
            yield Held(days.in_weeks(year["year_ending"]), _CARE, step, {"answer": "yes" if said else "no"})


def _told(code: str) -> str:
    """A code as it stands outside adoption."""
    return codes.ASK if code in codes.of_adoption() else code


def _of_needs(entry: Entry, days: Days) -> Iterator[Happening]:
    if plan := entry.get("ehcp"):
        yield Begins(days.in_weeks(plan["requested"]), _EHCP)


def _adoption(entry: Entry, days: Days) -> Iterator[Happening]:
    if "adoption" not in entry:
        return
    on = {name: days.in_weeks(day) for name, day in entry["adoption"].items() if _is_day(day)}
    placements = [one["placement"] for one in entry.get("episodes", ()) if one["placement"] in codes.of_adoption()]
    yield Begins(on["adm_should_be_placed"], "adoption")
    for name, step, columns in (
        ("adm_should_be_placed", "adoption_decision", {}),
        ("placement_order", "placement_order", {"legal_status": "E1"}),
        ("DATE_MATCH", "matching", {}),
        ("DATE_PLACED", "adoption_placement", {"placement": placements[-1]} if placements else {}),
    ):
        yield Held(on[name], "adoption", step, columns)
    if ordered := on.get("adoption_order"):
        why = entry["adoption"]["reason_ceased"]
        yield Held(ordered, "adoption", "adoption_order", {"outcome": why})
        yield Ends(ordered, "adoption", why)


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))
