"""Who may write the rows of requests that facts read?

Whoever is named in a case reads copies of a child's whole record. So nobody names themselves to approve, and nobody who
prepares or reviews approves; a case is prepared and approved in one's own name; an item goes to who is named to review
it; and what it is a copy of never changes. The one task of the machine gathers.
"""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import NEVER, both, either, ended_once, may, of_school
from safeguarding.rights_rows.kinds import change, gives

_TASK = "(rules.task() = 'requests')"
_HANDLES = may("handle_requests")
_NAMED = "NEW.{case} = ANY (rules.requests_named(me))"
_IN_CASE = _NAMED.format(case="case_id")
_ASKED = "NEW.case_id = ANY (rules.requests_asked(me))"
_REVIEWS = "NEW.case_id = ANY (rules.requests_reviewed(me))"
_APPROVES = "NEW.case_id = ANY (rules.requests_approved(me))"
_READS_WHOLE = "NEW.case_id = ANY (rules.requests_read_whole(me))"
_UNFINISHED = both("NEW.prepared_at IS NULL", "NEW.approved_at IS NULL", "NEW.answered_at IS NULL", "NEW.outcome = ''")
# The parts of who asks in the case that is changed.
_PREPARES_IT = "NEW.id = ANY (rules.requests_reviewed(me))"
_APPROVES_IT = both(
    "NEW.id = ANY (rules.requests_approved(me))",
    "OLD.prepared_by_id IS DISTINCT FROM me",
    "NOT me = ANY (rules.who_decided_request(NEW.id))",
)
_WORKS_ON_IT = either(
    _TASK, _HANDLES, "NEW.id = ANY (rules.requests_named(me))", "NEW.id = ANY (rules.requests_asked(me))"
)


def _holds(capability: str) -> str:
    """Whom the row names has the capability at its school."""
    return f"NEW.school_id = ANY (rules.schools_with(NEW.user_id, '{capability}'))"


# Who prepares or reviews, or has decided something that stands.
_DECIDED = "NEW.user_id = ANY (rules.who_decided_request(NEW.case_id))"
_APPROVER = (
    "EXISTS (SELECT FROM public.requests_requestrole AS other WHERE other.case_id = NEW.case_id "
    "AND other.user_id = NEW.user_id AND other.part = 'approver' AND other.ended_at IS NULL)"
)
_SIGHT = "cardinality(rules.items_hidden_from(NEW.case_id, NEW.user_id)) = 0"
_PART = either(
    both("NEW.part = 'handler'", _holds("handle_requests")),
    # A deputy reviews what is given to her, and prepares nothing.
    both("NEW.part = 'preparer'", _holds("handle_requests"), _holds("review_requests"), f"NOT {_APPROVER}"),
    both("NEW.part = 'reviewer'", either(_holds("review_requests"), _holds("stand_in")), f"NOT {_APPROVER}"),
    both("NEW.part = 'approver'", _holds("approve_requests"), "NEW.user_id <> me", f"NOT {_DECIDED}", _SIGHT),
)
# An item has no reviewer yet, one who is named for it, or who found it where they alone look.
_GOES_TO = either(
    "NEW.reviewer_id IS NULL",
    "NEW.reviewer_id = ANY (rules.reviewers_of_request(NEW.case_id))",
    both("NEW.reviewer_id = me", "NEW.place_id IS NOT NULL", _ASKED),
)
_OWN_ITEM = both("OLD.reviewer_id = me", "NEW.id = ANY (rules.items_read(me))")
_OF_OWN_ITEM = (
    "EXISTS (SELECT FROM public.requests_requestitem AS item WHERE item.id = NEW.item_id "
    "AND item.case_id = NEW.case_id AND item.reviewer_id = me)"
)
_OF_OWN_PERSON = both("NEW.person_id = ANY (rules.request_people_read(me))", _REVIEWS)
_OWN_NAME = "NEW.by_id = me"
# Who prepares the case: their own row, and while their roles let them.
_PREPARES = both(
    "EXISTS (SELECT FROM public.requests_requestrole AS own WHERE own.case_id = NEW.case_id AND own.user_id = me "
    "AND own.part = 'preparer' AND own.ended_at IS NULL)",
    _REVIEWS,
)
_TELLS = both(_OWN_NAME, _PREPARES)
_UNDOES = both("NEW.undoes_id = ANY (rules.redactions_read(me))", _REVIEWS)
_WAITS, _ANSWERS = "OLD.answered_at IS NULL", ("found", "note", "answered_at", "answered_by_id")

keep(
    {
        # A case opens its items while it is open, and says whose child it is about.
        "requests.rightsrequest": gives(
            both(
                "NEW.handed_in_by_id = me",
                may("log_concern"),
                _UNFINISHED,
                either("NEW.status = 'handed_in'", both("NEW.status = 'open'", "NEW.opened_by_id = me", _HANDLES)),
            ),
            change(
                either(
                    both("OLD.status = 'handed_in'", "NEW.status = 'open'", "NEW.opened_by_id = me", _HANDLES),
                    both("OLD.status = 'open'", "NEW.status = 'prepared'", "NEW.prepared_by_id = me", _PREPARES_IT),
                    both("OLD.status = 'prepared'", "NEW.status = 'approved'", "NEW.approved_by_id = me", _APPROVES_IT),
                    both("OLD.status IN ('prepared', 'approved')", "NEW.status = 'open'", _WORKS_ON_IT),
                    both("OLD.status = 'approved'", "NEW.status = 'answered'", "NEW.answered_by_id = me", _WORKS_ON_IT),
                    both(
                        "OLD.status IN ('handed_in', 'open', 'prepared', 'approved')",
                        "NEW.status = 'withdrawn'",
                        "NEW.withdrawn_by_id = me",
                        _HANDLES,
                    ),
                    both("OLD.status IN ('answered', 'withdrawn')", "NEW.status = 'open'", _HANDLES),
                ),
                "status",
            ),
            # In one's own name, or taken back with the state.
            change(both("NEW.status = 'prepared'", "NEW.prepared_by_id = me"), "prepared_at", "prepared_by_id"),
            change(both("NEW.prepared_at IS NULL", "NEW.status = 'open'"), "prepared_at", "prepared_by_id"),
            change(
                both("OLD.status = 'prepared'", "NEW.status = 'approved'", "NEW.approved_by_id = me", _APPROVES_IT),
                "approved_at",
                "approved_by_id",
                "approved_state",
            ),
            change(
                both("NEW.approved_at IS NULL", "NEW.approved_state = ''", "NEW.status = 'open'"),
                "approved_at",
                "approved_by_id",
                "approved_state",
            ),
            change(both("NEW.outcome_by_id = me", _HANDLES), "outcome_by_id"),
            change(both("OLD.child_id IS NULL", "OLD.status = 'handed_in'", _HANDLES), "child_id"),
            # SAR- becomes RQ- where something else is asked than a copy.
            change(both("OLD.status IN ('handed_in', 'open')", _HANDLES), "reference"),
            # Whoever adds something says that people are to be found in it; that they were found, the machine alone.
            change(either(_TASK, both("NEW.is_to_be_searched", _WORKS_ON_IT)), "is_to_be_searched"),
            # In one's own name; that it was done, the machine alone.
            change(either(_TASK, both("NEW.reminder_asked_by_id = me", _WORKS_ON_IT)), "reminder_asked_by_id"),
            change(NEVER, "school_id", "token", "handed_in_at", "handed_in_by_id", "came_with_id"),
            closed=False,
        ),
        "requests.requestrole": gives(
            both(
                "NEW.ended_at IS NULL",
                either(
                    both("NEW.named_by_id = me", _HANDLES),
                    both("NEW.named_by_id IS NULL", "NEW.part = 'reviewer'", _TASK),
                ),
                _PART,
            ),
            ended_once(_HANDLES),
        ),
        "requests.searchplace": gives(
            both(either(_TASK, both("NEW.made_by_id = me", either(_HANDLES, _IN_CASE))), "NEW.answered_at IS NULL"),
            change(both(either(_TASK, _HANDLES, _IN_CASE), _WAITS), "asked_id", "searched_for"),
            change(
                both(
                    _WAITS,
                    either(
                        _TASK,
                        both(
                            "NEW.answered_by_id = me",
                            either("OLD.asked_id = me", both("OLD.asked_id IS NULL", either(_HANDLES, _IN_CASE))),
                        ),
                    ),
                ),
                *_ANSWERS,
            ),
            # Whoever answered may say more, or otherwise.
            change(both("OLD.answered_by_id = me", "NEW.answered_by_id = me"), *_ANSWERS),
            change(either(_TASK, _HANDLES, _IN_CASE, _ASKED), "revision"),
        ),
        "requests.requestitem": gives(
            both(either(_TASK, _IN_CASE, _ASKED, _HANDLES), _GOES_TO, "NEW.decided = ''", "NEW.looked_at IS NULL"),
            change(
                both(_TASK, "NEW.reviewer_id = ANY (rules.reviewers_of_request(NEW.case_id))"),
                "reviewer_id",
            ),
            change(
                _OWN_ITEM,
                "decided",
                "decided_at",
                "decided_by_id",
                "exemption_id",
                "answers",
                "why",
                "pages_read",
                "is_record",
            ),
            change(
                both(_APPROVES, "NEW.looked_by_id = me"),
                "looked_at",
                "looked_by_id",
                "looked_state",
            ),
            # Nobody may see its source any more.
            change(both(_TASK, "NEW.reviewer_id IS NULL"), "reviewer_id"),
            # Each reviewer's items are numbered by themselves.
            change(_TASK, "number"),
            change(either(_TASK, _OWN_ITEM), "found"),
            # A file that waited for the scanner.
            change(both(_TASK, "OLD.without <> ''"), "content", "without", "why"),
            change(either(_TASK, _OWN_ITEM, _APPROVES, _HANDLES), "revision"),
        ),
        "requests.requestperson": gives(
            either(_TASK, _IN_CASE, _ASKED), change(either(_TASK, _IN_CASE, _ASKED), "names", "items")
        ),
        # An answer waits for these: who prepares it says of a recipient what they say in their own name, and of another
        # recipient nothing in that row; and confirms the list. A correction stands as it was made.
        "requests.requestrecipient": gives(
            _TELLS,
            change(_TELLS, "name", "last_on", "told_on", "why_not", "reasons", "is_named", "said_at", "by_id"),
        ),
        "requests.requestcorrection": gives(
            both(_OWN_NAME, of_school("requests_rightsrequest", "case_id"), either(_HANDLES, _REVIEWS))
        ),
        "requests.requeststep": gives(
            both(
                _OWN_NAME,
                "NEW.withdrawn_at IS NULL",
                either("NEW.kind <> 'recipients'", _PREPARES),
                either(_HANDLES, _IN_CASE),
            ),
            ended_once(either(_HANDLES, _IN_CASE), at="withdrawn_at", by="withdrawn_by_id"),
        ),
        # Written once: another row undoes it.
        "requests.redaction": gives(
            both(
                "NEW.made_by_id = me",
                either(
                    both("NEW.undoes_id IS NULL", "NEW.person_id IS NULL", _OF_OWN_ITEM),
                    both("NEW.undoes_id IS NULL", "NEW.item_id IS NULL", _OF_OWN_PERSON),
                    both("NEW.undoes_id IS NOT NULL", _UNDOES),
                ),
            )
        ),
        # What was made is opened by who reads every item; locked, it is sent by who handles the case.
        "requests.bundle": gives(
            both("NEW.asked_by_id = me", _READS_WHOLE, "NEW.built_at IS NULL", "NEW.released_at IS NULL"),
            change(_TASK, "building", "built_at", "failed_because", "outcome", "finds"),
            change(either(_TASK, _READS_WHOLE), "words"),
            change(_READS_WHOLE, "words_shown_at"),
            change(
                both("OLD.released_at IS NULL", "NEW.released_by_id = me", either(_HANDLES, _READS_WHOLE)),
                "released_at",
                "released_by_id",
            ),
        ),
    }
)
