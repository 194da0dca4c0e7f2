"""Who may write the rows of accounts, roles and teams that facts read, and which of them give rights or take some?"""

from safeguarding.accounts.second_person import LEAD_ELSEWHERE, ONE_OF_TWO, RULES, TAKES_TWO
from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import MANAGES, NEVER, SYSTEM, both, either, ended_once, keys, may
from safeguarding.rights_rows.kinds import Neither, change, gives

GIVES_ROLES = may("give_roles")
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
# Somebody of the school beside these two who could be the second, and can sign in.
_A_SECOND = (
    "EXISTS (SELECT FROM rules.live_roles_at(ARRAY[NEW.school_id]) AS other "
    "JOIN public.accounts_user AS person ON person.id = other.user_id "
    f"WHERE other.role_key = ANY ({keys((*RULES['reset'].usual, *RULES['reset'].fallback))}) "
    "AND other.user_id <> me AND other.user_id <> NEW.user_id "
    "AND NOT (person.last_login IS NULL AND starts_with(person.password, '!')))"
)
# The first start of an account that who asks has added, before anybody could sign in with it.
_FIRST_START = both(
    "NEW.what = 'password'",
    "EXISTS (SELECT FROM public.accounts_user AS person WHERE person.id = NEW.user_id "
    "AND person.added_by_id = me AND person.last_login IS NULL AND starts_with(person.password, '!'))",
    "NOT EXISTS (SELECT FROM public.accounts_roleassignment AS held WHERE held.user_id = NEW.user_id "
    f"AND (held.role_key = ANY ({keys(TAKES_TWO)}) OR held.role_key = ANY ({keys(ONE_OF_TWO)}) AND {_A_SECOND}))",
)
_NOT_LET_IN_ALONE = (
    f"(NEW.role_key <> ALL ({keys(TAKES_TWO)}) AND (NEW.role_key <> ALL ({keys(ONE_OF_TWO)}) OR NOT {_A_SECOND}) "
    "OR NOT EXISTS (SELECT FROM public.accounts_reset AS start "
    "WHERE start.user_id = NEW.user_id AND start.asked_by_id = me AND start.alone AND start.withdrawn_at IS NULL))"
)
_NEW_START = (
    "EXISTS (SELECT FROM public.accounts_reset AS start WHERE start.user_id = NEW.id AND start.what <> 'factor' "
    "AND start.used_at IS NULL AND start.withdrawn_at IS NULL AND start.confirmed_at > rules.now() - "
    "interval '2 hours')"
)

keep(
    {
        # Who gives roles adds accounts that nobody can sign in to yet. They are closed or opened at the terminal. A
        # password is one's own to change, or by a new start.
        "accounts.user": gives(
            both(
                "NEW.added_by_id = me",
                "NEW.last_login IS NULL",
                "starts_with(NEW.password, '!')",
                "cardinality(rules.schools_with(me, 'give_roles')) > 0",
            ),
            change(NEVER, "is_active", "added_by_id"),
            change(either("NEW.id = me", _NEW_START), "password"),
            closed=False,
        ),
        "accounts.school": gives(NEVER, change(may("manage_school", "NEW.id"), "roles_beyond_notice"), closed=False),
        "accounts.roleassignment": gives(
            both(GIVES_ROLES, "NEW.user_id <> me", _NOT_LET_IN_ALONE),
            change(either(both(GIVES_ROLES, either("NEW.user_id <> me", _SHORTER)), both(_BACK, _SHORTER)), "ends_on"),
            change(may("receive_calls"), "call_order"),
        ),
        "accounts.classtaught": gives(GIVES_ROLES, change(GIVES_ROLES, "ends_on")),
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
                either(_FIRST_OF_RESET, both(GIVES_ROLES, _FIRST_START)),
                either("NEW.confirmed_at IS NULL", both("NEW.alone", either(f"NOT {_IN_RECORDS}", _FIRST_START))),
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
)
