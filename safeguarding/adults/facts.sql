-- Which concerns about adults may a person read, and which never?

-- Concerns of which the person must see nothing: they are about the person, or the person is involved.
CREATE FUNCTION rules.hidden_staff_concerns(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT staff_concern_id), '{}') FROM public.adults_adultnamed
    WHERE user_id = me AND withdrawn_at IS NULL
$$;

-- Concerns that the person has raised and that name nobody yet: whom it is about is written with it, by who may not read it.
CREATE FUNCTION rules.staff_concerns_begun(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(concern.id), '{}') FROM public.adults_staffconcern AS concern
    WHERE concern.raised_by_id = me AND NOT EXISTS (
        SELECT FROM public.adults_adultnamed AS named WHERE named.staff_concern_id = concern.id)
$$;

-- Whether somebody at the school whose role has the capability may read the concern: it does not name them.
CREATE FUNCTION rules.somebody_unnamed(concern uuid, school uuid, capability text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM rules.live_roles_at(ARRAY[school]) AS held
        WHERE held.role_key = ANY ((SELECT rules.roles_with(capability))::text[]) AND NOT EXISTS (
            SELECT FROM public.adults_adultnamed AS named
            WHERE named.staff_concern_id = concern AND named.user_id = held.user_id AND named.withdrawn_at IS NULL))
$$;

-- Concerns that the person reads by role: the Headteacher those that are not about a Headteacher, the chair of governors those
-- that are and those that came while no Headteacher was in school; and each of them where the other is not there to read.
CREATE FUNCTION rules.staff_concerns_read(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH mine AS (
        SELECT school_id, bool_or(role_key = ANY ((SELECT rules.roles_with('read_staff_concerns'))::text[])) AS head,
               bool_or(role_key = ANY ((SELECT rules.roles_with('read_about_head'))::text[])) AS chair
        FROM rules.live_roles_of(me) GROUP BY school_id
    )
    SELECT coalesce(array_agg(concern.id), '{}') FROM mine
    JOIN public.adults_staffconcern AS concern ON concern.school_id = mine.school_id AND concern.ending_at IS NULL
    WHERE (mine.head AND (NOT concern.about_head
                          OR NOT rules.somebody_unnamed(concern.id, concern.school_id, 'read_about_head')))
       OR (mine.chair AND (concern.about_head OR concern.head_away
                           OR NOT rules.somebody_unnamed(concern.id, concern.school_id, 'read_staff_concerns')))
$$;

-- Since when the designated safeguarding lead receives low-level concerns at the school; null where the lead does not.
CREATE FUNCTION rules.lead_receives_since(school uuid) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(choice.chosen_at) FROM public.adults_readingchoice AS choice
    WHERE choice.school_id = school AND choice.recipient = 'lead' AND NOT EXISTS (
        SELECT FROM public.adults_readingchoice AS later WHERE later.school_id = school AND later.recipient <> 'lead'
           AND (later.chosen_at, later.id) > (choice.chosen_at, choice.id))
$$;

-- Low-level concerns at schools that have chosen the designated safeguarding lead to receive them, where that is the person:
-- those that were open then or came later.
CREATE FUNCTION rules.staff_concerns_received(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(concern.id), '{}') FROM (
        SELECT mine.school, rules.lead_receives_since(mine.school) AS since
        FROM unnest((SELECT rules.schools_with(me, 'receive_low_level'))) AS mine (school)
    ) AS receiving
    JOIN public.adults_staffconcern AS concern ON concern.school_id = receiving.school AND concern.ending_at IS NULL
    WHERE receiving.since IS NOT NULL AND (concern.closed_at IS NULL OR concern.closed_at >= receiving.since)
      AND NOT concern.about_head AND coalesce(nullif(concern.threshold, ''), concern.raised_as) = 'low_level'
$$;

-- Concerns to which the person was given access by name, while they hold a role that handles records there.
CREATE FUNCTION rules.granted_staff_concerns(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(given.content_object_id), '{}') FROM public.adults_staffconcerngrant AS given
    JOIN public.adults_staffconcern AS concern ON concern.id = given.content_object_id AND concern.ending_at IS NULL
    WHERE given.user_id = me AND given.ended_at IS NULL AND given.expires_on >= (SELECT rules.today())
      AND given.school_id = ANY ((SELECT rules.schools_with(me, 'view_concerns') || rules.schools_with(me, 'stand_in'))::uuid[])
$$;

-- Who at the school could read by role a concern that names these people: each of the two reads where the other is not there to.
CREATE FUNCTION rules.left_to_read_adults(school uuid, named uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT held.user_id), '{}') FROM rules.live_roles_at(ARRAY[school]) AS held
    WHERE NOT held.user_id = ANY (named) AND held.role_key = ANY (
        (SELECT rules.roles_with('read_staff_concerns') || rules.roles_with('read_about_head'))::text[])
$$;

-- Concerns that are not closed and that nobody is left to read, with whom they name.
CREATE FUNCTION rules.staff_concerns_without_reader() RETURNS TABLE (school uuid, named uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT concern.school_id, naming.people FROM public.adults_staffconcern AS concern CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(one.user_id), '{}') FROM public.adults_adultnamed AS one
        WHERE one.staff_concern_id = concern.id AND one.user_id IS NOT NULL AND one.withdrawn_at IS NULL
    ) AS naming (people)
    WHERE concern.status <> 'closed' AND cardinality(rules.left_to_read_adults(concern.school_id, naming.people)) = 0
$$;

-- Schools where nobody may read some concern that is not closed: for the task that asks to name somebody.
CREATE FUNCTION rules.schools_without_adults_reader() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT school), '{}') FROM rules.staff_concerns_without_reader()
$$;

-- Whom the open concerns that nobody may read name: they are not told that somebody must be named.
CREATE FUNCTION rules.named_in_unread(at_school uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT person), '{}')
    FROM rules.staff_concerns_without_reader() AS unread CROSS JOIN unnest(unread.named) AS person
    WHERE unread.school = at_school
$$;

-- Whether there is a page of concerns about adults for the person: every page asks, for its navigation.
CREATE FUNCTION rules.reads_adults(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT cardinality((SELECT rules.schools_with(me, 'read_staff_concerns') || rules.schools_with(me, 'read_about_head'))) > 0
        -- Asked of those schools alone that ever chose so: every page asks, and somebody may lead a hundred schools.
        OR EXISTS (SELECT FROM public.adults_readingchoice AS choice
                   WHERE choice.recipient = 'lead' AND choice.school_id = ANY ((SELECT rules.schools_with(me, 'receive_low_level'))::uuid[])
                     AND rules.lead_receives_since(choice.school_id) IS NOT NULL)
        OR EXISTS (SELECT FROM unnest((SELECT rules.granted_staff_concerns(me))) AS given (concern)
                   WHERE NOT given.concern = ANY ((SELECT rules.hidden_staff_concerns(me))::uuid[]))
$$;

-- Concerns about adults that are open and touch a child: what is known of the child may be evidence. Nobody but their readers learns
-- which (`ending.py`).
CREATE FUNCTION rules.keeps_staff_concern(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, concern.id FROM rules.reached(keeps_staff_concern.records) AS r
    JOIN public.adults_staffconcernchild AS touched ON touched.child_id = r.key AND touched.withdrawn_at IS NULL
    JOIN public.adults_staffconcern AS concern ON concern.id = touched.staff_concern_id WHERE concern.status <> 'closed'
$$;

-- Concerns about adults, open or closed, that touch or touched a child (`fills` in `ending.py`).
CREATE FUNCTION rules.fills_staff_concern(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, touched.staff_concern_id FROM rules.reached(fills_staff_concern.records) AS r
    JOIN public.adults_staffconcernchild AS touched ON touched.child_id = r.key
$$;

-- From which day the period of a concern about an adult runs, once it is closed (`ending.py`; domain reference 4). Of the days that its
-- readers record the newest entry counts.
CREATE FUNCTION rules.recorded_of_adults(concern uuid, kind text) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT entry."on" FROM public.adults_staffentry AS entry
    WHERE entry.staff_concern_id = recorded_of_adults.concern AND entry.kind = recorded_of_adults.kind
    ORDER BY entry.added_at DESC, entry.id DESC LIMIT 1
$$;

-- R10, ten years from when it was raised, or until the day of pension age if that is later: so ten years before that day, which counts
-- where it comes later. Not known before the day of pension age is recorded. 29 February less ten years is 1 March.
CREATE FUNCTION rules.since_harm(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT concern.id, greatest(
        (concern.raised_at AT TIME ZONE 'Europe/London')::date,
        (pension.day - interval '10 years')::date
            + CASE WHEN (pension.day - interval '10 years' + interval '10 years')::date < pension.day THEN 1 ELSE 0 END)
    FROM public.adults_staffconcern AS concern
    CROSS JOIN LATERAL (SELECT rules.recorded_of_adults(concern.id, 'pension')) AS pension (day)
    WHERE concern.id = ANY (since_harm.records) AND concern.status = 'closed' AND pension.day IS NOT NULL
      AND coalesce(nullif(concern.threshold, ''), concern.raised_as) = 'harm' AND NOT concern.outcome IN ('malicious', 'false')
$$;

-- R10b, malicious or false: from the outcome, unless it is kept with the adult's consent.
CREATE FUNCTION rules.since_removed(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT concern.id, (concern.outcome_at AT TIME ZONE 'Europe/London')::date FROM public.adults_staffconcern AS concern
    WHERE concern.id = ANY (since_removed.records) AND concern.status = 'closed'
      AND concern.outcome IN ('malicious', 'false') AND concern.outcome_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.adults_staffentry AS entry WHERE entry.staff_concern_id = concern.id AND entry.kind = 'kept')
$$;

-- R11, low-level: from the last day here of the last of those whom it is about: of whoever has an account the end of their last role at
-- the school, of others as its reader recorded it. Where one of these is not known, none is.
CREATE FUNCTION rules.since_low_level(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT concern.id, max(gone.day) FROM public.adults_staffconcern AS concern
    JOIN public.adults_adultnamed AS named ON named.staff_concern_id = concern.id AND named.part = 'about' AND named.withdrawn_at IS NULL
    CROSS JOIN LATERAL (
        SELECT CASE WHEN count(held.id) = 0 THEN rules.recorded_of_adults(concern.id, 'left')
                    WHEN bool_and(coalesce(held.ends_on < (SELECT rules.today()), false)) THEN max(held.ends_on) END
        FROM public.accounts_roleassignment AS held WHERE held.user_id = named.user_id AND held.school_id = concern.school_id
    ) AS gone (day)
    WHERE concern.id = ANY (since_low_level.records) AND concern.status = 'closed'
      AND coalesce(nullif(concern.threshold, ''), concern.raised_as) = 'low_level'
    GROUP BY concern.id HAVING bool_and(gone.day IS NOT NULL)
$$;
