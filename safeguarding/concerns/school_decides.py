"""What does a school decide for itself about concerns?

Each with its page, and whose rows it is; registered by `panels`.
"""

from safeguarding.accounts.permissions import may
from safeguarding.http import Request
from safeguarding.panels import NavItem, Setting


def manages_school(request: Request) -> bool:
    return may(request.user, "manage_school", request.held.school_id)


SETTINGS = (
    Setting(
        "notices",
        "Who is told of what",
        "Who hears of which concerns beside the leads on duty, at once or in the digest of the day.",
        "notice_rules",
        may=manages_school,
        models=("concerns.noticerule",),
        order=30,
    ),
    Setting(
        "kinds",
        "Kinds of concern",
        "What staff can choose on the log form: Harbour’s list with its sources, kinds of your own, and "
        "those you no longer offer.",
        "kinds_of_concern",
        may=manages_school,
        models=("concerns.schoolkind",),
        order=34,
    ),
    Setting(
        "answer_times",
        "How long agencies have to answer",
        "By guidance, with its source; and for the others as your local procedure or an agreement says.",
        "answer_times",
        may=manages_school,
        models=("concerns.schoolanswertime",),
        order=36,
    ),
    Setting(
        "patterns",
        "What is shown as a pattern",
        "How many concerns in how many days, at the same place, on the same weekday, about the same adult, "
        "with a rising level.",
        "pattern_rules",
        may=manages_school,
        models=("concerns.patternrule",),
        order=40,
    ),
    Setting(
        "outside",
        "The page for people without an account",
        "The link by which a visitor or a supply teacher leaves a concern: its poster, a new link, switched on or off.",
        "outside_link",
        may=manages_school,
        models=("concerns.outsidelink",),
        order=50,
    ),
)

# Its page stands here, and it is about all access: below the page of that.
ACCESS_REVIEW = NavItem(
    "access_review",
    "Review of access",
    "access_review",
    may=lambda request: may(request.user, "manage_access", request.held.school_id),
    order=50,
    place="access",
)
