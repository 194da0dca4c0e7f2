"""The kinds of step: what waits, is booked and is held inside an episode."""

from .base import ADOPTION_ACT, CARE_PLANNING, FOSTERING, LEAVING, S17, S47, SEND, WT, Duty, StepKind

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
    K("strategy_discussion", "Strategy discussion", S47, **_outcome("strategy_outcome"), words=_MET, notice=(15,)),
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
