-- What of files from other schools is on a record (`ending.py`)? By keys, and read in no context.
CREATE FUNCTION rules.fills_received(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_received.records) AS r
    JOIN public.received_filereceived AS one ON one.child_id = r.key
$$;
