-- What of files from other schools is on a record (`ending.py`)? By keys, and read in no context.
CREATE FUNCTION rules.fills_received(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_received.records) AS r
    JOIN public.received_filereceived AS one ON one.child_id = r.key
$$;

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
