-- Which files to the next school are out of somebody's sight, what keeps a child's record, and when was a file received?

-- Files of children of whose record the person may read no entry: every concern is shut to them or hidden from them, what an earlier
-- school had restricted is for leads, and nothing else is there. Nothing is shut to somebody from whom neither is.
CREATE FUNCTION rules.transfers_shut(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH shut AS MATERIALIZED (SELECT rules.sharing_shut_concerns(me) || rules.hidden_concerns(me) AS concerns),
    leads AS MATERIALIZED (SELECT rules.schools_with(me, 'view_restricted') AS schools),
    named AS MATERIALIZED (
        -- Children who are named in a shut concern, or of whom there is an entry for leads: nobody else's file can be shut.
        SELECT child_id FROM public.concerns_concernchild WHERE concern_id = ANY ((SELECT concerns FROM shut)::uuid[])
        UNION
        SELECT goes.child_id FROM public.transfers_filetransfer AS goes WHERE EXISTS (
            SELECT FROM public.concerns_chronicled AS entry
            WHERE entry.child_id = goes.child_id AND entry.readers = 'leads'
              AND NOT entry.school_id = ANY ((SELECT schools FROM leads)::uuid[]))
    ), plans AS MATERIALIZED (
        SELECT CASE WHEN EXISTS (SELECT FROM named) THEN rules.episodes_hidden(me) || rules.episodes_restricted(me)
               ELSE '{}'::uuid[] END AS shut
    )
    SELECT coalesce(array_agg(transfer.id), '{}')
    FROM public.transfers_filetransfer AS transfer JOIN named ON named.child_id = transfer.child_id
    WHERE NOT EXISTS (
            SELECT FROM public.concerns_concernchild AS open
            WHERE open.child_id = transfer.child_id AND NOT open.concern_id = ANY ((SELECT concerns FROM shut)::uuid[]))
      AND NOT EXISTS (
            SELECT FROM public.concerns_chronicled AS entry
            WHERE entry.child_id = transfer.child_id AND entry.concern_id IS NULL
              AND (entry.readers IN ('', 'protection', 'care', 'needs', 'attendance')
                   OR entry.readers = 'leads' AND entry.school_id = ANY ((SELECT schools FROM leads)::uuid[]))
              AND NOT coalesce(entry.origin = ANY ((SELECT plans.shut FROM plans)::uuid[]), false)
              AND NOT coalesce(entry.batch_id = ANY ((SELECT rules.withdrawn_batches(me))::uuid[]), false))
$$;

-- Children of a school who left on that day or later and whom an order or a confidential address protects, or did: the next school has
-- to know it, also where nobody ever had a concern. What was corrected was never so.
CREATE FUNCTION rules.leavers_protected(school uuid, since text) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(child.id), '{}') FROM public.children_child AS child
    WHERE child.school_id = leavers_protected.school AND child.left_on >= leavers_protected.since::date
      AND (EXISTS (SELECT FROM public.children_contactrestriction AS bound
                   WHERE bound.child_id = child.id AND bound.corrected_at IS NULL)
           OR EXISTS (SELECT FROM public.children_confidentialaddress AS told
                      WHERE told.child_id = child.id AND told.corrected_at IS NULL)
           OR rules.address_kept_secret(child.id)
           -- Who lived with them until the child left: a home can end with the day on which a child leaves the school.
           OR EXISTS (
               SELECT FROM public.children_householdmember AS lived
               JOIN public.children_householdmember AS there ON there.household_id = lived.household_id
               JOIN public.children_childdetail AS detail ON detail.child_id = there.child_id AND detail.address_confidential
               WHERE lived.child_id = child.id AND lived.corrected_at IS NULL AND there.corrected_at IS NULL
                 AND (lived.ends_on IS NULL OR lived.ends_on >= child.left_on)
                 AND (there.ends_on IS NULL OR there.ends_on >= child.left_on)))
$$;

-- A file that has to be sent, or of which nobody has confirmed the receipt, keeps the child's record until it is settled.
CREATE FUNCTION rules.keeps_open_transfer(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, transfer.id FROM rules.reached(keeps_open_transfer.records) AS r
    JOIN public.transfers_filetransfer AS transfer ON transfer.child_id = r.key
    WHERE transfer.status IN ('left', 'confirmed', 'sent', 'received')
$$;

-- The day of the last receipt, where everything that was sent to the next school was received and nothing is in hand that could still
-- go: a whole file that was built beside the one that went never can. Not before the child left, whatever day was written down.
CREATE FUNCTION rules.since_receipt(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, max(greatest((event.received_at AT TIME ZONE 'Europe/London')::date, child.left_on))
    FROM rules.reached(since_receipt.records) AS r
    JOIN public.transfers_filetransfer AS transfer ON transfer.child_id = r.key AND transfer.status = 'settled'
    JOIN public.children_child AS child ON child.id = r.key AND child.left_on = transfer.last_day
    JOIN public.transfers_filesending AS sending ON sending.transfer_id = transfer.id
    JOIN public.sharing_sharingevent AS event ON event.id = sending.event_id AND event.status = 'received'
    WHERE NOT EXISTS (
        SELECT FROM public.transfers_filesending AS other LEFT JOIN public.sharing_sharingevent AS went ON went.id = other.event_id
        WHERE other.transfer_id = transfer.id AND other.dropped_at IS NULL AND other.building <> 'failed'
          AND (other.event_id IS NOT NULL OR other.is_addition)
          AND coalesce(went.status, '') NOT IN ('received', 'asked_back'))
    GROUP BY r.record
$$;

-- A file to the next school, however it stands, says that there was something to send (`fills` in `ending.py`).
CREATE FUNCTION rules.fills_transfer(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_transfer.records) AS r
    JOIN public.transfers_filetransfer AS one ON one.child_id = r.key
$$;

-- From which day the proof that a file to the next school was sent, or was not to be is kept (R18): the end of the year of birth, written down once the child's record has ended.
CREATE FUNCTION rules.file_sent_since(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT one.id, coalesce(one.counted_from, born.day) FROM public.transfers_filetransfer AS one
    LEFT JOIN LATERAL rules.since_birth_year(ARRAY[one.child_id]) AS born ON true
    WHERE one.id = ANY (file_sent_since.records) AND one.status IN ('settled', 'not_to_send') AND coalesce(one.counted_from, born.day) IS NOT NULL
$$;

-- Such proofs of children who are hidden from the person.
CREATE FUNCTION rules.file_sent_hidden(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(one.id), '{}') FROM public.transfers_filetransfer AS one
    WHERE one.child_id = ANY ((SELECT rules.hidden_children(file_sent_hidden.me))::uuid[])
$$;
