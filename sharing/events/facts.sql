-- Who shares for a child that nobody who shares may see, and which decisions to share are out of somebody's sight?

-- Children for whom the person shares because no lead, deputy or Headteacher of the school may see the child: the same people stand in
-- as for plans.
CREATE FUNCTION rules.sharing_standing_in(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.plans_standing_in(me, 'share')
$$;

-- Restricted concerns that neither a role nor access by name opens to the person: what was shared of them is as shut.
CREATE FUNCTION rules.sharing_shut_concerns(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(key), '{}') FROM unnest(rules.restricted_concerns(me)) AS key
    WHERE NOT key = ANY ((SELECT rules.granted_concerns(me))::uuid[])
$$;

-- Decisions to share that name one of those.
CREATE FUNCTION rules.shares_restricted(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM public.sharing_sharingevent
    WHERE cardinality(concerns) > 0 AND concerns && (SELECT rules.sharing_shut_concerns(me))::uuid[]
$$;

-- Decisions to share that name a concern which is hidden from the person.
CREATE FUNCTION rules.shares_hidden(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM public.sharing_sharingevent
    WHERE cardinality(concerns) > 0 AND concerns && (SELECT rules.hidden_concerns(me))::uuid[]
$$;

-- Rows whose changes tell the person of such a decision.
CREATE FUNCTION rules.share_changes_hidden(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH shut AS MATERIALIZED (SELECT unnest(rules.shares_restricted(me) || rules.shares_hidden(me)) AS id)
    SELECT coalesce(array_agg(id), '{}') FROM (
        SELECT id FROM shut
        UNION ALL
        SELECT id FROM public.sharing_shareditem WHERE event_id IN (SELECT id FROM shut)
        UNION ALL
        SELECT id FROM public.sharing_sharingstep WHERE event_id IN (SELECT id FROM shut)
    ) AS rows
$$;

-- What waits to be decided or sent, and what was asked back without an answer, keeps the child's record.
CREATE FUNCTION rules.keeps_open_share(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, event.id FROM rules.reached(keeps_open_share.records) AS r
    JOIN public.sharing_sharingevent AS event ON event.child_id = r.key
    WHERE event.status IN ('draft', 'to_send') OR (event.status = 'asked_back' AND event.follow_up_on IS NOT NULL)
$$;
