-- What of files from other schools is on a record (`ending.py`)? By keys, and read in no context.
CREATE FUNCTION rules.fills_received(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_received.records) AS r
    JOIN public.received_filereceived AS one ON one.child_id = r.key
$$;

-- A file of another school is a sign that the record may have to be kept for long, until somebody has looked at it.
CREATE FUNCTION rules.signs_received(records uuid[], codes text[]) RETURNS TABLE (record uuid, row_key uuid, code text, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id, 'RECEIVED', (one.received_at AT TIME ZONE 'Europe/London')::date
    FROM rules.reached(signs_received.records) AS r
    JOIN public.received_filereceived AS one ON one.child_id = r.key
    LEFT JOIN public.concerns_earlierbatch AS batch ON batch.id = one.batch_id
    WHERE 'RECEIVED' = ANY (signs_received.codes) AND coalesce(batch.status, '') NOT IN ('abandoned', 'refused', 'withdrawn')
$$;

-- Such proofs because of which the child's record is kept by the long rule for abuse, or of which nobody has said yet whether it is: what
-- was answered goes with them. Bound when it is called: what it asks is made after this.
CREATE FUNCTION rules.keeps_sign_received(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT DISTINCT one.id, one.id FROM public.received_filereceived AS one
    JOIN rules.signs_of(ARRAY(
        SELECT whose.child_id FROM public.received_filereceived AS whose
        WHERE whose.id = ANY (keeps_sign_received.records) AND whose.child_id IS NOT NULL)) AS sign ON sign.row_key = one.id
    WHERE one.id = ANY (keeps_sign_received.records) AND sign.answer <> 'no';
END $$;

-- From which day the proof that a file came is kept (R18): the end of the year of birth, written down once the child's record has ended.
CREATE FUNCTION rules.file_received_since(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT one.id, coalesce(one.counted_from, born.day) FROM public.received_filereceived AS one
    LEFT JOIN LATERAL rules.since_birth_year(ARRAY[one.child_id]) AS born ON true
    WHERE one.id = ANY (file_received_since.records) AND coalesce(one.counted_from, born.day) IS NOT NULL
$$;

-- Such proofs of children who are hidden from the person.
CREATE FUNCTION rules.file_received_hidden(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(one.id), '{}') FROM public.received_filereceived AS one
    WHERE one.child_id = ANY ((SELECT rules.hidden_children(file_received_hidden.me))::uuid[])
$$;
