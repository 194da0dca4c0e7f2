"""How does the register of sharing leave Harbour? Numbers, days, organisations and laws, none of the words."""

from safeguarding.dates import full_day, full_moment
from sharing.events.models import SharingEvent

HEADINGS = (
    "Number",
    "State",
    "Child",
    "Record",
    "Recipient",
    "Decision",
    "Legal reason",
    "Article 6",
    "Begun",
    "Decided",
    "Decided by",
    "How",
    "Sent",
    "Received",
    "Confirmation expected by",
)


def line(one: SharingEvent) -> tuple[object, ...]:
    """One decision, under `HEADINGS`."""
    return (
        one.reference,
        one.get_status_display(),
        one.child.full_name,
        one.child.number,
        one.recipient.called,
        one.get_decision_display(),
        f"{one.reason.title}: {one.reason.law}" if one.reason else "",
        one.reason.article6 if one.reason else "",
        full_moment(one.made_at),
        full_moment(one.decided_at) if one.decided_at else "",
        one.decided_by.full_name if one.decided_by else "",
        one.get_method_display(),
        full_moment(one.sent_at) if one.sent_at else "",
        full_moment(one.received_at) if one.received_at else "",
        full_day(one.follow_up_on) if one.follow_up_on else "",
    )
