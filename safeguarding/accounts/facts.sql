-- What does the database know about a person, their roles and their teams? Read by the rules of every app.
-- Run after each migration by row_security.py, which makes the schema and, from roles.py, rules.roles_with and
-- rules.roles_named. Each function is owned by a role that row security does not bind, so each says itself whom it asks about.

-- Who is asking: nobody, unless the transaction was told (context.tell_database) and the person is active.
CREATE FUNCTION rules.me() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT id FROM public.accounts_user
    WHERE id = nullif(current_setting('app.user_id', true), '')::uuid AND is_active
$$;

-- Which door the service at work has opened (context.door).
CREATE FUNCTION rules.door() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(current_setting('app.door', true), '')
$$;

-- The one clock of the rules: that of the database, at the beginning of the transaction.
CREATE FUNCTION rules.now() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT pg_catalog.now()
$$;

CREATE FUNCTION rules.today() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT (rules.now() AT TIME ZONE 'Europe/London')::date
$$;

-- Roles that are live today, of people who are active: those of one person, and all at some schools. A function stands in a
-- sub-select so that it is asked once: otherwise it is asked for each row.
CREATE FUNCTION rules.live_roles_of(me uuid) RETURNS SETOF public.accounts_roleassignment
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT held.* FROM public.accounts_roleassignment AS held
    JOIN public.accounts_user AS person ON person.id = held.user_id AND person.is_active
    WHERE held.user_id = me AND held.starts_on <= (SELECT rules.today())
      AND (held.ends_on IS NULL OR held.ends_on >= (SELECT rules.today()))
$$;

CREATE FUNCTION rules.live_roles_at(schools uuid[]) RETURNS SETOF public.accounts_roleassignment
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT held.* FROM public.accounts_roleassignment AS held
    JOIN public.accounts_user AS person ON person.id = held.user_id AND person.is_active
    WHERE held.school_id = ANY (schools) AND held.starts_on <= (SELECT rules.today())
      AND (held.ends_on IS NULL OR held.ends_on >= (SELECT rules.today()))
$$;

-- Schools where the person has a live role, whichever.
CREATE FUNCTION rules.schools_of(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(DISTINCT held.school_id), '{}') FROM rules.live_roles_of(me) AS held
$$;

-- Schools where some live role of the person has the capability.
CREATE FUNCTION rules.schools_with(me uuid, capability text) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(DISTINCT held.school_id), '{}') FROM rules.live_roles_of(me) AS held
    WHERE held.role_key = ANY ((SELECT rules.roles_with(capability))::text[])
$$;

-- Schools where the person may be given access to a record: the privacy notice names the role, or the school says so itself.
CREATE FUNCTION rules.schools_that_may_grant(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(DISTINCT held.school_id), '{}') FROM rules.live_roles_of(me) AS held
    JOIN public.accounts_school AS school ON school.id = held.school_id
    WHERE held.role_key = ANY ((SELECT rules.roles_named())::text[]) OR held.role_key = ANY (school.roles_beyond_notice)
$$;

-- Teams to which the person belongs today.
CREATE FUNCTION rules.teams_of(me uuid) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(member.team_id), '{}') FROM public.accounts_teammember AS member
    JOIN public.accounts_team AS team ON team.group_ptr_id = member.team_id AND team.ended_at IS NULL
    WHERE member.user_id = me AND member.ended_at IS NULL AND member.starts_on <= (SELECT rules.today())
      AND (member.ends_on IS NULL OR member.ends_on >= (SELECT rules.today()))
$$;
