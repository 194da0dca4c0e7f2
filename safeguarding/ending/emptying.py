"""How is an account emptied whose holder has left? By a function of the database, for `destroyer` alone (domain
reference 12, R27).

What somebody signs in with goes: password, user name, e-mail address, extension, second factors, linked accounts,
sessions, when they last did; and what was open when they left: a new start that nobody has taken, teams, classes. The
row stays, with name, job, roles and conflicts of interest: records name their author, and what is about the person is
sealed for its key. Whether the time is over the function asks itself (`rules.accounts_over`), when nobody can give the
account a role any more meanwhile.
"""

from collections.abc import Iterator

from psycopg import sql

_FUNCTION = sql.SQL("public.empty_account(uuid)")
_OF_ACCOUNT = "password, username, email, extension, last_login, added_by_id, is_active, emptied_at"
# What its owner, whom row security does not bind, may do for it: table, rights.
_RIGHTS = (
    ("accounts_user", f"SELECT (id), UPDATE ({_OF_ACCOUNT})"),
    ("accounts_roleassignment", "SELECT (user_id, school_id)"),
    ("accounts_reset", "SELECT (user_id, used_at, withdrawn_at), UPDATE (withdrawn_at)"),
    ("accounts_teammember", "SELECT (user_id, ended_at), UPDATE (ended_at)"),
    ("accounts_classtaught", "SELECT (user_id, starts_on, ends_on), UPDATE (ends_on)"),
    ("usersessions_usersession", "SELECT (user_id, session_key), DELETE"),
    ("django_session", "SELECT (session_key), DELETE"),
    ("mfa_authenticator", "SELECT (user_id), DELETE"),
    ("socialaccount_socialaccount", "SELECT (id, user_id), DELETE"),
    ("socialaccount_socialtoken", "SELECT (account_id), DELETE"),
    ("account_emailaddress", "SELECT (id, user_id), DELETE"),
    ("account_emailconfirmation", "SELECT (email_address_id), DELETE"),
)


def statements(owner: sql.Identifier, *, gate: str) -> Iterator[sql.Composable]:
    """The function, and what its owner may do for it. `gate`: the table at which a hold of a school waits for it."""
    yield taken_down()
    yield sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(owner)
    yield sql.SQL(_EMPTY).format(gate=sql.SQL(gate))  # type: ignore[arg-type]
    yield sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(_FUNCTION)
    yield sql.SQL("ALTER FUNCTION {} OWNER TO {}").format(_FUNCTION, owner)
    yield sql.SQL("SET ROLE {}").format(owner)
    yield sql.SQL("GRANT EXECUTE ON FUNCTION {} TO destroyer, SESSION_USER").format(_FUNCTION)
    yield sql.SQL("RESET ROLE")
    yield sql.SQL("REVOKE CREATE ON SCHEMA public FROM {}").format(owner)
    for table, rights in _RIGHTS:
        yield sql.SQL("GRANT {} ON public.{} TO {}").format(sql.SQL(rights), sql.Identifier(table), owner)  # type: ignore[arg-type]


def taken_down() -> sql.Composable:
    """Take it away before a migration: it names tables."""
    return sql.SQL("DROP FUNCTION IF EXISTS {}").format(_FUNCTION)


# Returns whether it was emptied. A user name must be there and be nobody else's: the key is nobody's name. Who added
# the account goes too: what was written with it can be read with it, so nobody gives the next start alone.
_EMPTY = """
CREATE FUNCTION public.empty_account(account uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- A role that is being given goes first, or waits: so does a hold that is being set.
    PERFORM FROM public.accounts_user WHERE id = empty_account.account FOR UPDATE;
    PERFORM FROM {gate} WHERE school_id IN (
        SELECT role.school_id FROM public.accounts_roleassignment AS role WHERE role.user_id = empty_account.account
    ) ORDER BY school_id FOR SHARE;
    IF NOT EXISTS (SELECT FROM rules.accounts_over(empty_account.account)) THEN RETURN false; END IF;
    DELETE FROM public.django_session WHERE session_key IN (
        SELECT session_key FROM public.usersessions_usersession WHERE user_id = empty_account.account);
    DELETE FROM public.usersessions_usersession WHERE user_id = empty_account.account;
    DELETE FROM public.mfa_authenticator WHERE user_id = empty_account.account;
    DELETE FROM public.socialaccount_socialtoken WHERE account_id IN (
        SELECT id FROM public.socialaccount_socialaccount WHERE user_id = empty_account.account);
    DELETE FROM public.socialaccount_socialaccount WHERE user_id = empty_account.account;
    DELETE FROM public.account_emailconfirmation WHERE email_address_id IN (
        SELECT id FROM public.account_emailaddress WHERE user_id = empty_account.account);
    DELETE FROM public.account_emailaddress WHERE user_id = empty_account.account;
    UPDATE public.accounts_reset SET withdrawn_at = rules.now()
    WHERE user_id = empty_account.account AND used_at IS NULL AND withdrawn_at IS NULL;
    UPDATE public.accounts_teammember SET ended_at = rules.now()
    WHERE user_id = empty_account.account AND ended_at IS NULL;
    UPDATE public.accounts_classtaught SET ends_on = greatest(starts_on, rules.today() - 1)
    WHERE user_id = empty_account.account AND (ends_on IS NULL OR ends_on >= rules.today());
    UPDATE public.accounts_user
    SET password = '!', username = id::text, email = '', extension = '', last_login = NULL, added_by_id = NULL,
        is_active = false, emptied_at = rules.now()
    WHERE id = empty_account.account;
    RETURN true;
END $$
"""
