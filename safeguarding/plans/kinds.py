"""Which kinds of episode and of step are there, and what has each? Code, as the roles are (`accounts/roles.py`).

Forms, panels, paper and chronology read them, and the check constraints of the tables are made from them
(`models/constraints.py`). A new kind is one entry here, and the migration that `makemigrations` then writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import models


class Area(models.TextChoices):
    """Who keeps and reads what: the capabilities of an area are `view_<area>` and `keep_<area>`."""

    PROTECTION = "protection", "Child protection and social care"
    CARE = "care", "Looked after and leaving care"
    NEEDS = "needs", "Education, health and care plan"
    ADOPTION = "adoption", "Adoption"
    ATTENDANCE = "attendance", "Attendance"


class Duty(models.TextChoices):
    """Whose duty a step is. Only the school's own are missed; with others the school chases."""

    SCHOOL = "school", "The school"
    AUTHORITY = "authority", "The local authority"
    HEALTH = "health", "Health services"


@dataclass(frozen=True)
class _Kind:
    """What kinds of both sorts have.

    `columns` are the typed columns that a row of the kind may fill, `required` those that it must: an episode from its
    first day, a step from when it was held. `lists` says which list of codes a column takes where that is not the one
    of `LISTS`. `words` are the sealed fields that its form shows. `law` is where it comes from, `notice` the items of
    the privacy notice that it is one of (domain reference 8).
    """

    key: str
    title: str
    law: str
    columns: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    lists: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    notice: tuple[int, ...] = ()

    def list_of(self, column: str) -> str:
        """The list of codes that a column takes; empty for one that takes none."""
        return self.lists.get(column) or LISTS.get(column, "")


@dataclass(frozen=True)
class StepKind(_Kind):
    """Something that waits, is booked and is held inside an episode."""

    duty: Duty = Duty.AUTHORITY


@dataclass(frozen=True)
class EpisodeKind(_Kind):
    """A status that a child has from a day until a day. `badge` is what stands beside the name; empty: nothing does.

    `steps` are the keys of the steps that it may have, `ends` the list of reasons for which it ends.
    """

    area: Area = Area.PROTECTION
    badge: str = ""
    steps: tuple[str, ...] = ()
    ends: str = ""
    needs_authority: bool = True

    @property
    def step_kinds(self) -> list[StepKind]:
        return [STEPS[key] for key in self.steps]


# The list of codes that a column takes, in every kind that does not say another.
LISTS = {
    "primary_need": "primary_need",
    "referred_by": "referral_source",
    "category": "cp_category",
    "latest_category": "cp_category",
    "eligibility": "leaver",
    "needs": "sen_need",
    "participation": "participation",
    "no_score_reason": "sdq_reason",
    "factors": "factor",
    "legal_status": "legal_status",
    "placement": "placement",
    "provider": "provider",
    "change_reason": "placement_change",
    "in_touch": "in_touch",
    "activity": "activity",
    "accommodation": "accommodation",
}
# Every typed column that some kind has and another has not.
EPISODE_COLUMNS = (
    "primary_need",
    "referred_by",
    "category",
    "latest_category",
    "earlier_plans",
    "eligibility",
    "needs",
)
STEP_COLUMNS = (
    "outcome",
    "participation",
    "score",
    "no_score_reason",
    "answer",
    "factors",
    "child_seen",
    "quorate",
    "report_sent_on",
    "held_to",
    "legal_status",
    "placement",
    "provider",
    "change_reason",
    "in_touch",
    "activity",
    "accommodation",
)

WT = "Working Together to Safeguard Children 2023"
CARE_PLANNING = "Care Planning, Placement and Case Review (England) Regulations 2010"
SEND = "Special Educational Needs and Disability Regulations 2014"
ADOPTION_ACT = "Adoption and Children Act 2002"
FOSTERING = "Children (Private Arrangements for Fostering) Regulations 2005"
LEAVING = "Children Act 1989 ss.23A to 24D; Care Leavers (England) Regulations 2010"
S17, S47 = f"Children Act 1989 s.17; {WT}", f"Children Act 1989 s.47; {WT}"
_MET, _ALL = ("present", "said", "voice", "why_late"), ("said", "why_late")
_CONFERENCE = {"columns": ("outcome", "quorate", "report_sent_on"), "required": ("outcome",), "words": _MET}


def _outcome(list_: str, *more: str, required: bool = True) -> dict[str, object]:
    """A step whose outcome is one of a list."""
    return {
        "columns": ("outcome", *more),
        "required": ("outcome",) if required else (),
        "lists": {"outcome": list_},
    }


def _by_key(*kinds: StepKind) -> dict[str, StepKind]:
    return {kind.key: kind for kind in kinds}


K, D = StepKind, Duty
STEPS: dict[str, StepKind] = _by_key(
    # Child protection and social care.
    K("acknowledgement", "Authority acknowledges the referral", WT, words=_ALL, notice=(13,)),
    K(
        "assessment",
        "Single assessment",
        S17,
        **_outcome("assessment_outcome", "factors", "child_seen", required=False),
        words=_ALL,
        notice=(14,),
    ),
    K("strategy", "Strategy discussion", S47, **_outcome("strategy_outcome"), words=_MET, notice=(15,)),
    K("section_47", "Section 47 enquiry", S47, **_outcome("section_47", required=False), words=_ALL, notice=(15,)),
    K(
        "initial_conference",
        "Initial child protection conference",
        WT,
        **_CONFERENCE,
        lists={"outcome": "conference_outcome"},
        notice=(16,),
    ),
    K("school_report", "School’s report to the conference", WT, words=_ALL, notice=(16, 17), duty=D.SCHOOL),
    K("core_group", "Core group", WT, words=_MET, notice=(17,)),
    K(
        "review_conference",
        "Review conference",
        WT,
        **_CONFERENCE,
        lists={"outcome": "review_outcome"},
        notice=(17,),
    ),
    K("plan_review", "Review of the plan", S17, **_outcome("review_outcome", required=False), words=_MET, notice=(13,)),
    K("legal_meeting", "Legal planning or pre-proceedings meeting", WT, words=_MET, notice=(17,)),
    K("notification", "Authority told of the arrangement", FOSTERING, words=_ALL, notice=(13,), duty=D.SCHOOL),
    K("visit", "Visit by the authority", FOSTERING, columns=("child_seen",), words=_ALL, notice=(13,)),
    K("progress", "Progress this term", "Education Act 2002 s.175; KCSIE 2025", words=("said", "voice"), duty=D.SCHOOL),
    # Looked after and leaving care.
    K("care_plan", "Care plan", CARE_PLANNING, words=_ALL),
    K(
        "placement",
        "Placement and legal status",
        CARE_PLANNING,
        columns=("legal_status", "placement", "provider", "change_reason", "held_to"),
        required=("legal_status", "placement"),
        words=("carers", "delegated", "said"),
    ),
    K("pep", "Personal education plan", CARE_PLANNING, words=_MET, duty=D.SCHOOL),
    K("care_review", "Looked-after review", CARE_PLANNING, columns=("participation",), words=_MET),
    K("health_assessment", "Health assessment", CARE_PLANNING, words=_ALL, notice=(18,), duty=D.HEALTH),
    K("dental", "Dental check", CARE_PLANNING, columns=("answer",), words=_ALL, notice=(19,), duty=D.HEALTH),
    K("immunisations", "Immunisations up to date", CARE_PLANNING, columns=("answer",), words=_ALL, duty=D.HEALTH),
    K(
        "sdq",
        "Strengths and difficulties questionnaire",
        "DfE SSDA903; Promoting the health and wellbeing of looked-after children 2015",
        columns=("score", "no_score_reason"),
        words=_ALL,
        notice=(20,),
    ),
    K(
        "offending",
        "Convicted, or under a youth caution, in the year",
        "DfE SSDA903; criminal offence data (UK GDPR Art 10)",
        columns=("answer",),
        required=("answer",),
        words=("said",),
        notice=(21,),
    ),
    K(
        "missing",
        "Missing or away without authorisation",
        "Statutory guidance on children who run away or go missing 2014",
        **_outcome("missing_kind", "held_to", required=False),
        words=("said",),
    ),
    K(
        "return_interview",
        "Return interview",
        "Statutory guidance on children who run away or go missing 2014",
        words=("said", "voice", "why_late"),
    ),
    K("pathway_review", "Review of the pathway plan", LEAVING, columns=("participation",), words=_MET, notice=(24, 25)),
    K(
        "leaver_contact",
        "Activity and accommodation",
        LEAVING,
        columns=("in_touch", "activity", "accommodation"),
        required=("in_touch",),
        words=("said",),
        notice=(24, 25),
    ),
    # Education, health and care plan.
    K("assess_decision", "Authority decides whether to assess", SEND, **_outcome("assess_decision"), words=_ALL),
    K("plan_decision", "Authority decides whether to make a plan", SEND, **_outcome("plan_decision"), words=_ALL),
    K(
        "consultation",
        "School’s reply to a consultation",
        SEND,
        **_outcome("placement_reply", required=False),
        words=_ALL,
        duty=D.SCHOOL,
    ),
    K("final_plan", "Final plan", SEND, words=_ALL),
    K("annual_review", "Annual review meeting", SEND, words=_MET, duty=D.SCHOOL),
    K("review_report", "Report of the annual review", SEND, words=_ALL, duty=D.SCHOOL),
    K("review_decision", "Authority decides after the review", SEND, **_outcome("review_decision"), words=_ALL),
    K("amended_plan", "Final amended plan", SEND, words=_ALL),
    # Adoption.
    K("adoption_decision", "Decision that the child should be placed", ADOPTION_ACT, words=("said",), notice=(23,)),
    K(
        "placement_order",
        "Placement or freeing order",
        ADOPTION_ACT,
        columns=("legal_status",),
        required=("legal_status",),
        lists={"legal_status": "adoption_status"},
        words=("said",),
        notice=(22,),
    ),
    K("matching", "Matching decision", ADOPTION_ACT, words=("said",), notice=(23,)),
    K(
        "adoption_placement",
        "Placed for adoption",
        ADOPTION_ACT,
        columns=("placement", "provider"),
        lists={"placement": "adoption_placement"},
        words=("said",),
        notice=(23,),
    ),
    K(
        "adoption_reversed",
        "Decision reversed",
        ADOPTION_ACT,
        **_outcome("adoption_reversed"),
        words=("said",),
        notice=(23,),
    ),
    K("adoption_order", "Adoption order", ADOPTION_ACT, **_outcome("adoption_outcome"), words=("said",), notice=(22,)),
    K("other_order", "Other order", ADOPTION_ACT, **_outcome("other_order"), words=("said",), notice=(22,)),
)

E, A = EpisodeKind, Area
_ASKED = ("reference", "asked")
EPISODES: dict[str, EpisodeKind] = {
    kind.key: kind
    for kind in (
        E(
            "early_help",
            "Early help",
            f"Children Act 2004 s.10; {WT}",
            columns=("primary_need",),
            words=_ASKED,
            notice=(13,),
            badge="Early help",
            steps=("plan_review", "progress"),
            ends="help_end",
        ),
        E(
            "child_in_need",
            "Child in need",
            S17,
            columns=("referred_by", "primary_need"),
            words=_ASKED,
            notice=(13, 14, 15, 16),
            badge="Child in need",
            steps=(
                "acknowledgement",
                "assessment",
                "strategy",
                "section_47",
                "school_report",
                "initial_conference",
                "legal_meeting",
                "plan_review",
                "progress",
            ),
            ends="cin_end",
        ),
        E(
            "child_in_need_plan",
            "Child in need plan",
            S17,
            columns=("primary_need",),
            words=_ASKED,
            notice=(13,),
            badge="Child in need plan",
            steps=("plan_review", "legal_meeting", "progress"),
            ends="cin_plan_end",
        ),
        E(
            "child_protection",
            "Child protection plan",
            S47,
            columns=("category", "latest_category", "earlier_plans"),
            required=("category", "latest_category"),
            words=("reference", "asked", "contact"),
            notice=(17,),
            badge="Child protection plan",
            steps=(
                "core_group",
                "school_report",
                "review_conference",
                "strategy",
                "section_47",
                "legal_meeting",
                "progress",
            ),
            ends="cp_end",
        ),
        E(
            "private_fostering",
            "Private fostering",
            FOSTERING,
            words=_ASKED,
            notice=(13,),
            badge="Private fostering",
            steps=("notification", "visit", "plan_review"),
            ends="fostering_end",
        ),
        E(
            "looked_after",
            "Looked after",
            f"Children Act 1989 s.22; {CARE_PLANNING}",
            columns=("primary_need",),
            lists={"primary_need": "care_need"},
            words=("reference", "asked", "contact", "delegated"),
            notice=(18, 19, 20, 21),
            area=A.CARE,
            badge="Looked after",
            steps=(
                "care_plan",
                "placement",
                "pep",
                "care_review",
                "health_assessment",
                "dental",
                "immunisations",
                "sdq",
                "offending",
                "missing",
                "return_interview",
                "pathway_review",
                "progress",
            ),
            ends="care_end",
        ),
        E(
            "previously_looked_after",
            "Previously looked after",
            "Children and Social Work Act 2017 s.5; Education Act 2002",
            columns=("eligibility",),
            lists={"eligibility": "left_care_by"},
            words=("asked",),
            area=A.CARE,
            badge="Previously looked after",
            steps=("pep", "progress"),
            ends="past_care_end",
            needs_authority=False,
        ),
        E(
            "care_leaver",
            "Care leaver",
            LEAVING,
            columns=("eligibility",),
            required=("eligibility",),
            words=_ASKED,
            notice=(24, 25),
            area=A.CARE,
            badge="Care leaver",
            steps=("pathway_review", "leaver_contact"),
            ends="leaver_end",
        ),
        E(
            "ehcp",
            "Education, health and care plan",
            f"Children and Families Act 2014 s.37; {SEND}",
            columns=("needs",),
            words=_ASKED,
            notice=(26,),
            area=A.NEEDS,
            badge="EHCP",
            steps=(
                "assess_decision",
                "plan_decision",
                "consultation",
                "final_plan",
                "annual_review",
                "review_report",
                "review_decision",
                "amended_plan",
            ),
            ends="ehcp_end",
        ),
        E(
            "adoption",
            "Adoption",
            ADOPTION_ACT,
            words=("reference", "asked", "contact"),
            notice=(22, 23),
            area=A.ADOPTION,
            badge="Adoption",
            steps=(
                "adoption_decision",
                "placement_order",
                "matching",
                "adoption_placement",
                "adoption_reversed",
                "adoption_order",
                "other_order",
            ),
            ends="adoption_end",
        ),
    )
}


def kinds_with(column: str, kinds: Mapping[str, _Kind], *, required: bool = False) -> list[str]:
    """The keys of the kinds that have a column, or that require it."""
    return [key for key, kind in kinds.items() if column in (kind.required if required else kind.columns)]
