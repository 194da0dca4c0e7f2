-- What was the transaction told: who asks, through which door, what is shown in error, which task of the machine? One value, which
-- the process signs and SQL cannot make up (audit/signing.py). Run after each migration by row_security.py, which makes the schema,
-- and puts the keys into the table.

-- The keys, padded as HMAC wants them: one row. In the schema of the rules: dumps leave it out, and nobody else may read in it.
CREATE TABLE rules.context_key (web_inner bytea, web_outer bytea, worker_inner bytea, worker_outer bytea);

-- Ends the statement. A value that does not hold must never read as nobody: nobody is somebody too, to a task of the machine.
CREATE FUNCTION rules.refuse_context(lacks_key boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the context was not signed for this transaction' USING ERRCODE = 'insufficient_privilege',
        HINT = 'If every page says so, the keys were changed: run manage.py migrate as the owner.';
END $$;

-- One part of the value, where its signature holds for this connection and this transaction: "signature|signer|person|door|errors|
-- task". No row where the transaction was told nothing. A piece of the four below, which the planner writes into them, so it is as
-- short as can be: it is made ready at each call. Whoever calls it otherwise may not read the keys.
CREATE FUNCTION rules.told(place integer) RETURNS SETOF text
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT CASE
        WHEN encode(sha256(
            CASE substr(current_setting('app.context', true), 66, 4) WHEN 'web|' THEN key.web_outer ELSE key.worker_outer END || sha256(
                CASE substr(current_setting('app.context', true), 66, 4) WHEN 'web|' THEN key.web_inner ELSE key.worker_inner END
                || int4send(pg_backend_pid()) || timestamptz_send(pg_catalog.now())
                || convert_to(substr(current_setting('app.context', true), 65), 'UTF8')
            )), 'hex') = substr(current_setting('app.context', true), 1, 64)
        THEN split_part(current_setting('app.context', true), '|', place)
        ELSE rules.refuse_context(key.web_inner IS NULL)
    END
    FROM rules.context_key AS key WHERE current_setting('app.context', true) <> ''
$$;

-- Who is asking: nobody, unless the transaction was told (context.tell_database) and the person is active.
CREATE FUNCTION rules.me() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT person.id FROM public.accounts_user AS person
    WHERE person.id = (SELECT nullif(told, '')::uuid FROM rules.told(3) AS told) AND person.is_active
$$;

-- Which door the service at work has opened (context.door).
CREATE FUNCTION rules.door() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT told FROM rules.told(4) AS told), '')
$$;

-- Which of what was entered in error the page or the service at work is about (context.with_errors); empty for nearly all.
CREATE FUNCTION rules.errors_shown() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT told FROM rules.told(5) AS told), '')
$$;

-- Which task of the machine is at work (context.system_task, row_security.SYSTEM_TASKS). What somebody asked for is none, and the key
-- of the web server signs for none.
CREATE FUNCTION rules.task() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((
        SELECT CASE
            WHEN told = '' OR split_part(current_setting('app.context', true), '|', 3) <> '' THEN ''
            WHEN substr(current_setting('app.context', true), 66, 7) = 'worker|' THEN told
            ELSE rules.refuse_context(told IS NULL)
        END
        -- Apart, so that it is checked once and not for each time that it stands above.
        FROM (SELECT told FROM rules.told(6) AS told OFFSET 0) AS held), '')
$$
