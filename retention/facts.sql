-- What of retention keeps a record from ending (`ending.py`)? By keys, and read in no context.

-- Children who belong to one family with these: brothers and sisters as the school knows them, who lives or lived in the same household,
-- and who has a parent in common. What was entered wrongly and corrected makes no family, nor does an organisation.
CREATE FUNCTION rules.family_of(children uuid[]) RETURNS TABLE (child uuid, member uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT asked, asked FROM unnest(family_of.children) AS asked
    UNION SELECT first_id, second_id FROM public.children_sibling WHERE first_id = ANY (family_of.children) AND ends_on IS NULL
    UNION SELECT second_id, first_id FROM public.children_sibling WHERE second_id = ANY (family_of.children) AND ends_on IS NULL
    UNION
    SELECT mine.child_id, other.child_id FROM public.children_householdmember AS mine
    JOIN public.children_householdmember AS other ON other.household_id = mine.household_id
    WHERE mine.child_id = ANY (family_of.children) AND mine.corrected_at IS NULL AND other.corrected_at IS NULL
    UNION
    SELECT mine.child_id, other.child_id FROM public.children_parentalresponsibility AS mine
    JOIN public.children_parentalresponsibility AS other ON other.contact_id = mine.contact_id
    JOIN public.children_contact AS parent ON parent.id = mine.contact_id
    WHERE mine.child_id = ANY (family_of.children) AND mine.held AND other.held AND parent.organisation = ''
      AND mine.corrected_at IS NULL AND other.corrected_at IS NULL
$$;

-- Who has parental responsibility for these children, or had it by what stood there at any time since: also what was corrected, or
-- said of another adult, after that.
CREATE FUNCTION rules.parents_since(children uuid[], since timestamptz) RETURNS TABLE (child uuid, parent uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT child_id, contact_id FROM public.children_parentalresponsibility
    WHERE child_id = ANY (parents_since.children) AND held AND (corrected_at IS NULL OR corrected_at > parents_since.since)
    UNION
    SELECT typed.record_id, (typed.changes -> 'contact' ->> 0)::uuid FROM public.audit_logentry AS typed
    WHERE typed.record_id = ANY (parents_since.children) AND typed.at > parents_since.since
      AND typed.object_type = 'children.parentalresponsibility' AND typed.changes ? 'contact'
$$;

-- Children whom a hold on the family of this one keeps: its family, as it stood at any time since the hold was set, with links
-- between brothers and sisters that have ended. Nobody takes a child out of a hold by ending such a link, or by correcting what the
-- record says of brothers and sisters, homes or parents.
CREATE FUNCTION rules.family_held(child uuid, since timestamptz) RETURNS TABLE (member uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT family.member FROM rules.family_of(ARRAY[family_held.child]) AS family
    UNION
    SELECT CASE link.first_id WHEN family_held.child THEN link.second_id ELSE link.first_id END FROM public.children_sibling AS link
    WHERE family_held.child IN (link.first_id, link.second_id)
      AND (link.corrected_at IS NULL OR link.corrected_at > family_held.since)
    UNION
    SELECT other.child_id FROM public.children_householdmember AS mine
    JOIN public.children_householdmember AS other ON other.household_id = mine.household_id
    WHERE mine.child_id = family_held.child
      AND (mine.corrected_at IS NULL OR mine.corrected_at > family_held.since)
      AND (other.corrected_at IS NULL OR other.corrected_at > family_held.since)
    UNION
    SELECT other.child FROM rules.parents_since(ARRAY[family_held.child], family_held.since) AS mine
    JOIN public.children_contact AS adult ON adult.id = mine.parent
    CROSS JOIN LATERAL rules.parents_since(
        ARRAY(
            SELECT link.child_id FROM public.children_contactlink AS link WHERE link.contact_id = mine.parent
            UNION SELECT said.child_id FROM public.children_parentalresponsibility AS said WHERE said.contact_id = mine.parent
        ), family_held.since) AS other
    WHERE other.parent = mine.parent AND (
        adult.organisation = '' OR EXISTS (
            SELECT FROM public.audit_logentry AS typed
            WHERE typed.object_id = adult.id AND typed.at > family_held.since AND typed.object_type = 'children.contact'
              AND typed.changes -> 'organisation' ->> 0 = ''))
$$;

-- Holds that keep a record: on the school; on the child, or on another with whom a concern is shared, with its merged parts; on a
-- family. Of a record of another kind, those on its school; those on the child that it is about are asked beside.
CREATE FUNCTION rules.keeps_hold(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH mine AS MATERIALIZED (
        SELECT asked AS record, asked AS child FROM unnest(keeps_hold.records) AS asked
        -- What has become part of the record, and what it is reached by.
        UNION SELECT reached.record, reached.key FROM rules.reached(keeps_hold.records) AS reached
        -- Children whom a concern about an adult touches: it may be evidence.
        UNION SELECT touched.staff_concern_id, touched.child_id FROM public.adults_staffconcernchild AS touched
        WHERE touched.staff_concern_id = ANY (keeps_hold.records) AND touched.child_id IS NOT NULL AND touched.withdrawn_at IS NULL
    ), shared AS MATERIALIZED (
        SELECT mine.record, other.child_id AS child FROM mine
        JOIN public.concerns_concernchild AS one ON one.child_id = mine.child
        JOIN public.concerns_concernchild AS other ON other.concern_id = one.concern_id AND other.child_id IS NOT NULL
    ), standing AS MATERIALIZED (SELECT * FROM public.retention_legalhold WHERE lifted_at IS NULL)
    SELECT mine.record, hold.id FROM rules.kinds_of(keeps_hold.records) AS mine
    JOIN standing AS hold ON hold.school_id = mine.school AND hold.scope = 'school'
    UNION
    SELECT held.record, hold.id FROM (SELECT * FROM mine UNION SELECT * FROM shared) AS held
    JOIN standing AS hold ON hold.child_id = held.child AND hold.scope IN ('child', 'family')
    UNION
    SELECT mine.record, hold.id FROM standing AS hold
    CROSS JOIN LATERAL rules.family_held(hold.child_id, hold.set_at) AS family
    JOIN mine ON mine.child = family.member WHERE hold.scope = 'family'
$$;

-- Holds on one record. Each keeps that record; the record that would take it along (the file of its child, a concern); and one on a
-- school year of attendance the later years, with which its days would go too, and the files of the children who have days in it. Of
-- most schools none stands: then nothing else is looked up.
CREATE FUNCTION rules.keeps_record_hold(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE held uuid[] := ARRAY(SELECT hold.id FROM public.retention_legalhold AS hold WHERE hold.scope = 'record' AND hold.lifted_at IS NULL);
BEGIN
    IF cardinality(held) = 0 THEN RETURN; END IF;
    RETURN QUERY
    WITH standing AS MATERIALIZED (
        SELECT hold.id, hold.record_key AS key FROM public.retention_legalhold AS hold WHERE hold.id = ANY (held)
    ), years AS MATERIALIZED (
        SELECT standing.id, year.school_id AS school, year.last_on FROM standing
        JOIN public.plans_attendanceyear AS year ON year.id = standing.key
    ), together AS MATERIALIZED (SELECT * FROM rules.reached(keeps_record_hold.records))
    SELECT standing.key, standing.id FROM standing WHERE standing.key = ANY (keeps_record_hold.records)
    UNION
    SELECT together.record, standing.id FROM standing
    JOIN rules.goes_with(ARRAY(SELECT key FROM standing)) AS along ON along.record = standing.key
    JOIN together ON together.key = along.target
    UNION
    SELECT later.id, years.id FROM years
    JOIN public.plans_attendanceyear AS later ON later.school_id = years.school AND later.last_on > years.last_on
    WHERE later.id = ANY (keeps_record_hold.records)
    UNION
    SELECT together.record, years.id FROM years CROSS JOIN together WHERE EXISTS (
        SELECT FROM public.plans_attendanceday AS day WHERE day.child_id = together.key AND day.school_id = years.school
           AND day."on" <= years.last_on AND day."on" > (years.last_on - interval '1 year')::date);
END $$;

-- Whether the destruction of a record has begun, also with another one, or that of the days of a school year: it is not held any more.
CREATE FUNCTION rules.begun_to_end(record uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM public.retention_endingrow AS going WHERE going.key = begun_to_end.record::text AND going.becomes = 'ends'
    ) OR EXISTS (
        SELECT FROM public.plans_attendanceyear AS year
        JOIN public.plans_attendanceyear AS later ON later.school_id = year.school_id AND later.last_on >= year.last_on
        WHERE year.id = begun_to_end.record AND later.ending_at IS NOT NULL)
$$;

-- Until when records that are on no child's file are kept longer than their rule says: by the newest decision of each item, the latest.
CREATE FUNCTION rules.kept_until(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT newest.record_key, max(newest.keep_until) FROM (
        SELECT DISTINCT ON (said.item_id) said.record_key, said.keep_until FROM public.retention_decision AS said
        WHERE said.record_key = ANY (kept_until.records) ORDER BY said.item_id, said.decided_at DESC, said.id DESC
    ) AS newest
    WHERE newest.keep_until IS NOT NULL GROUP BY newest.record_key
$$;

-- Its date, or the rule of its date, changed within the last 30 days.
CREATE FUNCTION rules.keeps_changed_date(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT kept.record_key, kept.id FROM public.retention_retentiondate AS kept
    LEFT JOIN public.retention_retentionrule AS rule ON rule.id = kept.rule_id
    WHERE kept.record_key = ANY (keeps_changed_date.records)
      AND (kept.changed_on > (SELECT rules.today()) - 30 OR rule.from_day > (SELECT rules.today()) - 30 OR rule.status <> 'in_force')
$$;

-- Its time is not over, as two scans at least seven days apart have seen it.
CREATE FUNCTION rules.keeps_not_due(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT asked, kept.id FROM unnest(keeps_not_due.records) AS asked
    LEFT JOIN public.retention_retentiondate AS kept ON kept.record_key = asked
    WHERE kept.id IS NULL OR kept.missing <> '' OR kept.due_on >= (SELECT rules.today()) OR kept.due_on IS NULL
       OR kept.seen_again_on IS NULL OR kept.seen_again_on < kept.seen_due_on + 7
$$;

-- What people have stated of a record that stands, and whether anybody ever marked it: then another rule counts, or may.
CREATE FUNCTION rules.fills_statement(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, said.id FROM rules.reached(fills_statement.records) AS r
    JOIN public.retention_statement AS said ON said.child_id = r.key
    WHERE said.withdrawn_at IS NULL AND said.kind <> 'keep'
$$;

CREATE FUNCTION rules.fills_mark(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, mark.id FROM rules.reached(fills_mark.records) AS r
    JOIN public.retention_mark AS mark ON mark.child_id = r.key
$$;

-- Records that end because nothing is on them (R09b), and on which something is: asked when they are listed and approved, and before
-- anything of them begins. Bound when it is called, as below.
CREATE FUNCTION rules.keeps_filled(records uuid[]) RETURNS TABLE (record uuid, row_key uuid, fact text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE bare uuid[] := ARRAY(
    SELECT kept.record_key FROM public.retention_retentiondate AS kept
    JOIN public.retention_retentionrule AS rule ON rule.id = kept.rule_id
    WHERE kept.record_key = ANY (keeps_filled.records) AND rule.code = 'R09b');
BEGIN
    IF cardinality(bare) > 0 THEN
        RETURN QUERY SELECT found.record, found.row_key, found.fact FROM rules.filled_by(bare) AS found;
    END IF;
END $$;

-- What would be destroyed with a record, under one version of a rule and its day: 32 bytes. Bound when it is called: what it asks is
-- made after the facts of apps.
CREATE FUNCTION rules.manifest_of(record uuid, rule uuid, due date) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT sha256(convert_to(made.digest || ' ' || rule || ' ' || to_char(due, 'YYYY-MM-DD'), 'UTF8'))
        FROM rules.manifest(ARRAY(SELECT together.key FROM rules.ends_with(ARRAY[record]) AS together)) AS made
    );
END $$;

-- Why an item is not to be destroyed now, in a word, or nothing: it was decided on and approved by two people, on one manifest, the
-- wait is over by the clock of the database, and nobody has stopped it.
CREATE FUNCTION rules.not_to_end(item uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE
        WHEN one.id IS NULL THEN 'unknown'
        WHEN one.left_out_at IS NOT NULL OR list.stopped_at IS NOT NULL OR list.status <> 'waiting' THEN 'stopped'
        WHEN EXISTS (SELECT FROM public.retention_itemrun AS run WHERE run.item_id = one.id) THEN 'begun'
        WHEN said.id IS NULL OR said.kind <> 'destroy' THEN 'not decided'
        WHEN yes.id IS NULL OR yes.approved_by_id = said.decided_by_id OR yes.manifest <> said.manifest THEN 'not approved'
        WHEN yes.waits_until >= (SELECT rules.today()) OR yes.approved_at > (SELECT rules.now()) - interval '14 days' THEN 'waits'
        WHEN rule.status <> 'in_force' OR one.due_on >= (SELECT rules.today()) THEN 'not due'
        WHEN kept.rule_id IS DISTINCT FROM one.rule_id OR kept.due_on IS DISTINCT FROM one.due_on THEN 'date changed'
        WHEN EXISTS (SELECT FROM public.retention_brake AS b WHERE b.school_id = one.school_id AND b.lifted_at IS NULL) THEN 'brake'
        ELSE ''
    END
    FROM (SELECT not_to_end.item AS asked) AS here
    LEFT JOIN public.retention_destructionitem AS one ON one.id = here.asked
    LEFT JOIN public.retention_destructionlist AS list ON list.id = one.on_list_id
    LEFT JOIN public.retention_retentionrule AS rule ON rule.id = one.rule_id
    LEFT JOIN public.retention_retentiondate AS kept ON kept.record_key = one.record_key
    LEFT JOIN LATERAL (
        SELECT * FROM public.retention_decision AS d WHERE d.item_id = one.id ORDER BY d.decided_at DESC, d.id DESC LIMIT 1
    ) AS said ON true
    LEFT JOIN public.retention_approval AS yes ON yes.decision_id = said.id
$$;

-- Why it may not be destroyed now: the same, or something of the record has changed since it was approved. What keeps a record is
-- asked beside (`keeps_…`).
CREATE FUNCTION rules.may_end(item uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN here.why <> '' THEN here.why WHEN NOT EXISTS (
        SELECT FROM public.retention_destructionitem AS one JOIN LATERAL (
            SELECT * FROM public.retention_approval AS a WHERE a.item_id = one.id ORDER BY a.approved_at DESC, a.id DESC LIMIT 1
        ) AS yes ON true
        WHERE one.id = may_end.item AND yes.manifest = rules.manifest_of(one.record_key, one.rule_id, one.due_on)
    ) THEN 'changed' ELSE '' END
    FROM (SELECT rules.not_to_end(may_end.item) AS why OFFSET 0) AS here
$$;

-- By which word the destruction of an item was refused last, as the record of events says; nothing where it never was.
CREATE FUNCTION rules.refused_by(item uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((
        SELECT said.purpose FROM public.audit_event AS said
        WHERE said.object_id = refused_by.item AND said.verb = 'destroy' AND said.outcome = 'refused'
        ORDER BY said.at DESC, said.id DESC LIMIT 1
    ), '')
$$;

-- Of these items those that have begun, with their state; and of these records those of which it is written down that they were
-- destroyed. Asked by keys, as the ledger has them: every process asks before it starts, and for nobody.
CREATE FUNCTION rules.runs_of(items uuid[]) RETURNS TABLE (item uuid, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT run.item_id, run.state::text FROM public.retention_itemrun AS run WHERE run.item_id = ANY (runs_of.items)
$$;

CREATE FUNCTION rules.destroyed_of(records uuid[]) RETURNS TABLE (record uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT gone.record_key FROM public.retention_tombstone AS gone WHERE gone.record_key = ANY (destroyed_of.records)
$$;

-- Rows of a table that end, or are emptied, with items whose destruction has begun: all that `destroyer` sees of it.
CREATE FUNCTION rules.rows_going(model text, becomes text[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(going.key), '{}') FROM public.retention_endingrow AS going
    WHERE going.model = rows_going.model AND going.becomes = ANY (rows_going.becomes)
$$;

-- Whether one of these people changed the rule of an item, stated what its date rests on, or typed one of its days, within the last
-- 30 days: they neither decide on it nor approve it.
CREATE FUNCTION rules.edited_lately(item uuid, people uuid[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM public.retention_destructionitem AS one
        CROSS JOIN (SELECT rules.now() - interval '30 days' AS since) AS lately
        WHERE one.id = edited_lately.item AND (
            EXISTS (
                SELECT FROM public.retention_retentionrule AS rule WHERE rule.id = one.rule_id AND (
                    rule.proposed_by_id = ANY (people) AND rule.proposed_at > since
                    OR rule.adopted_by_id = ANY (people) AND rule.adopted_at > since)
            ) OR EXISTS (
                SELECT FROM public.retention_statement AS said
                WHERE said.child_id = one.child_key AND said.stated_by_id = ANY (people) AND said.stated_at > since
            ) OR EXISTS (
                SELECT FROM public.retention_mark AS mark
                WHERE mark.child_id = one.child_key AND mark.marked_by_id = ANY (people) AND mark.marked_at > since
            ) OR EXISTS (
                -- Of a record of another kind, whoever changed anything of it.
                SELECT FROM public.audit_logentry AS typed
                WHERE typed.object_id = one.record_key AND one.kind <> 'child_file' AND typed.actor_id = ANY (people) AND typed.at > since
            ) OR EXISTS (
                SELECT FROM public.audit_logentry AS typed
                WHERE typed.record_id = one.child_key AND typed.actor_id = ANY (people) AND typed.at > since
                  AND typed.object_type IN ('children.child', 'children.childdetail', 'children.enrolment')
                  AND typed.changes ?| ARRAY['date_of_birth', 'date_of_death', 'left_on', 'destination_establishment',
                                             'destination_confirmed']
            )
        )
    )
$$;

-- What is asked before anything of a school begins to be destroyed (`services/brakes.py`): the time of the database, of the newest
-- seal, of the last scan by both times and of the last look; how many records would begin now, how many have today and within
-- 30 days; and how many files the school had then.
CREATE FUNCTION rules.before_destruction(school uuid) RETURNS TABLE (
    now timestamptz, sealed_at timestamptz, scanned_at timestamptz, scanned_by_database_at timestamptz, looked_at timestamptz,
    waiting integer, waiting_plain integer, waiting_files integer, begun_today integer, plain_begun_today integer,
    files_begun_in_30_days integer, files integer
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH begun AS MATERIALIZED (
        SELECT one.kind = 'child_file' AS is_file, one.kind = ANY (rules.plain_kinds()) OR rule.code = 'R09b' AS is_plain,
            (run.begun_at AT TIME ZONE 'Europe/London')::date = rules.today() AS is_today
        FROM public.retention_itemrun AS run
        JOIN public.retention_destructionitem AS one ON one.id = run.item_id
        JOIN public.retention_retentionrule AS rule ON rule.id = one.rule_id
        WHERE run.school_id = before_destruction.school AND run.begun_at > rules.now() - interval '30 days'
    ), waits AS MATERIALIZED (
        SELECT one.kind = 'child_file' AS is_file, one.kind = ANY (rules.plain_kinds()) OR rule.code = 'R09b' AS is_plain
        FROM public.retention_destructionitem AS one
        JOIN public.retention_retentionrule AS rule ON rule.id = one.rule_id
        WHERE one.school_id = before_destruction.school AND one.left_out_at IS NULL
          AND EXISTS (SELECT FROM public.retention_approval AS yes WHERE yes.item_id = one.id AND yes.waits_until < rules.today())
          AND NOT EXISTS (SELECT FROM public.retention_itemrun AS run WHERE run.item_id = one.id)
          AND rules.not_to_end(one.id) = '' AND NOT EXISTS (
              SELECT FROM rules.keeps_hold(ARRAY(
                  SELECT one.record_key UNION SELECT what.child FROM rules.kinds_of(ARRAY[one.record_key]) AS what
                  WHERE what.child IS NOT NULL)))
          AND NOT EXISTS (SELECT FROM rules.keeps_record_hold(ARRAY[one.record_key]))
    )
    SELECT rules.now(),
        (SELECT seal.at FROM public.audit_checkpoint AS seal ORDER BY seal.number DESC LIMIT 1),
        gate.scanned_at, gate.scanned_by_database_at, gate.looked_at,
        (SELECT (count(*) FILTER (WHERE NOT waits.is_plain))::integer FROM waits),
        (SELECT (count(*) FILTER (WHERE waits.is_plain))::integer FROM waits),
        (SELECT (count(*) FILTER (WHERE waits.is_file))::integer FROM waits),
        (SELECT (count(*) FILTER (WHERE begun.is_today AND NOT begun.is_plain))::integer FROM begun),
        (SELECT (count(*) FILTER (WHERE begun.is_today AND begun.is_plain))::integer FROM begun),
        (SELECT (count(*) FILTER (WHERE begun.is_file))::integer FROM begun),
        (
            SELECT count(*)::integer FROM public.retention_retentiondate AS kept
            WHERE kept.school_id = before_destruction.school AND kept.kind = 'child_file'
        ) + (SELECT (count(*) FILTER (WHERE begun.is_file))::integer FROM begun)
    FROM public.retention_retentiongate AS gate WHERE gate.school_id = before_destruction.school
$$;

-- How far lists are, in numbers that name nobody: also of what is hidden from whoever reads a list. The decision that counts is the newest.
CREATE FUNCTION rules.counts_of_lists(lists uuid[]) RETURNS TABLE (
    list uuid, listed integer, standing integer, decided integer, to_end integer, approved integer, begun integer, gone integer, stuck integer,
    approved_at timestamptz, waits_until date, begun_at timestamptz, gone_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    -- A record that ended with another one, as a consent does with its child's file, is gone without a run of its own.
    WITH there AS MATERIALIZED (
        SELECT record FROM rules.kinds_of(ARRAY(
            SELECT record_key FROM public.retention_destructionitem WHERE on_list_id = ANY (counts_of_lists.lists)))
    )
    SELECT one.on_list_id, count(*)::integer,
        (count(*) FILTER (WHERE one.left_out_at IS NULL))::integer,
        (count(said.id) FILTER (WHERE one.left_out_at IS NULL))::integer,
        (count(*) FILTER (WHERE one.left_out_at IS NULL AND said.kind = 'destroy'))::integer,
        (count(yes.id) FILTER (WHERE one.left_out_at IS NULL))::integer,
        count(run.item_id)::integer,
        (count(*) FILTER (WHERE run.state = 'files_gone' OR (run.item_id IS NULL AND one.left_out_at IS NULL
            AND list.status IN ('waiting', 'done') AND NOT EXISTS (SELECT FROM there WHERE there.record = one.record_key))))::integer,
        (count(*) FILTER (WHERE run.state <> 'files_gone' AND run.trouble <> ''))::integer,
        max(yes.approved_at) FILTER (WHERE one.left_out_at IS NULL),
        max(yes.waits_until) FILTER (WHERE one.left_out_at IS NULL),
        min(run.begun_at),
        coalesce(max(run.moved_at) FILTER (WHERE run.state = 'files_gone'), max(list.checked_at))
    FROM public.retention_destructionitem AS one
    JOIN public.retention_destructionlist AS list ON list.id = one.on_list_id
    LEFT JOIN LATERAL (
        SELECT * FROM public.retention_decision AS d WHERE d.item_id = one.id ORDER BY d.decided_at DESC, d.id DESC LIMIT 1
    ) AS said ON true
    LEFT JOIN public.retention_approval AS yes ON yes.decision_id = said.id
    LEFT JOIN public.retention_itemrun AS run ON run.item_id = one.id
    WHERE one.on_list_id = ANY (counts_of_lists.lists) GROUP BY one.on_list_id
$$;

-- What stands on lists, by kind and rule, and how many have paper beside them: numbers that name nobody.
CREATE FUNCTION rules.kinds_on_lists(lists uuid[]) RETURNS TABLE (
    list uuid, kind text, rule uuid, decision text, records integer, paper integer
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT one.on_list_id, one.kind::text, one.rule_id,
        CASE WHEN one.left_out_at IS NOT NULL THEN 'out' ELSE coalesce(said.kind, '') END,
        count(*)::integer, (count(*) FILTER (WHERE said.has_paper))::integer
    FROM public.retention_destructionitem AS one
    LEFT JOIN LATERAL (
        SELECT * FROM public.retention_decision AS d WHERE d.item_id = one.id ORDER BY d.decided_at DESC, d.id DESC LIMIT 1
    ) AS said ON true
    WHERE one.on_list_id = ANY (kinds_on_lists.lists) GROUP BY 1, 2, 3, 4
$$;

-- How many records of a school are kept, and how many are due and on no list, by kind and rule: numbers that name nobody. A number of
-- concerns about adults would tell of one: they are not counted.
CREATE FUNCTION rules.due_at(school uuid) RETURNS TABLE (kind text, rule uuid, due integer, kept integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT kept.kind::text, kept.rule_id,
        (count(*) FILTER (WHERE kept.seen_again_on IS NOT NULL AND NOT EXISTS (
            SELECT FROM public.retention_destructionitem AS one
            WHERE one.record_key = kept.record_key AND one.left_out_at IS NULL
        )))::integer, count(*)::integer
    FROM public.retention_retentiondate AS kept
    WHERE kept.school_id = due_at.school AND kept.in_group = 'records' GROUP BY kept.kind, kept.rule_id
$$;

-- What the dates of all files of a school rest on, by keys, beside the days that apps know (`since_…`): for numbers that name nobody.
CREATE FUNCTION rules.files_at(school uuid) RETURNS TABLE (
    child uuid, left_on date, receipt date, last_school date, keep date
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT child.id, child.left_on,
        max(said.on) FILTER (WHERE said.kind = 'receipt'),
        max(said.on) FILTER (WHERE said.kind = 'last_school'),
        max(said.on) FILTER (WHERE said.kind = 'keep')
    FROM public.children_child AS child
    LEFT JOIN public.retention_statement AS said ON said.child_id = child.id AND said.withdrawn_at IS NULL
    WHERE child.school_id = files_at.school AND child.merged_into_id IS NULL AND child.ending_at IS NULL
    GROUP BY child.id, child.left_on
$$;

-- The last number of a hold in a year at a school, and the hold that was set by this form: whoever sets one may not see all of them.
CREATE FUNCTION rules.holds_numbered(school uuid, year int, token uuid) RETURNS TABLE (last int, there uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(max(hold.number) FILTER (WHERE hold.year = holds_numbered.year), 0),
        (SELECT id FROM public.retention_legalhold AS same WHERE same.token = holds_numbered.token)
    FROM public.retention_legalhold AS hold WHERE hold.school_id = holds_numbered.school
$$;

-- Accounts whose time is over (R27), with the schools at which their holders had a role: the last role anywhere ended longer ago than the
-- rule in force at each of these schools says. Where one has not adopted it, is held, has a brake or no look at the time of the last
-- days, the account stays. Of a closed account no role lasts longer than the day on which it was closed. Of one account, or of all.
CREATE FUNCTION rules.accounts_over(asked uuid) RETURNS TABLE (account uuid, schools uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH held AS MATERIALIZED (
        SELECT person.id AS account, array_agg(DISTINCT role.school_id ORDER BY role.school_id) AS schools,
            max(least(coalesce(role.ends_on, 'infinity'::date), coalesce(closed.day, 'infinity'::date))) AS last_day
        FROM public.accounts_user AS person
        JOIN public.accounts_roleassignment AS role ON role.user_id = person.id
        LEFT JOIN LATERAL (
            SELECT (max(said.at) AT TIME ZONE 'Europe/London')::date AS day FROM public.audit_event AS said
            WHERE NOT person.is_active AND said.object_id = person.id AND said.purpose = 'account closed'
        ) AS closed ON true
        WHERE person.emptied_at IS NULL AND (accounts_over.asked IS NULL OR person.id = accounts_over.asked)
        GROUP BY person.id
    )
    SELECT held.account, held.schools FROM held
    WHERE held.last_day < (SELECT rules.today()) AND NOT EXISTS (
        SELECT FROM unnest(held.schools) AS place (school)
        LEFT JOIN public.retention_retentionrule AS rule
            ON rule.school_id = place.school AND rule.code = 'R27' AND rule.status = 'in_force'
        LEFT JOIN public.retention_retentiongate AS gate ON gate.school_id = place.school
        WHERE coalesce(
                held.last_day + coalesce(make_interval(years => rule.years::integer), make_interval(days => rule.days::integer)),
                'infinity'::timestamp) >= (SELECT rules.today())
           OR gate.looked_at IS NULL OR gate.looked_at < (SELECT rules.now()) - interval '8 days'
           OR gate.looked_at > (SELECT rules.now()) + interval '10 minutes'
           OR EXISTS (SELECT FROM public.retention_brake AS b WHERE b.school_id = place.school AND b.lifted_at IS NULL)
           OR EXISTS (
                SELECT FROM public.retention_legalhold AS hold
                WHERE hold.school_id = place.school AND hold.scope = 'school' AND hold.lifted_at IS NULL)
    )
$$;

-- The codes of what is a sign that a file has to be kept by the long rule for abuse, as that rule counts at a school: the one in force,
-- else what is proposed.
CREATE FUNCTION rules.sign_codes(school uuid) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY(SELECT jsonb_array_elements_text(rule.signs)) FROM public.retention_retentionrule AS rule
    WHERE rule.code = 'R03' AND rule.status IN ('in_force', 'proposed')
      AND (rule.school_id = sign_codes.school OR rule.school_id IS NULL)
    ORDER BY rule.status = 'in_force' DESC, rule.school_id NULLS LAST LIMIT 1
$$;

-- The signs on these records, each with what was answered of it: yes, no, or nothing yet. Bound when it is called, as the next ones:
-- what they ask is made after the facts of apps.
CREATE FUNCTION rules.signs_of(records uuid[]) RETURNS TABLE (
    record uuid, row_key uuid, kind text, code text, day date, answer text
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT found.record, found.row_key, found.kind, found.code, found.day,
           CASE mark.applies WHEN true THEN 'yes' WHEN false THEN 'no' ELSE '' END
    FROM (
        SELECT child.school_id AS school, array_agg(child.id) AS children FROM public.children_child AS child
        WHERE child.id = ANY (signs_of.records) GROUP BY child.school_id
    ) AS here
    CROSS JOIN LATERAL rules.signs(here.children, rules.sign_codes(here.school)) AS found
    LEFT JOIN public.retention_mark AS mark ON mark.child_id = found.record AND mark.row_key = found.row_key
         AND mark.ended_at IS NULL AND found.code = ANY (mark.codes);
END $$;

-- What is said of files as to the long rule: whether a sign is not answered, on which day the newest came by which it applies, and on
-- which day somebody said what becomes of the own copy where the next school has the file.
CREATE FUNCTION rules.long_rule_of(records uuid[]) RETURNS TABLE (
    record uuid, is_asked boolean, since date, ours_ends date, ours_stays date
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT every.record, bool_or(every.asked), max(every.since), max(every.ends), max(every.stays) FROM (
        SELECT sign.record, sign.answer = '' AS asked, CASE sign.answer WHEN 'yes' THEN sign.day END AS since,
               NULL::date AS ends, NULL::date AS stays
        FROM rules.signs_of(long_rule_of.records) AS sign
        UNION ALL
        SELECT mark.child_id, false, (mark.marked_at AT TIME ZONE 'Europe/London')::date, NULL, NULL FROM public.retention_mark AS mark
        WHERE mark.child_id = ANY (long_rule_of.records) AND mark.ended_at IS NULL AND mark.applies AND mark.row_key IS NULL
        UNION ALL
        SELECT said.child_id, false, NULL, CASE said.kind WHEN 'ours_ends' THEN said.on END, CASE said.kind WHEN 'ours_stays' THEN said.on END
        FROM public.retention_statement AS said
        WHERE said.child_id = ANY (long_rule_of.records) AND said.withdrawn_at IS NULL AND said.kind IN ('ours_ends', 'ours_stays')
    ) AS every GROUP BY every.record;
END $$;

-- Children whose date would tell the person of a sign that they may not know of: one that they may not know of is not answered, or the
-- long rule applies by such ones alone.
CREATE FUNCTION rules.signs_unseen(me uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE shut uuid[] := rules.signs_shut(me);
BEGIN
    -- From most people nothing is shut: for them nothing else is looked up.
    IF cardinality(shut) = 0 THEN RETURN '{}'; END IF;
    RETURN (
        SELECT coalesce(array_agg(told.record), '{}') FROM (
            SELECT sign.record, bool_or(sign.answer = '' AND sign.row_key = ANY (shut)) AS asked,
                   bool_or(NOT sign.row_key = ANY (shut)) OR EXISTS (
                       SELECT FROM public.retention_mark AS mark
                       WHERE mark.child_id = sign.record AND mark.ended_at IS NULL AND mark.applies AND mark.row_key IS NULL) AS seen
            FROM rules.signs_of(ARRAY(SELECT near.child FROM rules.signs_near(shut) AS near)) AS sign
            WHERE sign.answer <> 'no' GROUP BY sign.record
        ) AS told WHERE told.asked OR NOT told.seen
    );
END $$;

-- Whether the person answers a sign of a child's file; or, where `sign` is none, says what becomes of the own copy: a lead who may know
-- of it; where none may, whoever decides about the child or its concerns in the lead's place.
CREATE FUNCTION rules.answers_sign(me uuid, school uuid, child uuid, sign uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT rules.knows_of_sign(me, child, sign) THEN RETURN false; END IF;
    IF school = ANY (rules.schools_with(me, 'keep_retention')) THEN RETURN true; END IF;
    IF NOT (school = ANY (rules.schools_with(me, 'decide_concerns')) OR child = ANY (rules.children_standing_in(me))) THEN
        RETURN false;
    END IF;
    RETURN NOT EXISTS (
        SELECT FROM rules.live_roles_at(ARRAY[school]) AS held
        WHERE held.role_key = ANY ((SELECT rules.roles_with('keep_retention'))::text[])
          AND rules.knows_of_sign(held.user_id, child, sign));
END $$;

-- Whether nothing of it is hidden from the person: the child, the sign, or a sign of that file.
CREATE FUNCTION rules.knows_of_sign(me uuid, child uuid, sign uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN NOT child = ANY (rules.hidden_children(me))
       AND NOT CASE WHEN sign IS NULL THEN child = ANY (rules.signs_unseen(me)) ELSE sign = ANY (rules.signs_shut(me)) END;
END $$;

-- The signs of a child's file that the person may know of, each with whether they answer it.
CREATE FUNCTION rules.signs_told(me uuid, child uuid) RETURNS TABLE (
    row_key uuid, kind text, codes text[], day date, answer text, answers boolean
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE shut uuid[] := rules.signs_shut(me);
BEGIN
    IF child = ANY (rules.hidden_children(me)) THEN RETURN; END IF;
    RETURN QUERY
    SELECT sign.row_key, sign.kind, array_agg(sign.code ORDER BY sign.code), max(sign.day),
           -- Of one row with a code that nobody has answered nothing is answered.
           min(sign.answer), bool_or(rules.answers_sign(me, here.school_id, here.id, sign.row_key))
    FROM public.children_child AS here
    CROSS JOIN LATERAL rules.signs_of(ARRAY[here.id]) AS sign
    WHERE here.id = child AND NOT sign.row_key = ANY (shut) GROUP BY sign.row_key, sign.kind
    ORDER BY min(sign.answer), max(sign.day), sign.row_key;
END $$;

-- Children on whose file a sign is that the person answers in a lead's place: they know until when it is kept, and what was stated.
CREATE FUNCTION rules.signs_standing_in(me uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE mine uuid[];
BEGIN
    IF NOT EXISTS (SELECT FROM rules.live_roles_of(me) AS held WHERE held.role_key = ANY ((SELECT rules.roles_with('stand_in'))::text[])) THEN
        RETURN '{}';
    END IF;
    mine := rules.children_standing_in(me);
    IF cardinality(mine) = 0 THEN RETURN '{}'; END IF;
    RETURN (
        SELECT coalesce(array_agg(DISTINCT sign.record), '{}') FROM rules.signs_of(mine) AS sign
        JOIN public.children_child AS here ON here.id = sign.record
        WHERE rules.answers_sign(me, here.school_id, here.id, sign.row_key)
    );
END $$;

-- A sign that nobody has answered keeps the record.
CREATE FUNCTION rules.keeps_sign(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT DISTINCT sign.record, kept.id FROM rules.signs_of(keeps_sign.records) AS sign
    LEFT JOIN public.retention_retentiondate AS kept ON kept.record_key = sign.record WHERE sign.answer = '';
END $$;

-- What was said since of the long rule, or of the own copy, is not in the date yet by which the record would go.
CREATE FUNCTION rules.keeps_answer(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT kept.record_key, kept.id FROM public.retention_retentiondate AS kept
    WHERE kept.record_key = ANY (keeps_answer.records) AND (
        EXISTS (SELECT FROM public.retention_mark AS mark
                WHERE mark.child_id = kept.record_key AND greatest(mark.marked_at, mark.ended_at) >= kept.scanned_at)
        OR EXISTS (SELECT FROM public.retention_statement AS said
                   WHERE said.child_id = kept.record_key AND said.kind IN ('ours_ends', 'ours_stays')
                     AND greatest(said.stated_at, said.withdrawn_at) >= kept.scanned_at))
$$;

-- Concerns about adults: of which the person decides the end, because they read them by role and none names them.
CREATE FUNCTION rules.adult_endings_decided(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(mine.key), '{}') FROM unnest((SELECT rules.staff_concerns_read(me))) AS mine (key)
    WHERE NOT mine.key = ANY ((SELECT rules.hidden_staff_concerns(me))::uuid[])
$$;

-- And those of which the person may approve it: as chair of governors or trust lead, or who acts in one of these roles, who reads them
-- too, by name or by role.
CREATE FUNCTION rules.adult_endings_approved(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(concern.id), '{}') FROM public.adults_staffconcern AS concern
    WHERE concern.school_id = ANY ((SELECT rules.schools_with(me, 'second_destruction'))::uuid[])
      AND concern.id = ANY ((SELECT rules.staff_concerns_read(me) || rules.granted_staff_concerns(me))::uuid[])
      AND NOT concern.id = ANY ((SELECT rules.hidden_staff_concerns(me))::uuid[])
$$;

-- Lists of concerns about adults of which every one is among these: whoever may not read one of them finds no list.
CREATE FUNCTION rules.adult_lists_among(records uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(found.id), '{}') FROM (
        SELECT one.on_list_id FROM public.retention_destructionitem AS one WHERE one.in_group = 'adults'
        GROUP BY one.on_list_id HAVING bool_and(one.record_key = ANY (adult_lists_among.records))
    ) AS found (id)
$$;

-- Lists on which the person decides: also one that they have begun, before anything stands on it.
CREATE FUNCTION rules.adult_lists_decided(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.adult_lists_among((SELECT rules.adult_endings_decided(me))) || ARRAY(
        SELECT list.id FROM public.retention_destructionlist AS list
        WHERE list.in_group = 'adults' AND list.made_by_id = me AND list.status = 'review' AND NOT EXISTS (
            SELECT FROM public.retention_destructionitem AS one WHERE one.on_list_id = list.id))
$$;

CREATE FUNCTION rules.adult_lists_approved(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.adult_lists_among((SELECT rules.adult_endings_approved(me)))
$$;

-- Lists that the person read as they were approved, while they hold a role that sees lists, and nothing on them names the person since.
CREATE FUNCTION rules.adult_lists_kept(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(list.id), '{}') FROM public.retention_destructionlist AS list
    WHERE list.in_group = 'adults' AND me = ANY (list.readers)
      AND list.school_id = ANY ((SELECT rules.schools_with(me, 'count_retention'))::uuid[]) AND NOT EXISTS (
        SELECT FROM public.retention_destructionitem AS one
        WHERE one.on_list_id = list.id AND one.record_key = ANY ((SELECT rules.hidden_staff_concerns(me))::uuid[]))
$$;

-- Lists on which the data protection officer advises, in numbers: while all of it is there, and none of it names the officer.
CREATE FUNCTION rules.adult_lists_advised(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(list.id), '{}') FROM public.retention_destructionlist AS list
    WHERE list.in_group = 'adults' AND list.status IN ('approval', 'waiting')
      AND list.school_id = ANY ((SELECT rules.schools_with(me, 'advise_retention'))::uuid[]) AND NOT EXISTS (
        SELECT FROM public.retention_destructionitem AS one
        LEFT JOIN public.adults_staffconcern AS concern ON concern.id = one.record_key AND concern.ending_at IS NULL
        WHERE one.on_list_id = list.id AND (
            concern.id IS NULL OR concern.id = ANY ((SELECT rules.hidden_staff_concerns(me))::uuid[])))
$$;

CREATE FUNCTION rules.adult_lists_read(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.adult_lists_decided(me) || rules.adult_lists_approved(me) || rules.adult_lists_kept(me)
        || rules.adult_lists_advised(me)
$$;

-- Records of which the person reads the date, and what stands of them on lists: those that they decide or approve, and those on lists
-- that they read as they were approved.
CREATE FUNCTION rules.adult_endings_read(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.adult_endings_decided(me) || rules.adult_endings_approved(me) || ARRAY(
        SELECT one.record_key FROM public.retention_destructionitem AS one
        WHERE one.on_list_id = ANY ((SELECT rules.adult_lists_kept(me))::uuid[]))
$$;

-- Items of which the person reads the record's date: how far the destruction of each is.
CREATE FUNCTION rules.adult_items_read(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(one.id), '{}') FROM public.retention_destructionitem AS one
    WHERE one.in_group = 'adults' AND one.record_key = ANY ((SELECT rules.adult_endings_read(me))::uuid[])
$$;

-- Who reads all of a list of concerns about adults today, by what they decide or approve: kept with the list as it is approved.
CREATE FUNCTION rules.readers_of_adult_list(list uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT held.user_id), '{}') FROM public.retention_destructionlist AS one
    CROSS JOIN LATERAL rules.live_roles_at(ARRAY[one.school_id]) AS held
    WHERE one.id = readers_of_adult_list.list
      AND held.role_key = ANY ((SELECT rules.roles_with('read_staff_concerns') || rules.roles_with('read_about_head')
                                       || rules.roles_with('second_destruction'))::text[])
      AND (one.id = ANY (rules.adult_lists_decided(held.user_id)) OR one.id = ANY (rules.adult_lists_approved(held.user_id)))
$$;
