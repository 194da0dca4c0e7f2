"""Which of the tables that facts read give rights, which take some, and which do neither? One entry for each, by its
label.

Every condition is what the service asks that writes the row, said once more where no service is passed by: the
capability at the school of the row, of who asks (`me`), who stands in the row as who did it, and is not the one whom it
is for. What they read of records they read as whoever asks, behind row security: nobody gives access to what they do
not see.
"""

from collections.abc import Iterable

from safeguarding.accounts.second_person import LEAD_ELSEWHERE, RULES

from .kinds import Change, Neither, Said, change, gives, takes

NEVER = "false"
# A task of the machine, which names itself and no person (`audit/signing.py`).
SYSTEM = "(rules.task() <> '')"


def may(capability: str, school: str = "NEW.school_id") -> str:
    """Who asks has the capability at the school of the row."""
    return f"{school} = ANY (rules.schools_with(me, '{capability}'))"


def either(*conditions: str) -> str:
    return f"({' OR '.join(conditions)})"


def both(*conditions: str) -> str:
    return f"({' AND '.join(conditions)})"


def keys(roles: Iterable[str]) -> str:
    """Keys of roles as an array of texts."""
    return "'{" + ",".join(roles) + "}'::text[]"


def ended_once(*where: str, at: str = "ended_at", by: str = "ended_by_id", said: tuple[str, ...] = ()) -> Change:
    """It ends, once, by who asks: what was ended stays so."""
    return change(both(f"OLD.{at} IS NULL", f"NEW.{by} = me", *where), at, by, *said)


MANAGES = may("manage_access")
GIVES_ROLES = may("give_roles")
MERGES = both(MANAGES, may("view_child_details"))
DECIDES = may("decide_concerns")
OF_SCHOOL = (
    "EXISTS (SELECT FROM public.{table} AS here WHERE here.id = NEW.{column} AND here.school_id = NEW.school_id)"
)


def of_school(table: str, column: str) -> str:
    """The record that the row names is of the row's school, and who asks sees it."""
    return OF_SCHOOL.format(table=table, column=column)


def decides(concern: str) -> str:
    """Who decides the concern: by role, or in place of somebody from whom it is hidden."""
    return either(DECIDES, f"{concern} = ANY (rules.concerns_standing_in(me))")


def granted(*where: str) -> str:
    """Access by name: given by who asks, to somebody else, and not ended from the start."""
    return both("NEW.granted_by_id = me", "NEW.ended_at IS NULL", *where)


_SHORTER = "NEW.ends_on < coalesce(OLD.ends_on, 'infinity'::date)"
# The role of who acted ends with the period that the lead has ended who is back.
_BACK = (
    "(OLD.role_key = 'acting_lead' AND EXISTS (SELECT FROM public.accounts_actingperiod AS over "
    "WHERE over.assignment_id = OLD.id AND over.away_id = me AND over.ended_by_id = me))"
)
_OF_TEAM = (
    "EXISTS (SELECT FROM public.accounts_team AS team WHERE team.group_ptr_id = NEW.team_id "
    "AND team.school_id = ANY (rules.schools_with(me, 'manage_access')))"
)
_SECOND = {*RULES["reset"].usual, *RULES["reset"].fallback, *LEAD_ELSEWHERE}
_FIRST_OF_RESET = (
    f"EXISTS (SELECT FROM rules.live_roles_of(me) AS held WHERE held.school_id = NEW.school_id "
    f"AND held.role_key = ANY ({keys(RULES['reset'].usual)}))"
)
_SECOND_OF_RESET = (
    f"EXISTS (SELECT FROM rules.live_roles_of(me) AS held WHERE held.role_key = ANY ({keys(sorted(_SECOND))}))"
)
_IN_RECORDS = (
    "EXISTS (SELECT FROM rules.live_roles_of(NEW.user_id) AS held WHERE held.role_key = ANY (rules.roles_in_records()))"
)
_NEW_START = (
    "EXISTS (SELECT FROM public.accounts_reset AS start WHERE start.user_id = NEW.id AND start.what <> 'factor' "
    "AND start.used_at IS NULL AND start.withdrawn_at IS NULL AND start.confirmed_at > rules.now() - "
    "interval '2 hours')"
)

ACCOUNTS: Said = {
    # Accounts are made, and closed or opened, at the terminal. A password is one's own to change, or by two people's
    # new start.
    "accounts.user": gives(
        NEVER,
        change(NEVER, "is_active"),
        change(either("NEW.id = me", _NEW_START), "password"),
        closed=False,
    ),
    "accounts.school": gives(NEVER, change(may("manage_school", "NEW.id"), "roles_beyond_notice"), closed=False),
    "accounts.roleassignment": gives(
        both(GIVES_ROLES, "NEW.user_id <> me"),
        change(either(both(GIVES_ROLES, either("NEW.user_id <> me", _SHORTER)), both(_BACK, _SHORTER)), "ends_on"),
        change(may("receive_calls"), "call_order"),
    ),
    "accounts.actingperiod": gives(
        both(GIVES_ROLES, "NEW.named_by_id = me", "NEW.acting_id <> me"),
        change(both(GIVES_ROLES, "NEW.acting_id <> me", "OLD.ended_at IS NULL"), "ends_on", "absence_id"),
        ended_once(either(GIVES_ROLES, "NEW.away_id = me")),
        change(either(SYSTEM, GIVES_ROLES, "NEW.away_id = me"), "told_at"),
        change("NEW.away_id = me", "read_at"),
    ),
    "accounts.team": gives(MANAGES, change(both(MANAGES, "OLD.ended_at IS NULL"), "ended_at")),
    "accounts.teammember": gives(
        both(_OF_TEAM, "NEW.user_id <> me"), change(both(_OF_TEAM, "OLD.ended_at IS NULL"), "ended_at")
    ),
    "accounts.reset": gives(
        both(
            "NEW.asked_by_id = me",
            "NEW.user_id <> me",
            "NEW.used_at IS NULL",
            "NEW.confirmed_by_id IS NULL",
            _FIRST_OF_RESET,
            either("NEW.confirmed_at IS NULL", both("NEW.alone", f"NOT {_IN_RECORDS}")),
        ),
        change(
            both(
                "OLD.confirmed_at IS NULL",
                "NEW.confirmed_by_id = me",
                "NEW.asked_by_id <> me",
                "NEW.user_id <> me",
                _SECOND_OF_RESET,
            ),
            "confirmed_at",
            "confirmed_by_id",
            "confirmed_how",
            "second_half",
        ),
        # Who uses it is not signed in yet; it ends by that, and whoever is told of it may end it.
        change("OLD.used_at IS NULL AND OLD.withdrawn_at IS NULL", "used_at", "withdrawn_at"),
    ),
    "accounts.conflictanswer": Neither(
        "what somebody answers to the yearly question; until they have, a page asks first"
    ),
    "accounts.notice": Neither("word that there is something to read: who reads it, the record's own rule says"),
    "usersessions.usersession": Neither(
        "whose session it is that a request came with; its person's roles are what gives"
    ),
}

CHILDREN: Said = {
    "children.childgrant": gives(
        granted(MANAGES, "NEW.user_id <> me", of_school("children_child", "content_object_id")),
        ended_once(MANAGES, said=("end_reason",)),
    ),
    "children.childteamgrant": gives(
        granted(MANAGES, of_school("children_child", "content_object_id")), ended_once(MANAGES, said=("end_reason",))
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
    # A card becomes part of another, or stands by itself again, as somebody has just decided (`children.childmerge`).
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
    "children.mergedrow": Neither("what a merge moved, by keys: written by the merge alone, and by no role that works"),
}
