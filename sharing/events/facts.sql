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

-- Since when an answer is over: it was withdrawn or ran out, or the child left. What a person last answered of a recipient stays while the
-- child is on roll, so that a "no" is not forgotten; who answered is known where it was the child, or an adult of the child's record.
CREATE FUNCTION rules.consent_over(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT one.id, least(one.withdrawn_on, one.until, child.left_on)
    FROM public.sharing_consent AS one JOIN public.children_child AS child ON child.id = one.child_id
    WHERE one.id = ANY (consent_over.records) AND coalesce(one.withdrawn_on, one.until, child.left_on) IS NOT NULL
      AND (child.left_on IS NOT NULL OR EXISTS (
          SELECT FROM public.sharing_consent AS later
          WHERE later.child_id = one.child_id AND later.recipient_id = one.recipient_id
            AND (later.adult_id = one.adult_id OR (later.capacity = 'child' AND one.capacity = 'child'))
            AND (later.answered_on, later.recorded_at, later.id) > (one.answered_on, one.recorded_at, one.id)))
$$;

-- Letters and figures alone, so that two spellings of an address, or of a name, are one. The marks behind a letter are put in order at
-- a cost that grows with the square of their number: after thirty a new run of them begins, as Unicode has it of a text in pieces
-- (UAX 15, Stream-Safe Text Format). The character that parts them (U+034F) goes with the rest that is no letter.
CREATE FUNCTION rules.sharing_letters(words text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT regexp_replace(
        lower(normalize(regexp_replace(words, '[^\u0001-\u007f]{30}', '\&' || chr(847), 'g'), NFKD)), '[^[:alnum:]]', '', 'g')
$$;

-- Homes, now or before, of these children where the text says which: of those in which somebody lives or lived whose address is
-- confidential. It says so of homes too that the person may not see: what nobody may be told stands in the way whoever makes the pages.
-- What tells where a home is: the whole address, a part of it with a number, its postcode.
CREATE FUNCTION rules.sharing_homes_told(me uuid, children uuid[], said text) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH plain AS MATERIALIZED (
        SELECT rules.sharing_letters(sharing_homes_told.said) AS said
    ), homes AS MATERIALIZED (
        SELECT DISTINCT home.id, home.address, home.postcode FROM public.children_householdmember AS lives
        JOIN public.children_household AS home ON home.id = lives.household_id
        WHERE lives.child_id = ANY (sharing_homes_told.children)
          AND (lives.school_id = ANY ((SELECT rules.schools_with(me, 'share'))::uuid[])
               OR sharing_homes_told.children && (SELECT rules.sharing_standing_in(me))::uuid[])
          AND EXISTS (
                SELECT FROM public.children_householdmember AS other
                JOIN public.children_childdetail AS detail ON detail.child_id = other.child_id
                WHERE other.household_id = home.id AND detail.address_confidential)
    ), parts AS (
        SELECT id, rules.sharing_letters(part) AS part, 8 AS shortest
        FROM homes, regexp_split_to_table(address, '[\n,]') AS part WHERE part ~ '[0-9]'
        UNION ALL
        SELECT id, rules.sharing_letters(address), 5 FROM homes
        UNION ALL
        SELECT id, rules.sharing_letters(postcode), 5 FROM homes
    )
    SELECT coalesce(array_agg(DISTINCT id), '{}') FROM parts, plain
    WHERE length(part) >= shortest AND position(part IN plain.said) > 0
$$;

-- Of these children those whose address is confidential, or that of somebody in a home of theirs.
CREATE FUNCTION rules.sharing_confidential(me uuid, children uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(child.id), '{}') FROM public.children_child AS child
    WHERE child.id = ANY (sharing_confidential.children)
      AND (child.school_id = ANY ((SELECT rules.schools_with(me, 'share'))::uuid[])
           OR sharing_confidential.children && (SELECT rules.sharing_standing_in(me))::uuid[])
      AND EXISTS (
            SELECT FROM public.children_childdetail AS detail
            WHERE detail.address_confidential AND (detail.child_id = child.id OR EXISTS (
                SELECT FROM public.children_householdmember AS lives
                JOIN public.children_householdmember AS other ON other.household_id = lives.household_id
                WHERE lives.child_id = child.id AND other.child_id = detail.child_id)))
$$;

-- Orders and agreements in force about the child that bind the adult who asks, or whose name the text says: also those that the person
-- may not see.
CREATE FUNCTION rules.sharing_binding(me uuid, child uuid, adult uuid, takes text, today date) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH plain AS MATERIALIZED (
        SELECT rules.sharing_letters(sharing_binding.takes) AS takes
    )
    SELECT coalesce(array_agg(DISTINCT bound.id), '{}')
    FROM plain, public.children_contactrestriction AS bound
    JOIN public.children_contact AS who ON who.id = bound.contact_id
    WHERE bound.child_id = sharing_binding.child AND bound.corrected_at IS NULL
      AND (bound.school_id = ANY ((SELECT rules.schools_with(me, 'share'))::uuid[])
           OR bound.child_id = ANY ((SELECT rules.sharing_standing_in(me))::uuid[]))
      AND bound.starts_on <= sharing_binding.today
      AND (bound.ends_on IS NULL OR bound.ends_on >= sharing_binding.today)
      AND (who.id = sharing_binding.adult OR EXISTS (
            SELECT FROM (VALUES (who.forename, who.surname), (who.surname, who.forename), (who.title, who.surname)) AS called (one, two)
            WHERE one <> '' AND two <> '' AND position(rules.sharing_letters(one || two) IN plain.takes) > 0))
$$;

-- What of sharing is on a record (`fills` in `ending.py`): any decision to share or not, and any consent.
CREATE FUNCTION rules.fills_share(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_share.records) AS r
    JOIN public.sharing_sharingevent AS one ON one.child_id = r.key
$$;

CREATE FUNCTION rules.fills_consent(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_consent.records) AS r
    JOIN public.sharing_consent AS one ON one.child_id = r.key
$$;
