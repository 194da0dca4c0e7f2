"""Who may write the rows of a child’s record that facts read, and which of them give rights or take some?"""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import (
    MANAGES,
    NEVER,
    SYSTEM,
    both,
    either,
    ended_once,
    granted,
    may,
    of_school,
)
from safeguarding.rights_rows.kinds import Neither, change, gives, takes

MERGES = both(MANAGES, may("view_child_details"))
DECIDES = may("decide_concerns")
LISTS = either(may("keep_children"), SYSTEM)
RECORDS = either(may("keep_children"), DECIDES)
# Its author and those who confirm, until one of them has; then who manages access. What a list said is nobody's own.
CHANGES = either(MANAGES, both("OLD.confirmed_at IS NULL", either(DECIDES, both("OLD.recorded_by_id = me", RECORDS))))
_OF_A_LIST = both("OLD.recorded_by_id IS NULL", "OLD.confirmed_at IS NULL")
# What is recorded to protect a child (`models/safeguards.py`): by whoever asks. It has ended from the start only where
# it says what is right of one that has ended.
_CONFIRMED_BY_ME = both("NEW.confirmed_by_id = me", DECIDES)
ADDED = both(
    RECORDS,
    of_school("children_child", "child_id"),
    "NEW.recorded_by_id = me",
    "NEW.corrected_at IS NULL",
    either(
        both("NEW.status = 'recorded'", "NEW.ended_at IS NULL", "NEW.confirmed_at IS NULL"),
        both("NEW.status = 'confirmed'", "NEW.ended_at IS NULL", _CONFIRMED_BY_ME),
        both(
            "NEW.status = 'ended'",
            "NEW.ended_by_id = me",
            "NEW.ends_on IS NOT NULL",
            "NEW.instead_of_id IS NOT NULL",
            either("NEW.confirmed_at IS NULL", _CONFIRMED_BY_ME),
        ),
    ),
)
# What a list of children says is nobody's, and not confirmed.
LISTED = both(
    LISTS,
    "NEW.recorded_by_id IS NULL",
    "NEW.status = 'recorded'",
    "NEW.confirmed_at IS NULL",
    "NEW.corrected_at IS NULL",
)
CONFIRMED = change(
    both(DECIDES, "OLD.status = 'recorded'", "NEW.status = 'confirmed'", "NEW.confirmed_by_id = me"),
    "status",
    "confirmed_at",
    "confirmed_by_id",
)
_ENDS = both(
    CHANGES,
    "OLD.status IN ('recorded', 'confirmed')",
    "NEW.status = 'ended'",
    "NEW.ended_by_id = me",
    "NEW.ends_on IS NOT NULL",
    # It ends sooner than was said, never later.
    "(OLD.ends_on IS NULL OR NEW.ends_on <= OLD.ends_on)",
)
ENDED = change(_ENDS, "status", "ends_on", "ended_at", "ended_by_id", "end_reason")
# A slip of whoever recorded and confirmed it in one, on the day itself.
_OWN_SLIP = both(
    "OLD.recorded_by_id = me",
    "OLD.confirmed_by_id = me",
    "(OLD.recorded_at AT TIME ZONE 'Europe/London')::date = rules.today()",
    DECIDES,
)
CORRECTS = either(CHANGES, _OWN_SLIP)
CORRECTED = change(
    both(CORRECTS, "OLD.status <> 'corrected'", "NEW.status = 'corrected'", "NEW.corrected_by_id = me"),
    "status",
    "corrected_at",
    "corrected_by_id",
    "correction",
)
KEPT = change(RECORDS, "revision")
# An adult whom several children share is split off: what is known of this child goes along to the adult of its own, who
# is called the same. Another name is another adult: for who may change the row.
_LINKED = (
    "EXISTS (SELECT FROM public.children_contactlink AS link WHERE link.child_id {whose_child} NEW.child_id "
    "AND link.contact_id = {whose}.contact_id{alive})"
)
_ALIVE = " AND link.ends_on IS NULL"
_OWN_NOW = _LINKED.format(whose="NEW", whose_child="=", alive=_ALIVE)
_OWN_STILL = _LINKED.format(whose="OLD", whose_child="=", alive=_ALIVE)
_SHARED_STILL = _LINKED.format(whose="OLD", whose_child="<>", alive=_ALIVE)
_EVER_SHARED = _LINKED.format(whose="NEW", whose_child="<>", alive="")
_SAME_NAME = (
    "EXISTS (SELECT FROM public.children_contact AS was JOIN public.children_contact AS own "
    "ON own.forename = was.forename AND own.surname = was.surname "
    "WHERE was.id = OLD.contact_id AND own.id = NEW.contact_id)"
)
SPLIT_OFF = change(
    both(
        may("keep_children"),
        _OWN_NOW,
        f"NOT {_OWN_STILL}",
        _SHARED_STILL,
        f"NOT {_EVER_SHARED}",
        either(_SAME_NAME, CHANGES, _OF_A_LIST),
    ),
    "contact_id",
)
# What a list said of responsibility ends by what somebody records of the adult, or by what a list says next. What
# somebody recorded here ends by a list only where a person has taken its row.
REPLACED = change(
    both(LISTS, _OF_A_LIST, "NEW.status = 'ended'", "NEW.ended_by_id = me", "NEW.ends_on IS NOT NULL"),
    "status",
    "ends_on",
    "ended_at",
    "ended_by_id",
    "end_reason",
)
_TAKEN = (
    "EXISTS (SELECT FROM public.children_importrow AS said WHERE said.child_id = NEW.child_id "
    "AND said.decision IN ('take', 'add_adult') AND said.decided_by_id IS NOT NULL)"
)
LISTED_ANEW = change(
    both(
        LISTS,
        "OLD.confirmed_at IS NULL",
        "NEW.status = 'ended'",
        "NEW.ended_by_id IS NULL",
        either("OLD.recorded_by_id IS NULL", _TAKEN),
    ),
    "status",
    "ends_on",
)
# An adult or a home ends once, and so it is corrected once.
ENDS_ONCE = (
    change(both(LISTS, "OLD.ends_on IS NULL"), "ends_on"),
    change(both(LISTS, "OLD.ends_on IS NULL", "OLD.corrected_at IS NULL"), "corrected_at"),
)
# What the card says of collecting the child is what the orders say that are in force, or will be
# (`services/safeguards/orders.py`).
AS_ORDERS_SAY = """EXISTS (
    SELECT FROM (
        SELECT min(bound.starts_on) AS since,
               CASE WHEN bool_and(bound.ends_on IS NOT NULL) THEN max(bound.ends_on) END AS until
        FROM public.children_contactrestriction AS bound
        WHERE bound.child_id = NEW.id AND bound.may_not_collect AND bound.corrected_at IS NULL
          AND (bound.ends_on IS NULL OR bound.ends_on >= rules.today())
    ) AS checked
    WHERE NEW.check_collection_from IS NOT DISTINCT FROM checked.since
      AND NEW.check_collection_until IS NOT DISTINCT FROM checked.until)"""
# Nobody is told where a child lives while something says that it is confidential.
AS_ADDRESSES_SAY = """NEW.address_confidential = EXISTS (
    SELECT FROM public.children_confidentialaddress AS one
    WHERE one.child_id = NEW.child_id AND one.status IN ('recorded', 'confirmed'))"""

keep(
    {
        "children.childgrant": gives(
            granted(MANAGES, "NEW.user_id <> me", of_school("children_child", "content_object_id")),
            ended_once(MANAGES, said=("end_reason",)),
        ),
        "children.childteamgrant": gives(
            granted(MANAGES, of_school("children_child", "content_object_id")),
            ended_once(MANAGES, said=("end_reason",)),
        ),
        "children.emergencyaccess": gives(
            both(
                "NEW.user_id = me",
                may("emergency_access"),
                "NEW.reviewed_at IS NULL",
                # An hour, and what the clocks of two machines may differ by.
                "NEW.ends_at <= rules.now() + interval '70 minutes'",
            ),
            ended_once(
                MANAGES, "NEW.user_id <> me", at="reviewed_at", by="reviewed_by_id", said=("finding", "review_note")
            ),
        ),
        "children.conflictofinterest": takes(
            both(
                "NEW.declared_by_id = me",
                either("NEW.user_id = me", MANAGES),
                "NEW.confirmed_at IS NULL",
                "NEW.lifted_at IS NULL",
            ),
            ended_once(MANAGES, "NEW.user_id <> me", at="confirmed_at", by="confirmed_by_id"),
            ended_once(MANAGES, "NEW.user_id <> me", at="lifted_at", by="lifted_by_id", said=("lift_reason",)),
        ),
        # Merged, the one record is seen by whoever sees the other. `merge_child` moves rows only for who has decided it
        # here.
        "children.childmerge": gives(
            both(
                "NEW.asked_by_id = me",
                "NEW.status = 'asked'",
                "NEW.decided_at IS NULL",
                "NEW.undone_at IS NULL",
                either(may("keep_children"), MERGES),
                of_school("children_child", "keep_id"),
                of_school("children_child", "other_id"),
            ),
            change(
                both(
                    MERGES,
                    "OLD.status = 'asked'",
                    of_school("children_child", "keep_id"),
                    of_school("children_child", "other_id"),
                ),
                "keep_id",
                "other_id",
                "other_number",
                "token",
                "reason",
            ),
            change(
                both(MERGES, "OLD.status = 'asked'", "NEW.status IN ('merged', 'declined')", "NEW.decided_by_id = me"),
                "status",
                "decided_at",
                "decided_by_id",
                "refusal",
                "undo_until",
                "filled",
                "since",
            ),
            change(
                both(
                    MERGES,
                    "OLD.status = 'merged'",
                    "NEW.status = 'undone'",
                    "NEW.undone_by_id = me",
                    "rules.today() <= OLD.undo_until",
                ),
                "status",
                "undone_at",
                "undone_by_id",
                "undo_reason",
            ),
            change(MERGES, "revision"),
        ),
        # A card becomes part of another, or stands by itself again, as somebody has just decided
        # (`children.childmerge`).
        "children.child": takes(
            "NEW.merged_into_id IS NULL",
            change(
                "EXISTS (SELECT FROM public.children_childmerge AS made WHERE made.other_id = NEW.id AND ("
                "(made.keep_id = NEW.merged_into_id AND made.status = 'merged' AND made.decided_by_id = me) OR "
                "(made.keep_id = OLD.merged_into_id AND made.status = 'undone' AND made.undone_by_id = me "
                "AND NEW.merged_into_id IS NULL)))",
                "merged_into_id",
            ),
            change(NEVER, "school_id"),
            change(may("keep_photographs"), "no_photographs"),
            change(AS_ORDERS_SAY, "check_collection_from", "check_collection_until"),
            closed=False,
        ),
        # An order stands in the way of what goes to an adult, and warns whoever hands the child over.
        "children.contactrestriction": takes(ADDED, CONFIRMED, ENDED, CORRECTED, SPLIT_OFF, KEPT),
        "children.confidentialaddress": takes(either(ADDED, LISTED), CONFIRMED, ENDED, CORRECTED, KEPT),
        "children.parentalresponsibility": takes(
            either(ADDED, LISTED),
            CONFIRMED,
            ENDED,
            CORRECTED,
            change(both(CORRECTS, "NEW.status = 'corrected'"), "ends_on"),
            change(_ENDS, "end_kind"),
            REPLACED,
            LISTED_ANEW,
            SPLIT_OFF,
            KEPT,
        ),
        "children.childdetail": takes(LISTS, change(AS_ADDRESSES_SAY, "address_confidential"), closed=False),
        # Whose adult somebody is, and where a child lives: what is seen of them by access to the child follows from it.
        "children.contactlink": gives(
            LISTS, change(NEVER, "child_id", "contact_id", "school_id"), *ENDS_ONCE, closed=False
        ),
        "children.householdmember": gives(
            LISTS, change(NEVER, "child_id", "household_id", "school_id"), *ENDS_ONCE, closed=False
        ),
        "children.importrow": Neither("that somebody has taken a row of a list is told by who decided, as anywhere"),
        "children.contact": Neither("where an adult lives, by which only the home of a hidden child is hidden further"),
        "children.enrolment": Neither("where a child went: by which rule a record ends, which two people decide"),
        "children.childfile": Neither("a document keeps the record of its child from ending early, and opens none"),
        "children.photograph": Neither("facts ask since when it is not needed"),
        "children.mergedrow": Neither(
            "what a merge moved, by keys: written by the merge alone, and by no role that works"
        ),
    }
)
