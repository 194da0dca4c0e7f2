-- What was the transaction told: who asks, through which door, what is shown in error, which task of the machine? One value, which
-- the process signs and SQL cannot make up (audit/signing.py). Run after each migration by row_security.py, which makes the schema,
-- and puts the keys into the table.

-- The keys, padded as HMAC wants them: one row. In the schema of the rules: dumps leave it out, and nobody else may read in it.
CREATE TABLE rules.context_key (web_inner bytea, web_outer bytea, worker_inner bytea, worker_outer bytea);

-- Ends the statement. A value that does not hold must never read as nobody: nobody is somebody too, to a task of the machine.
CREATE FUNCTION rules.refuse_context(holds boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the context was not signed for this transaction' USING ERRCODE = 'insufficient_privilege',
        HINT = 'If every page says so, the keys were changed: run manage.py migrate as the owner.';
END $$;

-- The parts of the value, where its signature holds for this connection and this transaction: "signature|signer|person|door|errors|
-- task". No row where the transaction was told nothing. A piece of the four below, written into them by the planner: whoever
-- calls it otherwise may not read the keys.
CREATE FUNCTION rules.told() RETURNS TABLE (person text, door text, errors text, task text)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT
        CASE WHEN held.holds THEN split_part(held.value, '|', 3) ELSE rules.refuse_context(held.holds) END,
        CASE WHEN held.holds THEN split_part(held.value, '|', 4) ELSE rules.refuse_context(held.holds) END,
        CASE WHEN held.holds THEN split_part(held.value, '|', 5) ELSE rules.refuse_context(held.holds) END,
        CASE WHEN held.holds THEN split_part(held.value, '|', 6) ELSE rules.refuse_context(held.holds) END
    FROM (
        SELECT given.value, coalesce(
            encode(sha256(
                CASE split_part(given.value, '|', 2) WHEN 'web' THEN key.web_outer WHEN 'worker' THEN key.worker_outer END
                || sha256(
                    CASE split_part(given.value, '|', 2) WHEN 'web' THEN key.web_inner WHEN 'worker' THEN key.worker_inner END
                    || int4send(pg_backend_pid()) || timestamptz_send(pg_catalog.now()) || convert_to(substr(given.value, 65), 'UTF8')
                )), 'hex') = substr(given.value, 1, 64)
            -- The key of the web server is none for a task of the machine.
            AND (split_part(given.value, '|', 2) = 'worker' OR split_part(given.value, '|', 6) = ''), false) AS holds
        FROM rules.context_key AS key, (SELECT current_setting('app.context', true) AS value) AS given
        WHERE given.value <> ''
    ) AS held
$$;

-- Who is asking: nobody, unless the transaction was told (context.tell_database) and the person is active.
CREATE FUNCTION rules.me() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT person.id FROM public.accounts_user AS person
    WHERE person.id = (SELECT nullif(told.person, '')::uuid FROM rules.told() AS told) AND person.is_active
$$;

-- Which door the service at work has opened (context.door).
CREATE FUNCTION rules.door() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT told.door FROM rules.told() AS told), '')
$$;

-- Which of what was entered in error the page or the service at work is about (context.with_errors); empty for nearly all.
CREATE FUNCTION rules.errors_shown() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT told.errors FROM rules.told() AS told), '')
$$;

-- Which task of the machine is at work (context.system_task, row_security.SYSTEM_TASKS). What somebody asked for is none.
CREATE FUNCTION rules.task() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT told.task FROM rules.told() AS told WHERE told.person = ''), '')
$$
