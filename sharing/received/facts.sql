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
