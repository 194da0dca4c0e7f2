"""Who may write the rows of accounts, roles and teams that facts read, and those by which somebody gets in? Which of
them give rights, and which take some?
"""

from safeguarding.accounts.models import Reset
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
# Whose the roles are that somebody holds, or will: who gives roles at one of those schools.
_GIVES_THEIR_ROLES = (
    "EXISTS (SELECT FROM public.accounts_roleassignment AS held WHERE held.user_id = NEW.id "
    "AND (held.ends_on IS NULL OR held.ends_on >= rules.today()) "
    "AND held.school_id = ANY (rules.schools_with(me, 'give_roles')))"
)


# An emptied account is its holder's again, for who gives roles: no password opens it before a new start.
_GIVEN_BACK = both(
    "OLD.emptied_at IS NOT NULL",
    "NEW.emptied_at IS NULL",
    "NEW.is_active",
    "NEW.id <> me",
    "starts_with(NEW.password, '!')",
    "cardinality(rules.schools_with(me, 'give_roles')) > 0",
)


def _new_start(person: str, besides: Reset.What) -> str:
    """A new start was confirmed and has not been taken. One that is about `besides` alone is none."""
    return (
        f"EXISTS (SELECT FROM public.accounts_reset AS start WHERE start.user_id = {person} "
        f"AND start.what <> '{besides}' AND start.used_at IS NULL AND start.withdrawn_at IS NULL "
        "AND start.confirmed_at > rules.now() - interval '2 hours')"
    )


# On the way in, and behind a locked screen, somebody is nobody to the database. So is a statement that names nobody:
# what nobody may, everybody may.
_OWN_OR_ON_THE_WAY = either("NEW.user_id = me", "me IS NULL")
_HAS_NONE = (
    "NOT EXISTS (SELECT FROM public.mfa_authenticator AS held "
    "WHERE held.user_id = NEW.user_id AND held.type <> 'recovery_codes')"
)
# The list of codes comes with the first app or passkey, before that is used.
_WITH_THE_FIRST = (
    "EXISTS (SELECT FROM public.mfa_authenticator AS held WHERE held.user_id = NEW.user_id "
    "AND held.type <> 'recovery_codes' AND held.last_used_at IS NULL AND NOT held.data ? 'last_counter')"
)
# An app has its secret and a list of codes its seed: texts that open for this person alone. The library's older shape
# of a list, codes one by one, is never written here.
_IN_SHAPE = (
    "(NEW.type = 'webauthn' OR NOT NEW.data ? 'migrated_codes' AND coalesce(jsonb_typeof("
    "NEW.data -> CASE NEW.type WHEN 'totp' THEN 'secret' ELSE 'seed' END) = 'string', false))"
)


def _used_only(*counted: str) -> str:
    """Of what a factor is made nothing changes but that it was used; what was used up stays so."""
    rest = keys(counted)
    return both(
        f"NEW.data - {rest} = OLD.data - {rest}",
        "coalesce((NEW.data ->> 'last_counter')::bigint, -1) >= coalesce((OLD.data ->> 'last_counter')::bigint, -1)",
        "coalesce((NEW.data ->> 'used_mask')::bigint, 0) & coalesce((OLD.data ->> 'used_mask')::bigint, 0) "
        "= coalesce((OLD.data ->> 'used_mask')::bigint, 0)",
    )


keep(
    {
        # Who gives roles adds accounts that nobody can sign in to yet. They are closed at the terminal; one that was
        # emptied is opened for its holder, who is back. A password is one's own to change, or by a new start; user name
        # and address are, or for who gives the roles.
        "accounts.user": gives(
            both(
                "NEW.added_by_id = me",
                "NEW.last_login IS NULL",
                "starts_with(NEW.password, '!')",
                "cardinality(rules.schools_with(me, 'give_roles')) > 0",
            ),
            change(NEVER, "added_by_id"),
            change(_GIVEN_BACK, "is_active", "emptied_at"),
            change(either("NEW.id = me", _new_start("NEW.id", Reset.What.FACTOR)), "password"),
            change(either("NEW.id = me", _GIVES_THEIR_ROLES), "username", "email"),
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
        # The session's own data says whose it is, and nobody else can sign that. The row goes with it.
        "usersessions.usersession": gives(
            _OWN_OR_ON_THE_WAY,
            change(NEVER, "user_id", "created_at"),
            change(_OWN_OR_ON_THE_WAY, "session_key", "last_seen_at", "data", "ip", "user_agent"),
            closed=False,
        ),
        "mfa.authenticator": gives(
            both(
                either(
                    "NEW.user_id = me",
                    both("me IS NULL", "NEW.type <> 'recovery_codes'", _HAS_NONE),
                    both("me IS NULL", "NEW.type = 'recovery_codes'", _WITH_THE_FIRST),
                ),
                _IN_SHAPE,
            ),
            change(NEVER, "user_id", "type", "created_at"),
            # Not held to be later than before: a clock that was put back would shut out whoever signs in.
            change(both(_OWN_OR_ON_THE_WAY, "NEW.last_used_at IS NOT NULL"), "last_used_at"),
            change(both("NEW.user_id = me", _used_only("last_counter", "used_mask", "viewed_at")), "data"),
            change(both("me IS NULL", _used_only("last_counter", "used_mask")), "data"),
            closed=False,
            remove=either("OLD.user_id = me", _new_start("OLD.user_id", Reset.What.PASSWORD)),
        ),
        # An account elsewhere that signs somebody in: linked and taken away by its owner alone.
        "socialaccount.socialaccount": gives(
            "NEW.user_id = me",
            change(NEVER, "user_id", "provider", "uid"),
            closed=False,
            remove="OLD.user_id = me",
        ),
    }
)
