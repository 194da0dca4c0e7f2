"""Who may write the rows of concerns about adults that facts read, and which of them give rights or take some?"""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import NEVER, both, either, ended_once, granted, may
from safeguarding.rights_rows.kinds import Neither, change, gives, takes

_READS_ADULTS = either(may("read_staff_concerns"), may("read_about_head"), may("receive_low_level"))
_DECIDES = both(
    "NEW.staff_concern_id = ANY (rules.staff_concerns_read(me) || rules.staff_concerns_received(me))",
    "NOT NEW.staff_concern_id = ANY (rules.hidden_staff_concerns(me))",
)
_BY_ROLE = both(
    "NEW.content_object_id = ANY (rules.staff_concerns_read(me))",
    "NOT NEW.content_object_id = ANY (rules.hidden_staff_concerns(me))",
)

keep(
    {
        # Whom it is about and who was away say who reads it: the chair of governors in place of the Headteacher, and
        # never back.
        "adults.staffconcern": gives(
            both("NEW.raised_by_id = me", may("log_concern"), "NEW.closed_at IS NULL", "NEW.threshold = ''"),
            change(both("NEW.about_head", _READS_ADULTS), "about_head"),
            # Also from which day, and by which rule, the period of it runs.
            change(_READS_ADULTS, "threshold", "closed_at", "status", "outcome", "outcome_at"),
            change(NEVER, "head_away", "raised_as", "raised_by_id", "school_id"),
            closed=False,
        ),
        "adults.adultnamed": takes(
            both(
                "NEW.named_by_id = me",
                "NEW.withdrawn_at IS NULL",
                either(_READS_ADULTS, "NEW.staff_concern_id = ANY (rules.staff_concerns_begun(me))"),
            ),
            ended_once(_READS_ADULTS, "NEW.user_id IS DISTINCT FROM me", at="withdrawn_at", by="withdrawn_by_id"),
        ),
        "adults.staffconcerngrant": gives(
            granted("NEW.user_id <> me", _BY_ROLE), ended_once(_BY_ROLE, said=("end_reason",))
        ),
        # What was recorded says from which day a period counts, and whether it is kept by consent.
        "adults.staffentry": gives(both("NEW.added_by_id = me", _DECIDES)),
        "adults.readingchoice": gives(both("NEW.chosen_by_id = me", may("read_staff_concerns"))),
        "adults.staffconcernchild": Neither(
            "a child it touches: it keeps that child’s record from ending, and opens none"
        ),
    }
)
