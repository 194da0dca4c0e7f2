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
from safeguarding.rights_rows.kinds import Change, Neither, change, gives, takes

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
            "NEW.instead_of_id IS NOT NULL",
            # It binds no more from the day on which it is said, or for as long as the other did.
            "NEW.ends_on <= greatest(rules.today(), rules.order_ends_on(NEW.instead_of_id))",
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
# Facts ask whether something was corrected after a day (`rules.family_held`): it is corrected when somebody says so.
_ABOUT_NOW = "NEW.corrected_at BETWEEN rules.now() - interval '1 hour' AND rules.now() + interval '1 hour'"
CORRECTED = change(
    both(CORRECTS, "OLD.status <> 'corrected'", "NEW.status = 'corrected'", "NEW.corrected_by_id = me", _ABOUT_NOW),
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


def _split_off(kind: str) -> Change:
    """A row of `kind` goes along. Facts read of whom it was said before from the history."""
    return change(
        both(
            may("keep_children"),
            _OWN_NOW,
            f"NOT {_OWN_STILL}",
            _SHARED_STILL,
            f"NOT {_EVER_SHARED}",
            either(_SAME_NAME, CHANGES, _OF_A_LIST),
            f"rules.just_logged('{kind}', NEW.id, NEW.child_id, 'contact', OLD.contact_id::text, NEW.contact_id::text)",
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
    "EXISTS (SELECT FROM public.children_importrow AS said "
    "JOIN public.children_importrun AS list ON list.id = said.run_id "
    "WHERE said.child_id = NEW.child_id AND said.school_id = NEW.school_id "
    "AND list.status IN ('confirming', 'confirmed') "
    "AND said.decision IN ('take', 'add_adult') AND said.decided_by_id IS NOT NULL "
    "AND said.changes @> jsonb_build_array(jsonb_build_object("
    "'field', 'responsibility', 'contact', NEW.contact_id::text)))"
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
    change(both(LISTS, "OLD.ends_on IS NULL", "OLD.corrected_at IS NULL", _ABOUT_NOW), "corrected_at"),
)
# A list goes the ways of its lifecycle (`lifecycles.import_life`), and is confirmed in one's own name.
TAKEN_FURTHER = both(
    "(OLD.status, NEW.status) IN (('uploaded', 'mapping'), ('mapping', 'uploaded'), ('ready', 'mapping'), "
    "('uploaded', 'reading'), ('reading', 'mapping'), ('reading', 'refused'), ('uploaded', 'refused'), "
    "('reading', 'ready'), ('ready', 'confirming'), ('confirming', 'ready'), ('confirming', 'confirmed'), "
    "('uploaded', 'abandoned'), ('mapping', 'abandoned'), ('reading', 'abandoned'), ('ready', 'abandoned'))",
    either("NEW.status <> 'confirming'", "NEW.confirmed_by_id = me", both("NEW.confirmed_by_id IS NULL", SYSTEM)),
)
# What a row of a list says is laid when the list is read, and compared anew when it goes in, or while nobody has
# decided about it. Whoever decides does so in their own name; what was left out before is left out again in the name
# of who did.
_LIST_IS = "EXISTS (SELECT FROM public.children_importrun AS list WHERE list.id = NEW.run_id AND list.status = '{}')"
_READ, _GOES_IN, _IS_IN = (_LIST_IS.format(status) for status in ("reading", "confirming", "confirmed"))
LAID = both(LISTS, "NEW.decided_by_id IS NULL", "NEW.decision IN ('', 'done')", either(_READ, _GOES_IN))
COMPARED = change(
    both(LISTS, either(_READ, _GOES_IN, both(_IS_IN, "OLD.decision = ''", "NEW.decision = ''"))),
    "kind",
    "child_id",
    "changes",
    "is_grave",
    "problems",
    "upn",
    "kin",
)
DECIDED = change(
    either(
        both(may("keep_children"), "NEW.decided_by_id = me", "NEW.decision <> 'done'"),
        both(LISTS, "NEW.decided_by_id IS NULL", either("NEW.decision = ''", SYSTEM)),
        both(LISTS, "NEW.decision = 'leave'", _READ),
        both(LISTS, "NEW.decision = 'done'", "NEW.decided_by_id IS NOT DISTINCT FROM OLD.decided_by_id", _GOES_IN),
    ),
    "decision",
    "decided_by_id",
    "decided_at",
)
# Under another name an adult is another adult, and what protects a child from the one would bind the other. A list
# changes it where somebody has taken its row who may.
_TAKEN_NAME = (
    "EXISTS (SELECT FROM public.children_importrow AS said WHERE said.school_id = NEW.school_id "
    "AND said.decision = 'take' AND rules.may_rename(said.decided_by_id, NEW.id) "
    "AND said.changes @> jsonb_build_array(jsonb_build_object('field', 'name', 'contact', NEW.id::text)))"
)
RENAMED = change(
    both(LISTS, either("rules.may_rename(me, NEW.id)", _TAKEN_NAME)),
    "forename",
    "surname",
)
# An organisation makes no family, and a hold on one reads from the history whether the adult was none before.
MADE_OF_AN_ORGANISATION = change(
    either(
        "OLD.organisation <> ''",
        "rules.just_logged('children.contact', NEW.id, NULL, 'organisation', OLD.organisation, NEW.organisation)",
    ),
    "organisation",
)
# That a child went to this school, and no other, begins a period: for who decides. Whoever says another takes it back.
DESTINATION = either(DECIDES, both(LISTS, "NOT NEW.destination_confirmed"))
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
        "children.contactrestriction": takes(
            ADDED, CONFIRMED, ENDED, CORRECTED, _split_off("children.contactrestriction"), KEPT
        ),
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
            _split_off("children.parentalresponsibility"),
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
        # By a row that somebody has taken a list ends what a colleague wrote, and gives an adult another name.
        "children.importrow": takes(
            LAID,
            COMPARED,
            DECIDED,
            change(both(LISTS, _GOES_IN, "NEW.decision = 'done'"), "facts", "who"),
            change(NEVER, "run_id", "school_id", "number"),
            closed=False,
        ),
        # The status of a list decides whether its rows may be added or compared again.
        "children.importrun": takes(
            LISTS,
            change(both(LISTS, TAKEN_FURTHER), "status"),
            change(NEVER, "school_id"),
            closed=False,
        ),
        # Whom an order is about, and whose children are of one family.
        "children.contact": takes(LISTS, RENAMED, MADE_OF_AN_ORGANISATION, change(NEVER, "school_id"), closed=False),
        "children.enrolment": takes(
            both(LISTS, DESTINATION),
            change(
                DESTINATION,
                "destination",
                "destination_authority",
                "destination_establishment",
                "destination_confirmed",
            ),
            change(NEVER, "child_id", "school_id"),
            closed=False,
        ),
        "children.childfile": Neither("a document keeps the record of its child from ending early, and opens none"),
        "children.photograph": Neither("facts ask since when it is not needed"),
        "children.mergedrow": Neither(
            "what a merge moved, by keys: written by the merge alone, and by no role that works"
        ),
    }
)
