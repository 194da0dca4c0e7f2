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
                either(may("import_children"), MERGES),
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
            closed=False,
        ),
        # Whose adult somebody is, and where a child lives: what is seen of them by access to the child follows from it.
        "children.contactlink": gives(
            either(may("import_children"), SYSTEM), change(NEVER, "child_id", "contact_id", "school_id"), closed=False
        ),
        "children.householdmember": gives(
            either(may("import_children"), SYSTEM), change(NEVER, "child_id", "household_id", "school_id"), closed=False
        ),
        "children.contact": Neither("where an adult lives, by which only the home of a hidden child is hidden further"),
        "children.enrolment": Neither("where a child went: by which rule a record ends, which two people decide"),
        "children.childfile": Neither("a document keeps the record of its child from ending early, and opens none"),
        "children.photograph": Neither("facts ask since when it is not needed"),
        "children.mergedrow": Neither(
            "what a merge moved, by keys: written by the merge alone, and by no role that works"
        ),
    }
)
