"""What may follow? The moves of a report to governors. Drawn in `docs/lifecycles.md`.

What was published stays published, until a corrected one replaces it or the Headteacher withdraws it. What was replaced
is still read, so it can be withdrawn too.
"""

from typing import Any

from safeguarding.accounts.permissions import may
from safeguarding.moves import Lifecycle, Move

from .capabilities import GovernorCapability as C
from .models import GovernorReport
from .verbs import GovernorVerb as V

S = GovernorReport.Status
WRITERS = "Only the Headteacher and the safeguarding leads of this school write its reports to governors."
APPROVERS = "Only the Headteacher of this school approves and publishes its reports to governors."
MOVED_ON = "This report has moved on. Open it again to see how it stands."


def may_write(user: Any, report: GovernorReport) -> bool:
    return may(user, C.WRITE_REPORT, report.school_id)


def may_approve(user: Any, report: GovernorReport) -> bool:
    return may(user, C.APPROVE_REPORT, report.school_id)


def may_withdraw(user: Any, report: GovernorReport) -> bool:
    """A draft is withdrawn by who writes it; what was approved or published by who approves."""
    return may_write(user, report) if report.status == S.DRAFT else may_approve(user, report)


report_life: Lifecycle[GovernorReport] = Lifecycle(
    "A report to governors",
    lambda: GovernorReport,
    S,
    [
        Move("approve", frozenset({S.DRAFT}), S.APPROVED, may_approve, V.APPROVE, APPROVERS, MOVED_ON, "approved"),
        Move("open_again", frozenset({S.APPROVED}), S.DRAFT, may_write, V.BEGIN, WRITERS, MOVED_ON),
        Move(
            "publish",
            frozenset({S.APPROVED}),
            S.PUBLISHED,
            may_approve,
            V.PUBLISH,
            APPROVERS,
            MOVED_ON,
            "published",
            tells="the safeguarding governors",
        ),
        Move("replace", frozenset({S.PUBLISHED}), S.REPLACED, may_approve, V.REPLACE, APPROVERS, MOVED_ON, "replaced"),
        Move(
            "withdraw",
            frozenset({S.DRAFT, S.APPROVED, S.PUBLISHED, S.REPLACED}),
            S.WITHDRAWN,
            may_withdraw,
            V.WITHDRAW,
            APPROVERS,
            MOVED_ON,
            "withdrawn",
            ("because",),
        ),
    ],
)
