-- In which requests about data is somebody named, which items do they read, and what keeps a child's record?

-- The parts that somebody has in cases today, as far as their roles still let them.
CREATE FUNCTION rules.request_parts_of(me uuid) RETURNS TABLE (request uuid, part text, status text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH mine AS MATERIALIZED (
        SELECT named.case_id, named.part, named.school_id FROM public.requests_requestrole AS named
        WHERE named.user_id = me AND named.ended_at IS NULL
    ), may AS MATERIALIZED (
        SELECT rules.schools_with(me, 'handle_requests') AS handle, rules.schools_with(me, 'approve_requests') AS approve,
            rules.schools_with(me, 'review_requests') || rules.schools_with(me, 'stand_in') AS review
        WHERE EXISTS (SELECT FROM mine)
    )
    SELECT mine.case_id, mine.part::text, asked.status::text
    FROM mine CROSS JOIN may JOIN public.requests_rightsrequest AS asked ON asked.id = mine.case_id
    WHERE mine.school_id = ANY (CASE mine.part WHEN 'handler' THEN may.handle WHEN 'approver' THEN may.approve ELSE may.review END)
$$;

-- Cases in which somebody is named.
CREATE FUNCTION rules.requests_named(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT named.request), '{}') FROM rules.request_parts_of(me) AS named
$$;

-- Those that they prepare, or in which they review something; and those that they approve, while these are not over.
CREATE FUNCTION rules.requests_reviewed(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT named.request), '{}') FROM rules.request_parts_of(me) AS named
    WHERE named.part IN ('preparer', 'reviewer')
$$;

CREATE FUNCTION rules.requests_approved(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT named.request), '{}') FROM rules.request_parts_of(me) AS named
    WHERE named.part = 'approver' AND named.status IN ('open', 'prepared', 'approved')
$$;

-- Cases that are not over and in which somebody is asked what is held at a place.
CREATE FUNCTION rules.requests_asked(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT asked.id), '{}') FROM public.requests_searchplace AS place
    JOIN public.requests_rightsrequest AS asked ON asked.id = place.case_id
    WHERE place.asked_id = me AND asked.status IN ('open', 'prepared', 'approved')
      AND place.school_id = ANY ((SELECT rules.schools_of(me))::uuid[])
$$;

-- Cases about a child hidden from somebody, or whose record is being destroyed; and those that are being destroyed.
CREATE FUNCTION rules.requests_hidden(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH shut AS MATERIALIZED (SELECT rules.hidden_children(me) || rules.merged_children(me) AS children)
    SELECT coalesce(array_agg(asked.id), '{}') FROM public.requests_rightsrequest AS asked
    WHERE asked.child_id = ANY ((SELECT shut.children FROM shut)::uuid[]) OR asked.ending_at IS NOT NULL
$$;

-- Items that somebody reads: whose reviewer they are, or of a case that they approve; of a case that is not over, and never of a
-- concern or a child hidden from them, be it the child of the case or the one on whose record a passage stands.
CREATE FUNCTION rules.items_read(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH approved AS MATERIALIZED (SELECT rules.requests_approved(me) AS cases),
    review AS MATERIALIZED (
        SELECT rules.schools_with(me, 'review_requests') || rules.schools_with(me, 'stand_in') AS schools
    ), mine AS MATERIALIZED (
        SELECT item.id, item.concern_key, item.of_child, item.case_id FROM public.requests_requestitem AS item
        JOIN public.requests_rightsrequest AS asked ON asked.id = item.case_id AND asked.status IN ('open', 'prepared', 'approved')
        WHERE item.reviewer_id = me AND item.school_id = ANY ((SELECT review.schools FROM review)::uuid[])
        UNION
        SELECT item.id, item.concern_key, item.of_child, item.case_id FROM public.requests_requestitem AS item
        WHERE item.case_id = ANY ((SELECT approved.cases FROM approved)::uuid[])
    ), shut AS MATERIALIZED (
        SELECT rules.hidden_concerns(me) AS concerns, rules.hidden_children(me) AS children,
            rules.requests_hidden(me) AS cases
        WHERE EXISTS (SELECT FROM mine)
    )
    SELECT coalesce(array_agg(mine.id), '{}') FROM mine CROSS JOIN shut
    WHERE NOT coalesce(mine.concern_key = ANY (shut.concerns), false) AND NOT coalesce(mine.of_child = ANY (shut.children), false)
      AND NOT mine.case_id = ANY (shut.cases)
$$;

-- People who were found in those items.
CREATE FUNCTION rules.request_people_read(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH read AS MATERIALIZED (SELECT rules.items_read(me) AS items)
    SELECT coalesce(array_agg(found.id), '{}') FROM public.requests_requestperson AS found
    WHERE found.case_id = ANY (ARRAY(
            SELECT item.case_id FROM public.requests_requestitem AS item WHERE item.id = ANY ((SELECT read.items FROM read)::uuid[])))
      AND found.items && (SELECT read.items FROM read)::uuid[]
$$;

-- What was decided on those items and people: what undoes one of these is read too.
CREATE FUNCTION rules.redactions_read(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(one.id), '{}') FROM public.requests_redaction AS one
    WHERE one.item_id = ANY ((SELECT rules.items_read(me))::uuid[]) OR one.person_id = ANY ((SELECT rules.request_people_read(me))::uuid[])
$$;

-- Cases that are not over, which somebody approves, and of which they read every item. Who prepares is not among them: that
-- one does and another does not would say where something is hidden.
CREATE FUNCTION rules.requests_read_whole(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH mine AS MATERIALIZED (
        SELECT DISTINCT named.request FROM rules.request_parts_of(me) AS named
        WHERE named.part = 'approver' AND named.status IN ('open', 'prepared', 'approved')
    ), read AS MATERIALIZED (SELECT rules.items_read(me) AS items WHERE EXISTS (SELECT FROM mine))
    SELECT coalesce(array_agg(mine.request), '{}') FROM mine CROSS JOIN read
    WHERE NOT EXISTS (
            SELECT FROM public.requests_requestitem AS item WHERE item.case_id = mine.request AND NOT item.id = ANY (read.items))
$$;

-- Answers that were locked, of what is approved now: whoever sends them cannot open them.
CREATE FUNCTION rules.bundles_locked(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(made.id), '{}') FROM public.requests_bundle AS made
    JOIN public.requests_rightsrequest AS asked ON asked.id = made.case_id AND asked.status = 'approved'
        AND asked.approved_state = made.state
    WHERE made.words_shown_at IS NOT NULL AND made.building = 'built'
      AND made.school_id = ANY ((SELECT rules.schools_with(me, 'handle_requests'))::uuid[])
$$;

-- The items of a case that are hidden from somebody, whoever asks: such a person does not approve it.
CREATE FUNCTION rules.items_hidden_from(request uuid, person uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(item.id), '{}') FROM public.requests_requestitem AS item
    WHERE item.case_id = items_hidden_from.request
      AND (item.concern_key = ANY ((SELECT rules.hidden_concerns(person))::uuid[])
           OR item.of_child = ANY ((SELECT rules.hidden_children(person))::uuid[])
           OR item.case_id = ANY ((SELECT rules.requests_hidden(person))::uuid[]))
$$;

-- Who prepares a case or reviews in it.
CREATE FUNCTION rules.reviewers_of_request(request uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT named.user_id), '{}') FROM public.requests_requestrole AS named
    WHERE named.case_id = reviewers_of_request.request AND named.ended_at IS NULL AND named.part IN ('preparer', 'reviewer')
$$;

-- The same, and who has decided something of it that stands, whatever their part is now: nobody approves what they decided.
CREATE FUNCTION rules.who_decided_request(request uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.reviewers_of_request(who_decided_request.request) || ARRAY(
        SELECT item.decided_by_id FROM public.requests_requestitem AS item
        WHERE item.case_id = who_decided_request.request AND item.decided_by_id IS NOT NULL
        UNION
        SELECT asked.outcome_by_id FROM public.requests_rightsrequest AS asked
        WHERE asked.id = who_decided_request.request AND asked.outcome_by_id IS NOT NULL
        UNION
        SELECT one.made_by_id FROM public.requests_redaction AS one
        WHERE one.case_id = who_decided_request.request AND one.undoes_id IS NULL
          AND NOT EXISTS (SELECT FROM public.requests_redaction AS other WHERE other.undoes_id = one.id))
$$;

-- Of these cases those of which everything is decided; and in how many places nobody has answered yet. For those who read no item:
-- neither says how many there are.
CREATE FUNCTION rules.requests_decided(requests uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(asked.id), '{}') FROM public.requests_rightsrequest AS asked
    WHERE asked.id = ANY (requests_decided.requests) AND asked.gathering = 'done'
      AND NOT EXISTS (SELECT FROM public.requests_requestitem AS item WHERE item.case_id = asked.id AND item.decided = '')
$$;

CREATE FUNCTION rules.places_of_requests(requests uuid[]) RETURNS TABLE (request uuid, place text, is_answered boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT place.case_id, place.place::text, place.answered_at IS NOT NULL FROM public.requests_searchplace AS place
    WHERE place.case_id = ANY (places_of_requests.requests)
$$;

-- What was added from a place: who added it, and reads none of it, does not say that nothing is held there.
CREATE FUNCTION rules.items_of_place(place uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(item.id), '{}') FROM public.requests_requestitem AS item WHERE item.place_id = items_of_place.place
$$;

-- The last number of an item in a case: whoever adds one may read none of the others.
CREATE FUNCTION rules.last_item_of(request uuid) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(max(number), 0) FROM public.requests_requestitem WHERE case_id = last_item_of.request
$$;

-- The case that this form of the person has made: who hands one in sees it no more.
CREATE FUNCTION rules.request_of_form(me uuid, token uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM public.requests_rightsrequest AS asked
    WHERE asked.token = request_of_form.token AND asked.handed_in_by_id = me
$$;

-- The number of a case in which somebody is asked: they see that of it, and no more.
CREATE FUNCTION rules.reference_of_request(me uuid, request uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT reference::text FROM public.requests_rightsrequest
    WHERE id = reference_of_request.request
      AND (id = ANY ((SELECT rules.requests_asked(me))::uuid[]) OR handed_in_by_id = me)
$$;

-- Since when a request about data is over, and since when a complaint is: it was answered or withdrawn, and nobody has opened it again.
CREATE FUNCTION rules.request_over(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT id, (coalesce(answered_at, withdrawn_at) AT TIME ZONE 'Europe/London')::date FROM public.requests_rightsrequest
    WHERE id = ANY (request_over.records) AND status IN ('answered', 'withdrawn') AND "right" <> 'complaint'
$$;

CREATE FUNCTION rules.complaint_over(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT id, (coalesce(answered_at, withdrawn_at) AT TIME ZONE 'Europe/London')::date FROM public.requests_rightsrequest
    WHERE id = ANY (complaint_over.records) AND status IN ('answered', 'withdrawn') AND "right" = 'complaint'
$$;

-- A request that is not over keeps the child's record; one that is answered or withdrawn does not.
CREATE FUNCTION rules.keeps_open_request(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, asked.id FROM rules.reached(keeps_open_request.records) AS r
    JOIN public.requests_rightsrequest AS asked ON asked.child_id = r.key
    WHERE asked.status IN ('handed_in', 'open', 'prepared', 'approved')
$$;

-- Any request about data, answered or not, is on the record (`fills` in `ending.py`).
CREATE FUNCTION rules.fills_request(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_request.records) AS r
    JOIN public.requests_rightsrequest AS one ON one.child_id = r.key
$$;
