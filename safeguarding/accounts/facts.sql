-- What does the database know about a person, their roles and their teams? Read by the rules of every app.
-- Run after each migration by row_security.py, which makes the schema and, from roles.py, rules.roles_with and
-- rules.roles_named. Each function is owned by a role that row security does not bind, so each says itself whom it asks about.

-- The next four, and the two of roles, are pieces of facts and read as whoever calls them, which is a fact. Without SECURITY DEFINER
-- the planner writes their text into it: it takes a third less time, and a page asks some forty. No other may be so (row_security.py): what a fact hides
-- would be shown where its reader sees too little.

-- The one clock of the rules: that of the database, at the beginning of the transaction.
CREATE FUNCTION rules.now() RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT pg_catalog.now()
$$;

CREATE FUNCTION rules.today() RETURNS date
LANGUAGE sql STABLE AS $$
    SELECT (rules.now() AT TIME ZONE 'Europe/London')::date
$$;

-- Roles that are live today, of people who are active: those of one person, and all at some schools. A function stands in a
-- sub-select so that it is asked once: otherwise it is asked for each row.
CREATE FUNCTION rules.live_roles_of(me uuid) RETURNS SETOF public.accounts_roleassignment
LANGUAGE sql STABLE AS $$
    SELECT held.* FROM public.accounts_roleassignment AS held
    WHERE held.user_id = me AND held.starts_on <= (SELECT rules.today())
      -- Asked once: of who leads a hundred schools a join would ask it a hundred times.
      AND EXISTS (SELECT FROM public.accounts_user AS person WHERE person.id = me AND person.is_active)
      AND (held.ends_on IS NULL OR held.ends_on >= (SELECT rules.today()))
$$;

CREATE FUNCTION rules.live_roles_at(schools uuid[]) RETURNS SETOF public.accounts_roleassignment
LANGUAGE sql STABLE AS $$
    SELECT held.* FROM public.accounts_roleassignment AS held
    JOIN public.accounts_user AS person ON person.id = held.user_id AND person.is_active
    WHERE held.school_id = ANY (schools) AND held.starts_on <= (SELECT rules.today())
      AND (held.ends_on IS NULL OR held.ends_on >= (SELECT rules.today()))
$$;

-- Schools where the person has a live role, whichever.
CREATE FUNCTION rules.schools_of(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT held.school_id), '{}') FROM rules.live_roles_of(me) AS held
$$;

-- Schools where some live role of the person has the capability.
CREATE FUNCTION rules.schools_with(me uuid, capability text) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT held.school_id), '{}') FROM rules.live_roles_of(me) AS held
    WHERE held.role_key = ANY ((SELECT rules.roles_with(capability))::text[])
$$;

-- The same, where the privacy notice names that role, or the school says so itself: what the notice does not name, sees nothing.
CREATE FUNCTION rules.schools_named_with(me uuid, capability text) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT held.school_id), '{}') FROM rules.live_roles_of(me) AS held
    JOIN public.accounts_school AS school ON school.id = held.school_id
    WHERE held.role_key = ANY ((SELECT rules.roles_with(capability))::text[])
      AND (held.role_key = ANY ((SELECT rules.roles_named())::text[]) OR held.role_key = ANY (school.roles_beyond_notice))
$$;

-- Schools where the person may be given access to a record: the privacy notice names the role, or the school says so itself.
CREATE FUNCTION rules.schools_that_may_grant(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT held.school_id), '{}') FROM rules.live_roles_of(me) AS held
    JOIN public.accounts_school AS school ON school.id = held.school_id
    WHERE held.role_key = ANY ((SELECT rules.roles_named())::text[]) OR held.role_key = ANY (school.roles_beyond_notice)
$$;

-- Teams to which the person belongs today.
CREATE FUNCTION rules.teams_of(me uuid) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(member.team_id), '{}') FROM public.accounts_teammember AS member
    JOIN public.accounts_team AS team ON team.group_ptr_id = member.team_id AND team.ended_at IS NULL
    WHERE member.user_id = me AND member.ended_at IS NULL AND member.starts_on <= (SELECT rules.today())
      AND (member.ends_on IS NULL OR member.ends_on >= (SELECT rules.today()))
$$;

-- What a request needs of somebody's roles on a day: where, which, and whether they have answered the question of that school
-- year there. The day is that of whoever asks: a rota looks ahead.
CREATE FUNCTION rules.roles_held(me uuid, day date, of_year integer)
RETURNS TABLE (school_id uuid, school_name text, role_key text, classes text[], answered boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT held.school_id, school.name, held.role_key, ARRAY (
        SELECT taught.class_name FROM public.accounts_classtaught AS taught
        WHERE taught.user_id = me AND taught.school_id = held.school_id
          AND taught.starts_on <= day AND (taught.ends_on IS NULL OR taught.ends_on >= day)
        ORDER BY taught.class_name), EXISTS (
        SELECT FROM public.accounts_conflictanswer AS answer
        WHERE answer.user_id = held.user_id AND answer.school_id = held.school_id AND answer.year = of_year)
    FROM public.accounts_roleassignment AS held JOIN public.accounts_school AS school ON school.id = held.school_id
    WHERE held.user_id = me AND held.starts_on <= day AND (held.ends_on IS NULL OR held.ends_on >= day)
    ORDER BY school.name, held.starts_on, held.id
$$;

-- A session: whose, since when and when last used, on a shared device or not; with those roles of its person, and whether
-- there may be a reset since then to tell them of.
CREATE FUNCTION rules.session_of(key text, since timestamptz, day date, of_year integer)
RETURNS TABLE (id bigint, user_id uuid, begun_at timestamptz, used_at timestamptz, shared boolean, roles json, has_resets boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT this.id, this.user_id, this.created_at, this.last_seen_at, coalesce((this.data ->> 'shared')::boolean, false),
        (SELECT json_agg(held) FROM rules.roles_held(this.user_id, day, of_year) AS held), EXISTS (
        SELECT FROM public.accounts_reset AS reset
        WHERE reset.confirmed_at > since AND (
            reset.user_id = this.user_id
            OR reset.school_id IN (SELECT role.school_id FROM public.accounts_roleassignment AS role
                                   WHERE role.user_id = this.user_id)))
    FROM public.usersessions_usersession AS this WHERE this.session_key = key
$$;

-- How many notices wait to be opened: no more than the menu shows ("99+").
CREATE FUNCTION rules.unopened_notices(me uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) FROM (
        SELECT FROM public.accounts_notice WHERE user_id = me AND opened_at IS NULL AND settled_at IS NULL LIMIT 100
    ) AS unopened
$$;

CREATE FUNCTION rules.was_ever_told(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.accounts_notice WHERE user_id = me)
$$;
