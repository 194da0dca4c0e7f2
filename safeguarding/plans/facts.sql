-- Which plans may a person see and keep beside those of their role, and which never?

-- Children whose plans the person keeps because nobody whose role keeps them (`capability`) may see the child: an alternate lead,
-- where none may see the child the Headteacher, else the chair of governors; at the schools where that is their role.
CREATE FUNCTION rules.plans_standing_in(me uuid, capability text) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH mine AS (
        SELECT school_id, min(array_position(ARRAY['alternate_lead', 'headteacher', 'chair'], role_key::text)) AS place
        FROM rules.live_roles_of(me) WHERE role_key = ANY ((SELECT rules.roles_with('stand_in_plans'))::text[])
        GROUP BY school_id
    ), keepers AS MATERIALIZED (
        SELECT held.school_id, held.user_id, rules.hidden_children(held.user_id) AS hidden
        FROM rules.live_roles_at(ARRAY(SELECT school_id FROM mine)) AS held
        WHERE held.role_key = ANY ((SELECT rules.roles_with(plans_standing_in.capability))::text[])
        GROUP BY held.school_id, held.user_id
    ), nearer AS MATERIALIZED (
        SELECT held.school_id, min(array_position(ARRAY['alternate_lead', 'headteacher', 'chair'], held.role_key::text)) AS place,
               rules.hidden_children(held.user_id) AS hidden
        FROM rules.live_roles_at(ARRAY(SELECT school_id FROM mine WHERE place > 1)) AS held
        WHERE held.role_key = ANY ((SELECT rules.roles_with('stand_in_plans'))::text[])
        GROUP BY held.school_id, held.user_id
    )
    -- Nearly nobody stands in for anybody: for them nothing else is looked up.
    SELECT CASE WHEN NOT EXISTS (SELECT FROM mine) THEN '{}' ELSE (
        SELECT coalesce(array_agg(DISTINCT child.id), '{}')
        FROM mine JOIN keepers ON keepers.school_id = mine.school_id
        JOIN public.children_child AS child ON child.id = ANY (keepers.hidden) AND child.school_id = mine.school_id
        WHERE NOT EXISTS (
                SELECT FROM keepers AS other WHERE other.school_id = mine.school_id AND NOT child.id = ANY (other.hidden))
          AND NOT EXISTS (
                SELECT FROM nearer
                WHERE nearer.school_id = mine.school_id AND nearer.place < mine.place AND NOT child.id = ANY (nearer.hidden))
    ) END
$$;

-- Children of whom the person keeps plans of some area standing in.
CREATE FUNCTION rules.plans_kept_for(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT id), '{}')
    FROM unnest(rules.plans_standing_in(me, 'keep_protection') || rules.plans_standing_in(me, 'keep_adoption')) AS id
$$;

-- Children of the concerns and of the plans for which the person stands in: they must know whom it is about. Who finds every child of
-- the school by role is not asked for plans.
CREATE FUNCTION rules.children_standing_in(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.named_where_standing_in(me) || CASE WHEN EXISTS (
        SELECT FROM rules.live_roles_of(me)
        WHERE role_key = ANY ((SELECT rules.roles_with('stand_in_plans'))::text[])
          AND NOT school_id = ANY ((SELECT rules.schools_with(me, 'find_children'))::uuid[])
    ) THEN rules.plans_kept_for(me) ELSE '{}' END
$$;

-- The areas of this child's plans that the person keeps: by role, where the school's privacy notice names it, or standing in. Plans
-- about needs are kept by leads while the notice names no SENCO. None of a child hidden from the person.
CREATE FUNCTION rules.areas_kept(me uuid, school uuid, child uuid) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(one.area ORDER BY one.place), '{}')
    FROM unnest(ARRAY['protection', 'care', 'needs', 'adoption', 'attendance']) WITH ORDINALITY AS one (area, place)
    WHERE NOT areas_kept.child = ANY (rules.hidden_children(me)) AND (
        areas_kept.school = ANY (rules.schools_named_with(me, 'keep_' || one.area))
        OR (one.area = 'needs' AND areas_kept.school = ANY (rules.schools_named_with(me, 'keep_needs_without_senco'))
            AND NOT EXISTS (SELECT FROM public.accounts_school AS here
                            WHERE here.id = areas_kept.school AND 'senco' = ANY (here.roles_beyond_notice)))
        OR areas_kept.child = ANY (
            rules.plans_standing_in(me, CASE one.area WHEN 'adoption' THEN 'keep_adoption' ELSE 'keep_protection' END)))
$$;

-- Episodes of which the person must see nothing: the concern that they began with is hidden from them; and those that were entered
-- in error, but on the pages about them (context.with_errors).
CREATE FUNCTION rules.episodes_hidden(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(episode.id), '{}') FROM public.plans_episode AS episode
    WHERE episode.began_with_id = ANY ((SELECT rules.hidden_concerns(me))::uuid[])
       OR (episode.status = 'error' AND NOT CASE (SELECT rules.errors_shown())
               WHEN '' THEN false
               WHEN 'all' THEN true
               ELSE episode.id::text = (SELECT rules.errors_shown())
           END)
$$;

-- Episodes whose concern is restricted, and not open to the person: nothing but the badge.
CREATE FUNCTION rules.episodes_restricted(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(episode.id), '{}') FROM public.plans_episode AS episode
    WHERE episode.began_with_id = ANY ((SELECT rules.restricted_concerns(me))::uuid[])
      AND NOT episode.began_with_id = ANY ((SELECT rules.granted_concerns(me))::uuid[])
$$;

-- Dates of plans of which the person must see nothing: they are a meeting about a concern that is hidden from the person, or in which
-- their child is named no more; and whatever waits because of such a one. The services that count a plan anew, or end it, leave none of
-- them behind (the door "counting").
CREATE FUNCTION rules.steps_hidden(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE shut AS (
        SELECT step.id FROM public.plans_step AS step JOIN public.concerns_meeting AS met ON met.id = step.meeting_id
        WHERE met.concern_id = ANY ((SELECT rules.hidden_concerns(me) || rules.concerns_in_error(me))::uuid[])
           OR NOT EXISTS (
               SELECT FROM public.concerns_concernchild AS named
               WHERE named.concern_id = met.concern_id AND named.child_id IN (step.child_id, step.met_for))
        UNION
        SELECT later.id FROM public.plans_step AS later JOIN shut ON later.after_id = shut.id
    )
    SELECT CASE WHEN (SELECT rules.door()) = 'counting' THEN '{}' ELSE (SELECT coalesce(array_agg(id), '{}') FROM shut) END
$$;

-- Rows whose changes tell the person what they may not know: of an adoption, of episodes that are hidden from them or restricted, and of
-- dates that are hidden from them.
CREATE FUNCTION rules.plan_changes_hidden(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH shut AS MATERIALIZED (
        SELECT id FROM public.plans_episode
        WHERE id = ANY ((SELECT rules.episodes_hidden(me) || rules.episodes_restricted(me))::uuid[])
           OR (area = 'adoption' AND NOT school_id = ANY ((SELECT rules.schools_named_with(me, 'view_adoption'))::uuid[])
               AND NOT child_id = ANY ((SELECT rules.plans_standing_in(me, 'keep_adoption'))::uuid[]))
    )
    , met AS MATERIALIZED (SELECT unnest(rules.steps_hidden(me)) AS id)
    SELECT coalesce(array_agg(id), '{}') FROM (
        SELECT id FROM shut
        UNION ALL
        SELECT id FROM met
        UNION ALL
        SELECT id FROM public.plans_step WHERE episode_id IN (SELECT id FROM shut)
        UNION ALL
        SELECT id FROM public.plans_stepnote WHERE episode_id IN (SELECT id FROM shut) OR step_id IN (SELECT id FROM met)
        UNION ALL
        SELECT id FROM public.plans_professional WHERE episode_id IN (SELECT id FROM shut)
        UNION ALL
        SELECT id FROM public.plans_planfile WHERE episode_id IN (SELECT id FROM shut) OR step_id IN (SELECT id FROM met)
        UNION ALL
        SELECT id FROM public.plans_designation WHERE episode_id IN (SELECT id FROM shut)
    ) AS rows
$$;

-- What changed in dates of plans while they were a meeting that is hidden from the person, and is not there any more: it was called off.
CREATE FUNCTION rules.meetings_in_changes(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT entry.id), '{}')
    FROM public.concerns_meeting AS met
    JOIN public.concerns_concernchild AS named ON named.concern_id = met.concern_id
    JOIN public.plans_step AS step ON step.child_id = named.child_id
    JOIN public.audit_logentry AS last ON last.object_id = step.id AND last.changes -> 'meeting' ? met.id::text
    JOIN public.audit_logentry AS entry ON entry.object_id = step.id AND entry.at <= last.at
    WHERE met.concern_id = ANY ((SELECT rules.hidden_concerns(me))::uuid[])
$$;

-- When a child was born whose plans the person keeps, some area of them: dates of some steps depend on it.
CREATE FUNCTION rules.born_for_plans(me uuid, child uuid) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT detail.date_of_birth FROM public.children_childdetail AS detail
    WHERE detail.child_id = born_for_plans.child
      AND cardinality(rules.areas_kept(me, detail.school_id, detail.child_id)) > 0
$$;

-- Plans that are open keep the record of their child (`ending.py`).
CREATE FUNCTION rules.keeps_open_plan(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, episode.id FROM rules.reached(keeps_open_plan.records) AS r
    JOIN public.plans_episode AS episode ON episode.child_id = r.key WHERE episode.status = 'open'
$$;

-- From which day a child was looked after, or had an education, health and care plan: their files are kept by a rule of their own. A
-- plan that was asked for and not decided is none.
CREATE FUNCTION rules.rests_on_care(records uuid[]) RETURNS TABLE (record uuid, row_key uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, e.id, e.starts_on FROM rules.reached(rests_on_care.records) AS r
    JOIN public.plans_episode AS e ON e.child_id = r.key
    WHERE e.kind IN ('looked_after', 'previously_looked_after', 'care_leaver') AND e.status <> 'error'
$$;

CREATE FUNCTION rules.since_looked_after(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT record, min(day) FROM rules.rests_on_care(since_looked_after.records) GROUP BY record
$$;

CREATE FUNCTION rules.rests_on_needs(records uuid[]) RETURNS TABLE (record uuid, row_key uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, e.id, e.decided_on FROM rules.reached(rests_on_needs.records) AS r
    JOIN public.plans_episode AS e ON e.child_id = r.key
    WHERE e.area = 'needs' AND e.status <> 'error' AND e.decided_on IS NOT NULL
$$;

CREATE FUNCTION rules.since_plan_for_needs(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT record, min(day) FROM rules.rests_on_needs(since_plan_for_needs.records) GROUP BY record
$$;

-- Signs that a record has to be kept for long (`ending.py`): the category of abuse of a plan, first and now, and factors of an
-- assessment. What is changed afterwards is a sign from the day of the change.
CREATE FUNCTION rules.signs_plan(records uuid[], codes text[]) RETURNS TABLE (record uuid, row_key uuid, code text, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, e.id, said.code, (greatest(e.written_at, (
        SELECT max(typed.at) FROM public.audit_logentry AS typed
        WHERE typed.object_id = e.id AND typed.changes ?| ARRAY['category', 'latest_category']
    )) AT TIME ZONE 'Europe/London')::date
    FROM rules.reached(signs_plan.records) AS r
    JOIN public.plans_episode AS e ON e.child_id = r.key
    CROSS JOIN LATERAL (VALUES
        ('FIRST.' || e.category), (CASE WHEN e.latest_category <> e.category THEN 'NOW.' || e.latest_category END)
    ) AS said (code)
    WHERE said.code = ANY (signs_plan.codes) AND e.status <> 'error'
$$;

CREATE FUNCTION rules.signs_assessment(records uuid[], codes text[]) RETURNS TABLE (record uuid, row_key uuid, code text, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, step.id, said.code, (greatest(step.held_at, step.written_at, (
        SELECT max(typed.at) FROM public.audit_logentry AS typed WHERE typed.object_id = step.id AND typed.changes ? 'factors'
    )) AT TIME ZONE 'Europe/London')::date
    FROM rules.reached(signs_assessment.records) AS r
    JOIN public.plans_step AS step ON step.child_id = r.key
    JOIN public.plans_episode AS e ON e.id = step.episode_id AND e.status <> 'error'
    CROSS JOIN LATERAL (SELECT 'FACTOR.' || factor FROM unnest(step.factors) AS factor) AS said (code)
    WHERE said.code = ANY (signs_assessment.codes) AND step.status <> 'set_aside'
$$;

-- Of which of these the person may not know: plans that are hidden from them, restricted, or read by none of their roles, with their steps.
CREATE FUNCTION rules.signs_shut_in_plans(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH shut AS MATERIALIZED (
        SELECT e.id FROM public.plans_episode AS e
        WHERE e.id = ANY ((SELECT rules.episodes_hidden(me) || rules.episodes_restricted(me))::uuid[])
           OR (e.area = 'protection' AND e.school_id = ANY ((SELECT rules.schools_of(me))::uuid[])
               AND NOT e.school_id = ANY ((SELECT rules.schools_named_with(me, 'view_protection'))::uuid[])
               AND NOT e.child_id = ANY ((SELECT rules.plans_standing_in(me, 'keep_protection'))::uuid[]))
    )
    SELECT ARRAY(SELECT id FROM shut UNION ALL SELECT id FROM public.plans_step WHERE episode_id IN (SELECT id FROM shut))
           || rules.steps_hidden(me)
$$;

-- The children of a school whose attendance the person keeps, by these numbers, current or former. None that is hidden from the person:
-- such a number reads as one that nobody has.
CREATE FUNCTION rules.children_by_upn(me uuid, school uuid, upns text[]) RETURNS TABLE (upn text, child uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT ON (found.number) found.number, found.child_id
    FROM (
        SELECT detail.upn AS number, detail.child_id, 1 AS place FROM public.children_childdetail AS detail
        WHERE detail.school_id = children_by_upn.school AND detail.upn = ANY (children_by_upn.upns)
        UNION ALL
        SELECT former.upn, former.child_id, 2 FROM public.children_formerupn AS former
        WHERE former.school_id = children_by_upn.school AND former.upn = ANY (children_by_upn.upns)
    ) AS found
    JOIN public.children_child AS card ON card.id = found.child_id AND card.merged_into_id IS NULL
    WHERE children_by_upn.school = ANY ((SELECT rules.schools_named_with(children_by_upn.me, 'keep_attendance'))::uuid[])
      AND NOT found.child_id = ANY ((SELECT rules.hidden_children(children_by_upn.me))::uuid[])
    ORDER BY found.number, found.place
$$;

-- What of plans is on a record (`fills` in `ending.py`): a plan or status of any kind, ended or entered in error too, also of a brother
-- or sister; and the register of the last six years (SI 2024/208 reg 7).
CREATE FUNCTION rules.fills_plan(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, episode.id FROM rules.reached_of_family(fills_plan.records) AS r
    JOIN public.plans_episode AS episode ON episode.child_id = r.key
$$;

CREATE FUNCTION rules.fills_attendance(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, newest.id FROM rules.reached(fills_attendance.records) AS r
    CROSS JOIN LATERAL (
        SELECT day.id FROM public.plans_attendanceday AS day
        WHERE day.child_id = r.key AND day.on >= ((SELECT rules.today()) - interval '6 years')::date ORDER BY day.on DESC LIMIT 1
    ) AS newest
$$;

-- Whether a school has stated that its attendance register is kept in another system. Until it has, what Harbour holds may be the only
-- register.
CREATE FUNCTION rules.register_is_elsewhere(school uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM public.plans_registerplace AS stated
        WHERE stated.school_id = register_is_elsewhere.school AND stated.place = 'elsewhere')
$$;

-- The register is kept for six years from the last entry (SI 2024/208 reg 7), whichever rule would end the child's file before.
CREATE FUNCTION rules.keeps_register(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, newest.id FROM rules.reached(keeps_register.records) AS r
    CROSS JOIN LATERAL (
        SELECT day.id, day.on, day.school_id FROM public.plans_attendanceday AS day
        WHERE day.child_id = r.key ORDER BY day.on DESC LIMIT 1
    ) AS newest
    WHERE (newest.on + interval '6 years')::date >= (SELECT rules.today()) AND NOT rules.register_is_elsewhere(newest.school_id)
$$;

-- The same of a school year, where a school has adopted a shorter rule for its days.
CREATE FUNCTION rules.keeps_register_year(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT year.id, year.id FROM public.plans_attendanceyear AS year
    WHERE year.id = ANY (keeps_register_year.records) AND (year.last_on + interval '6 years')::date >= (SELECT rules.today())
      AND NOT rules.register_is_elsewhere(year.school_id)
$$;

-- When a school year of attendance was over.
CREATE FUNCTION rules.attendance_over(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT year.id, year.last_on FROM public.plans_attendanceyear AS year
    WHERE year.id = ANY (attendance_over.records) AND year.last_on < (SELECT rules.today())
$$;
