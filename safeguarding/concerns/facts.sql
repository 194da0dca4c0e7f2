-- Which concerns may a person see beside those of their role, and which never?

-- Concerns of which the person must see nothing: they name or mention a child hidden from them, are about the person, or are being destroyed. One in which a lead has
-- added a child whom its own reporter chose and could not name stays what it was to that reporter, as their report and nowhere else; so does one in which
-- they mention a child who was hidden from them before they sent it.
CREATE FUNCTION rules.hidden_concerns(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT concern_id), '{}') FROM (
        SELECT concern_id FROM public.concerns_concernchild AS named
        WHERE child_id = ANY ((SELECT rules.hidden_children(me))::uuid[]) AND NOT (rules.door() = 'reporting' AND EXISTS (
            SELECT FROM public.concerns_withheldname AS withheld
            WHERE withheld.named_id = named.id AND withheld.child_key = named.child_id AND withheld.author_id = me))
        UNION ALL
        SELECT concern_id FROM public.concerns_mention
        WHERE child_key = ANY ((SELECT rules.hidden_children(me))::uuid[]) AND taken_off_at IS NULL
          AND NOT (rules.door() = 'reporting' AND author_id = me)
        UNION ALL
        SELECT concern_id FROM public.concerns_concernsubject WHERE user_id = me AND withdrawn_at IS NULL
        UNION ALL
        SELECT id FROM public.concerns_concern WHERE ending_at IS NOT NULL
    ) AS hidden
$$;

-- Concerns that two people have said were entered in error: from then on nobody sees them, but on the pages about one of them
-- (context.with_errors), and to their reporters (the door "reporting").
CREATE FUNCTION rules.concerns_in_error(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(concern.id), '{}') FROM public.concerns_concern AS concern
    WHERE concern.in_error IN ('confirmed', 'undoing') AND (SELECT rules.door()) <> 'reporting' AND NOT CASE (SELECT rules.errors_shown())
        WHEN '' THEN false
        WHEN 'all' THEN true
        ELSE concern.id::text = (SELECT rules.errors_shown())
    END
$$;

-- Restricted concerns of the person's schools that their roles do not open.
CREATE FUNCTION rules.restricted_concerns(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM public.concerns_concern
    WHERE restricted_at IS NOT NULL AND school_id = ANY ((SELECT rules.schools_of(me))::uuid[])
      AND NOT school_id = ANY ((SELECT rules.schools_with(me, 'view_restricted'))::uuid[])
$$;

-- Concerns that the files of these children tell whole: a lead has decided so; or nobody has decided, the concern is about one
-- of them, and no child in it has a record that is shut to somebody to whom `open` are open.
CREATE FUNCTION rules.concerns_told_whole(files uuid[], open uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT named.concern_id), '{}') FROM public.concerns_concernchild AS named
    WHERE named.child_id = ANY (files) AND (
        named.file_says = 'whole'
        OR (named.file_says = '' AND named.role IN ('worried_about', 'may_have_caused_harm') AND NOT EXISTS (
                SELECT FROM public.concerns_concernchild AS other
                WHERE other.concern_id = named.concern_id AND other.child_id IS NOT NULL AND NOT other.child_id = ANY (open)
                -- The same child once more, by a record that has become part of another one in it.
                AND NOT other.child_id = ANY ((SELECT rules.merged_children(NULL))::uuid[]))))
$$;

-- Concerns that the file of a child tells whole to whom the person was given access.
CREATE FUNCTION rules.concerns_of_granted(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.concerns_told_whole(rules.granted_children(me), rules.children_open_to(me))
$$;

-- The same of a child whose record the person has opened in an emergency.
CREATE FUNCTION rules.concerns_in_emergency(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.concerns_told_whole(rules.emergency_children(me), rules.children_open_to(me))
$$;

-- When what a concern tells of happened, as its author says, else when it was logged; and the number that people quote. For the
-- line in the file of a child whose reader may not open the concern.
CREATE FUNCTION rules.moment_of_concern(concern uuid) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((account.observed_on + coalesce(account.observed_at, time '00:00')) AT TIME ZONE 'Europe/London', told.logged_at)
    FROM public.concerns_concern AS told LEFT JOIN public.concerns_account AS account ON account.concern_id = told.id
    WHERE told.id = moment_of_concern.concern
$$;

CREATE FUNCTION rules.reference_of_concern(concern uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'C-' || told.year || '-' || lpad(told.number::text, greatest(4, length(told.number::text)), '0')
    FROM public.concerns_concern AS told WHERE told.id = reference_of_concern.concern
$$;

-- Concerns that name a child who is in this year group now, for the filter of a list: which of them a reader sees, the rule of
-- the concern says. Without row security on each naming, of which there are thousands in a school.
CREATE FUNCTION rules.concerns_of_year(school uuid, year integer) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    -- One that names several of them stands in it several times: to sort that out takes longer than to look again.
    SELECT coalesce(array_agg(named.concern_id), '{}')
    FROM public.children_child AS child JOIN public.concerns_concernchild AS named ON named.child_id = child.id
    WHERE child.school_id = school AND child.year_group = year AND child.merged_into_id IS NULL
$$;

-- Concerns to which the person was given access one by one: the restricted ones too.
CREATE FUNCTION rules.granted_concerns(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(content_object_id), '{}') FROM public.concerns_concerngrant
    WHERE user_id = me AND ended_at IS NULL AND expires_on >= (SELECT rules.today())
      AND school_id = ANY ((SELECT rules.schools_that_may_grant(me))::uuid[])
$$;

-- Concerns in which the person stands in, at the schools where that is their role: an alternate lead for a safeguarding lead
-- from whom the concern is hidden, the chair of governors for a Headteacher it is about, and either where it is hidden
-- from everybody whose role reads concerns there.
CREATE FUNCTION rules.concerns_standing_in(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH mine AS (
        SELECT school_id, role_key FROM rules.live_roles_of(me) WHERE role_key = ANY ((SELECT rules.roles_with('stand_in'))::text[])
    ), readers AS MATERIALIZED (
        SELECT held.school_id, held.user_id, bool_or(held.role_key IN ('lead', 'acting_lead')) AS leads,
               bool_or(held.role_key = 'headteacher') AS heads, rules.hidden_concerns(held.user_id) AS hidden
        FROM rules.live_roles_at(ARRAY(SELECT school_id FROM mine)) AS held
        WHERE held.role_key = ANY ((SELECT rules.roles_with('view_concerns'))::text[])
        GROUP BY held.school_id, held.user_id
    )
    -- Nearly nobody stands in for anybody: for them nothing else is looked up.
    SELECT CASE WHEN NOT EXISTS (SELECT FROM mine) THEN '{}' ELSE (
        SELECT coalesce(array_agg(DISTINCT concern.id), '{}')
        FROM mine
        JOIN readers ON readers.school_id = mine.school_id
        JOIN public.concerns_concern AS concern ON concern.school_id = mine.school_id AND concern.id = ANY (readers.hidden)
        WHERE (mine.role_key = 'alternate_lead' AND readers.leads)
           OR (mine.role_key = 'chair' AND readers.heads AND EXISTS (
                  SELECT FROM public.concerns_concernsubject AS subject
                  WHERE subject.concern_id = concern.id AND subject.user_id = readers.user_id AND subject.withdrawn_at IS NULL))
           OR NOT EXISTS (
                  SELECT FROM readers AS other
                  WHERE other.school_id = mine.school_id AND NOT concern.id = ANY (other.hidden))
    ) END
$$;

-- The children named in them.
CREATE FUNCTION rules.named_where_standing_in(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT child_id), '{}') FROM public.concerns_concernchild
    WHERE child_id IS NOT NULL AND concern_id = ANY ((SELECT rules.concerns_standing_in(me))::uuid[])
      AND NOT concern_id = ANY ((SELECT rules.concerns_in_error(me))::uuid[])
$$;

-- Notes from outside of which the person must see nothing: somebody has said that one is not for them, or a form by which a concern
-- is being made of it names a child hidden from them. Once it is a concern, the rule of that one holds.
CREATE FUNCTION rules.hidden_notes(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT note_id), '{}') FROM (
        SELECT note_id FROM public.concerns_outsideconflict JOIN public.concerns_outsidenote AS note ON note.id = note_id
        WHERE user_id = me AND withdrawn_at IS NULL AND note.concern_id IS NULL
        UNION ALL
        SELECT note.id FROM public.concerns_outsidenote AS note JOIN public.concerns_draft AS draft ON draft.id = ANY (note.forms)
        -- What one types oneself hides nothing: it would tell that the child is hidden.
        WHERE note.concern_id IS NULL AND draft.names && (SELECT rules.hidden_children(me)) AND draft.author_id <> me
    ) AS hidden
$$;

-- With those of concerns that the person may not see: for what hangs on a note.
CREATE FUNCTION rules.notes_out_of_sight(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.hidden_notes(me) || coalesce(array_agg(id), '{}') FROM public.concerns_outsidenote
    WHERE concern_id = ANY ((SELECT rules.hidden_concerns(me) || rules.restricted_concerns(me) || rules.concerns_in_error(me))::uuid[])
$$;

-- Notes that the person reads for somebody from whom they are hidden, as concerns: an alternate lead for a safeguarding lead, the
-- chair of governors for a Headteacher for whom it is not, and either where nobody whose role reads notes there may see it.
CREATE FUNCTION rules.notes_standing_in(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH mine AS (
        SELECT school_id, role_key FROM rules.live_roles_of(me) WHERE role_key = ANY ((SELECT rules.roles_with('stand_in'))::text[])
    ), readers AS MATERIALIZED (
        SELECT held.school_id, held.user_id, bool_or(held.role_key IN ('lead', 'acting_lead')) AS leads,
               bool_or(held.role_key = 'headteacher') AS heads, rules.hidden_notes(held.user_id) AS hidden
        FROM rules.live_roles_at(ARRAY(SELECT school_id FROM mine)) AS held
        WHERE held.role_key = ANY ((SELECT rules.roles_with('view_concerns'))::text[])
        GROUP BY held.school_id, held.user_id
    )
    -- Nearly nobody stands in for anybody: for them nothing else is looked up.
    SELECT CASE WHEN NOT EXISTS (SELECT FROM mine) THEN '{}' ELSE (
        SELECT coalesce(array_agg(DISTINCT note.id), '{}')
        FROM mine
        JOIN readers ON readers.school_id = mine.school_id
        JOIN public.concerns_outsidenote AS note ON note.school_id = mine.school_id AND note.id = ANY (readers.hidden)
        WHERE (mine.role_key = 'alternate_lead' AND readers.leads)
           OR (mine.role_key = 'chair' AND readers.heads AND EXISTS (
                  SELECT FROM public.concerns_outsideconflict AS subject
                  WHERE subject.note_id = note.id AND subject.user_id = readers.user_id AND subject.withdrawn_at IS NULL))
           OR NOT EXISTS (
                  SELECT FROM readers AS other
                  WHERE other.school_id = mine.school_id AND NOT note.id = ANY (other.hidden))
    ) END
$$;

-- Concerns that the person logged: for the services that finish or add to a report (the door "reporting").
CREATE FUNCTION rules.own_concerns(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM public.concerns_concern WHERE logged_by_id = me
$$;

-- Concerns in which the person has something to do: for the services that end an action (the door "acting").
CREATE FUNCTION rules.concerns_to_act_on(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT concern_id), '{}') FROM public.concerns_action
    WHERE owner_id = me AND school_id = ANY ((SELECT rules.schools_of(me))::uuid[])
$$;

-- What the person has to do, or had to: for the files of it.
CREATE FUNCTION rules.own_actions(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM public.concerns_action
    WHERE owner_id = me AND school_id = ANY ((SELECT rules.schools_of(me))::uuid[])
$$;

-- One's own unsent drafts, and those of others that the person has opened with a reason.
CREATE FUNCTION rules.own_drafts(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM public.concerns_draft WHERE author_id = me
$$;

-- Whether the person has something that is not sent, or called a lead and has not written about it. Every page asks.
CREATE FUNCTION rules.has_unsent(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.concerns_draft WHERE author_id = me)
        OR EXISTS (SELECT FROM public.concerns_concern
                   WHERE logged_by_id = me AND called_at IS NOT NULL AND finished_at IS NULL)
$$;

-- Whether the person was ever given something to do. Every page asks, and of most people it is the end of the question.
CREATE FUNCTION rules.was_given_actions(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.concerns_action WHERE owner_id = me)
$$;

-- Whether the law asks something of the person that they have not done, at a school where they work. Every page asks.
CREATE FUNCTION rules.has_duties(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.concerns_duty
                   WHERE owner_id = me AND ended_at IS NULL AND school_id = ANY ((SELECT rules.schools_of(me))::uuid[]))
$$;

-- Whether a lead has asked the person about a report of theirs, and waits for the answer. Every page asks. Wider than what is shown.
CREATE FUNCTION rules.is_asked(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.concerns_question
                   WHERE reporter_id = me AND answered_at IS NULL AND school_id = ANY ((SELECT rules.schools_of(me))::uuid[]))
$$;

-- Whether anybody has such a duty at a school whose concerns the person's roles read. Wider than who is shown it, and never narrower.
CREATE FUNCTION rules.school_has_duties(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.concerns_duty
                   WHERE ended_at IS NULL AND school_id = ANY ((SELECT rules.schools_with(me, 'view_concerns'))::uuid[]))
$$;

-- Whether something was proposed about an entry in error at a school of the person, which waits for a second one.
CREATE FUNCTION rules.errors_wait(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.concerns_enteredinerror
                   WHERE status = 'proposed' AND proposed_by_id <> me AND school_id = ANY ((SELECT rules.schools_of(me))::uuid[]))
$$;

-- Whether a school of the person has decided something about the kinds of concern that it offers. Mostly none has.
CREATE FUNCTION rules.kinds_decided(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.concerns_schoolkind WHERE school_id = ANY ((SELECT rules.schools_of(me))::uuid[]))
$$;

-- Whether the person has saved a filter of the list of concerns.
CREATE FUNCTION rules.has_filters(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.concerns_savedfilter WHERE user_id = me)
$$;

-- Whether the person has a note of supervision, at a school where they work.
CREATE FUNCTION rules.has_supervision(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.concerns_supervisionnote
                   WHERE me IN (author_id, other_id) AND school_id = ANY ((SELECT rules.schools_of(me))::uuid[]))
$$;

-- Whether any call for a lead waits at a school where the person has or had a role, or of which they were told. Each open page
-- asks four times a minute, and nearly always it is the end of the question. Wider than who is shown it, and never narrower.
CREATE FUNCTION rules.calls_wait(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM public.concerns_concern AS call
        WHERE call.called_at IS NOT NULL AND call.acknowledged_at IS NULL AND (
            call.school_id IN (SELECT role.school_id FROM public.accounts_roleassignment AS role WHERE role.user_id = me)
            OR call.id IN (SELECT told.object_id FROM public.accounts_notice AS told WHERE told.user_id = me)))
$$;

-- The same of notes from outside that cannot wait.
CREATE FUNCTION rules.notes_wait(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM public.concerns_outsidenote AS note
        WHERE note.status = 'new' AND note.how_soon = 4
          AND note.school_id IN (SELECT role.school_id FROM public.accounts_roleassignment AS role WHERE role.user_id = me))
$$;

-- What stands on the slip of a note from outside: asked by whoever has just left it, who may see nothing of the note.
CREATE FUNCTION rules.slip_of_note(token uuid) RETURNS TABLE (year smallint, number integer, received_at timestamptz, link_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT note.year, note.number, note.received_at, note.link_id FROM public.concerns_outsidenote AS note
    WHERE note.token = slip_of_note.token
$$;

CREATE FUNCTION rules.opened_drafts(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(draft_id), '{}') FROM public.concerns_draftopening WHERE lead_id = me
$$;

-- Concerns that name a child, on the record that stays, whoever may see them: for the service that hands them on when somebody
-- may not any more.
CREATE FUNCTION rules.concerns_of_child(child uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT named.concern_id), '{}') FROM public.concerns_concernchild AS named
    WHERE named.child_id = coalesce(rules.merged_into(concerns_of_child.child), concerns_of_child.child)
      AND NOT named.concern_id = ANY ((SELECT rules.concerns_in_error(NULL))::uuid[])
$$;

-- The same of concerns whose words mention the child. They hold up nothing else.
CREATE FUNCTION rules.concerns_mentioning(child uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT said.concern_id), '{}') FROM public.concerns_mention AS said
    WHERE said.child_key = coalesce(rules.merged_into(concerns_mentioning.child), concerns_mentioning.child)
      AND said.taken_off_at IS NULL AND NOT said.concern_id = ANY ((SELECT rules.concerns_in_error(NULL))::uuid[])
$$;

-- The children of a school whom words that are sent mention by these pseudonyms, each on the record that stays: also those hidden from who writes.
CREATE FUNCTION rules.children_mentioned(school uuid, pseudonyms text[]) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT coalesce(rules.merged_into(card.id), card.id)), '{}') FROM public.children_child AS card
    WHERE card.school_id = children_mentioned.school AND card.pseudonym = ANY (children_mentioned.pseudonyms) AND card.ending_at IS NULL
$$;

-- Concerns and notes that are open to the person beside their roles. Empty for nearly everybody.
CREATE FUNCTION rules.concerns_open_to(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.granted_concerns(me) || CASE
        WHEN EXISTS (SELECT FROM rules.live_roles_of(me) WHERE role_key = ANY ((SELECT rules.roles_with('stand_in'))::text[]))
        THEN rules.concerns_standing_in(me) || rules.notes_standing_in(me) ELSE '{}' END
$$;

-- Who has begun the form with this token: its draft, the concern it became, or what it added to an account.
CREATE FUNCTION rules.owner_of_form(token uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(
        (SELECT author_id FROM public.concerns_draft WHERE id = owner_of_form.token),
        -- Who typed in a sheet of paper, not who wrote it.
        (SELECT paper.typed_by_id FROM public.concerns_paperform AS paper
         JOIN public.concerns_concern AS concern ON concern.id = paper.concern_id WHERE concern.token = owner_of_form.token),
        (SELECT logged_by_id FROM public.concerns_concern AS concern WHERE concern.token = owner_of_form.token),
        (SELECT author_id FROM public.concerns_amendment AS added WHERE added.token = owner_of_form.token LIMIT 1))
$$;

-- Whether a name was left out of some concern at a school of the person, and not added. Mostly none was. Wider than who is shown it.
CREATE FUNCTION rules.has_withheld(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.concerns_withheldname
                   WHERE status <> 'added' AND school_id = ANY ((SELECT rules.schools_of(me))::uuid[]))
$$;

-- Whether words of some concern at a school of the person mention a child. Wider than who is shown it.
CREATE FUNCTION rules.has_mentions(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.concerns_mention
                   WHERE taken_off_at IS NULL AND school_id = ANY ((SELECT rules.schools_of(me))::uuid[]))
$$;

-- Whether a form has become a concern, also where whoever began it may not see that by now.
CREATE FUNCTION rules.form_became_concern(token uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.concerns_concern AS concern WHERE concern.token = form_became_concern.token)
$$;

-- Of these keys of words that nobody has sent, those that a row still has. Who ends the others sees none of the rows.
CREATE FUNCTION rules.unsent_with_keys(keys uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(there.key), '{}') FROM (
        SELECT own_key AS key FROM public.concerns_draft WHERE own_key = ANY (unsent_with_keys.keys)
        UNION ALL
        SELECT own_key FROM public.concerns_kepttext WHERE own_key = ANY (unsent_with_keys.keys)
        UNION ALL
        SELECT id FROM public.concerns_draftopening WHERE id = ANY (unsent_with_keys.keys)
    ) AS there
$$;

-- The same of the keys of files of an earlier system; and those whose files have come in, were given up or could not be used.
CREATE FUNCTION rules.earlier_batches_there(keys uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM public.concerns_earlierbatch WHERE id = ANY (earlier_batches_there.keys)
$$;
CREATE FUNCTION rules.earlier_batches_over(keys uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM public.concerns_earlierbatch
    WHERE id = ANY (earlier_batches_over.keys) AND status IN ('refused', 'abandoned', 'confirmed', 'withdrawn')
$$;

-- What was brought in from an earlier system and withdrawn again: from then on nobody sees anything of it.
CREATE FUNCTION rules.withdrawn_batches(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM public.concerns_earlierbatch WHERE withdrawn_at IS NOT NULL
$$;

-- What of concerns keeps a child's record from ending (`ending.py`)? By keys, and read in no context.

-- Since when a note from outside is set aside, and a numbered form spoiled or back unused (R28).
CREATE FUNCTION rules.outside_note_over(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT id, (ended_at AT TIME ZONE 'Europe/London')::date FROM public.concerns_outsidenote
    WHERE id = ANY (outside_note_over.records) AND status = 'set_aside' AND ended_at IS NOT NULL
$$;

CREATE FUNCTION rules.paper_form_over(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT id, (ended_at AT TIME ZONE 'Europe/London')::date FROM public.concerns_paperform
    WHERE id = ANY (paper_form_over.records) AND status IN ('spoiled', 'returned') AND ended_at IS NOT NULL
$$;

-- A concern that names the child is open. One that two people have said was entered in error is no part of the record.
CREATE FUNCTION rules.keeps_open_concern(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, c.id FROM rules.reached(keeps_open_concern.records) AS r
    JOIN public.concerns_concern AS c ON c.id = r.key
    WHERE (c.status <> 'closed' AND c.in_error <> 'confirmed') OR c.in_error IN ('proposed', 'undoing')
$$;

-- In one that names the child nobody has said yet who another child is, or a lead has not decided whether to add one.
CREATE FUNCTION rules.keeps_not_named(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, n.id FROM rules.reached(keeps_not_named.records) AS r
    JOIN public.concerns_concernchild AS n ON n.concern_id = r.key
    WHERE n.kind = 'not_yet'
       OR EXISTS (SELECT FROM public.concerns_withheldname AS w WHERE w.named_id = n.id AND w.status = 'waiting')
$$;

-- A lead has not decided yet whether to add this child to a concern.
CREATE FUNCTION rules.keeps_withheld(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, w.id FROM rules.reached(keeps_withheld.records) AS r
    JOIN public.concerns_withheldname AS w ON w.child_key = r.key WHERE w.status = 'waiting'
$$;

CREATE FUNCTION rules.keeps_open_action(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, a.id FROM rules.reached(keeps_open_action.records) AS r
    JOIN public.concerns_action AS a ON a.concern_id = r.key WHERE a.status = 'to_do'
$$;

CREATE FUNCTION rules.keeps_open_referral(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, f.id FROM rules.reached(keeps_open_referral.records) AS r
    JOIN public.concerns_referral AS f ON f.concern_id = r.key WHERE f.status = 'waiting'
$$;

CREATE FUNCTION rules.keeps_open_duty(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, d.id FROM rules.reached(keeps_open_duty.records) AS r
    JOIN public.concerns_duty AS d ON d.concern_id = r.key WHERE d.ended_at IS NULL
$$;

CREATE FUNCTION rules.keeps_open_support(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, s.id FROM rules.reached(keeps_open_support.records) AS r
    JOIN public.concerns_supportplan AS s ON s.child_id = r.key WHERE s.ended_at IS NULL
$$;

-- Entries of the record since a moment: of what happened since, and of what was written since. Who looks at it adds none.
CREATE FUNCTION rules.entries_since(records uuid[], since timestamptz) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, entry.row FROM rules.reached(entries_since.records) AS r
    JOIN public.concerns_chronicled AS entry ON r.key = entry.child_id OR r.key = entry.concern_id
    -- Keys tell when they were made.
    WHERE greatest(entry.moment, uuid_extract_timestamp(entry.row)) >= entries_since.since
      -- That a record was held tells nothing of what happened to the child.
      AND entry.source NOT IN ('hold_set', 'hold_lifted')
$$;

-- An entry of the last twelve months.
CREATE FUNCTION rules.keeps_entry(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT record, row_key FROM rules.entries_since(keeps_entry.records, (SELECT rules.now()) - interval '12 months')
$$;

-- Signs that a record has to be kept for long (`signs.py`): concerns by their category, such as SEX, or by their subcategory, such as
-- ONL.contact. One that was entered in error is none. What is classified otherwise afterwards, or names the child later, is a sign from
-- the day of that.
CREATE FUNCTION rules.signs_concern(records uuid[], codes text[]) RETURNS TABLE (record uuid, row_key uuid, code text, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, c.id, said.code, (greatest(c.logged_at, (
        SELECT max(typed.at) FROM public.audit_logentry AS typed
        WHERE typed.object_id = c.id AND typed.changes ?| ARRAY['category', 'subcategory']
    ), (
        SELECT max(greatest(named.added_at, named.linked_at)) FROM public.concerns_concernchild AS named
        WHERE named.concern_id = c.id AND named.child_id = r.record
    )) AT TIME ZONE 'Europe/London')::date
    FROM rules.reached(signs_concern.records) AS r
    JOIN public.concerns_concern AS c ON c.id = r.key
    LEFT JOIN public.concerns_subcategory AS s ON s.id = c.subcategory_id
    CROSS JOIN LATERAL (VALUES (c.category_id::text), (c.category_id || '.' || s.code)) AS said (code)
    WHERE said.code = ANY (signs_concern.codes) AND c.in_error <> 'confirmed'
$$;

-- What an earlier system had on a child, until somebody has looked at it: of each batch the newest row, so that what comes later from
-- the same one is a sign of its own. The file of another school is one by itself.
CREATE FUNCTION rules.signs_earlier(records uuid[], codes text[]) RETURNS TABLE (record uuid, row_key uuid, code text, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT ON (r.record, e.batch_id) r.record, e.id, 'EARLIER', (e.added_at AT TIME ZONE 'Europe/London')::date
    FROM rules.reached(signs_earlier.records) AS r
    JOIN public.concerns_earlierrecord AS e ON e.child_id = r.key
    JOIN public.concerns_earlierbatch AS b ON b.id = e.batch_id
    WHERE 'EARLIER' = ANY (signs_earlier.codes) AND b.status <> 'withdrawn' AND NOT b.summary ? 'file'
    ORDER BY r.record, e.batch_id, e.id DESC
$$;

-- The same of its PDFs.
CREATE FUNCTION rules.signs_earlier_file(records uuid[], codes text[]) RETURNS TABLE (record uuid, row_key uuid, code text, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT ON (r.record, e.batch_id) r.record, e.id, 'EARLIER.FILE', (e.attached_at AT TIME ZONE 'Europe/London')::date
    FROM rules.reached(signs_earlier_file.records) AS r
    JOIN public.concerns_earlierfile AS e ON e.child_id = r.key
    JOIN public.concerns_earlierbatch AS b ON b.id = e.batch_id
    WHERE 'EARLIER.FILE' = ANY (signs_earlier_file.codes) AND b.status <> 'withdrawn' AND NOT b.summary ? 'file'
    ORDER BY r.record, e.batch_id, e.id DESC
$$;

-- Of which of these the person may not know: concerns hidden from them, or restricted and not open to them, and what an earlier system
-- had for leads.
CREATE FUNCTION rules.signs_shut_in_concerns(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.hidden_concerns(me) || rules.concerns_in_error(me) || ARRAY(
        SELECT key FROM unnest(rules.restricted_concerns(me)) AS key
        WHERE NOT key = ANY ((SELECT rules.granted_concerns(me) || rules.concerns_standing_in(me))::uuid[])
        UNION ALL
        SELECT id FROM public.concerns_earlierrecord
        WHERE readers = 'leads' AND school_id = ANY ((SELECT rules.schools_of(me))::uuid[])
          AND NOT school_id = ANY ((SELECT rules.schools_with(me, 'view_restricted'))::uuid[])
        UNION ALL
        SELECT id FROM public.concerns_earlierfile
        WHERE readers = 'leads' AND school_id = ANY ((SELECT rules.schools_of(me))::uuid[])
          AND NOT school_id = ANY ((SELECT rules.schools_with(me, 'view_restricted'))::uuid[])
    )
$$;

-- On which entries the day of the last entry of a record rests, and that day. That it was held tells nothing of what happened.
CREATE FUNCTION rules.rests_on_last_entry(records uuid[]) RETURNS TABLE (record uuid, row_key uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT last.record, last.row, last.day FROM (
        SELECT r.record, entry.row, (entry.moment AT TIME ZONE 'Europe/London')::date AS day,
               rank() OVER (PARTITION BY r.record ORDER BY (entry.moment AT TIME ZONE 'Europe/London')::date DESC) AS place
        FROM rules.reached(rests_on_last_entry.records) AS r
        JOIN public.concerns_chronicled AS entry ON r.key = entry.child_id OR r.key = entry.concern_id
        WHERE entry.source NOT IN ('hold_set', 'hold_lifted')
    ) AS last WHERE last.place = 1
$$;

CREATE FUNCTION rules.since_last_entry(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT record, max(day) FROM rules.rests_on_last_entry(since_last_entry.records) GROUP BY record
$$;

-- What of concerns is on a record (`fills` in `ending.py`): any entry, also of a brother or sister.
CREATE FUNCTION rules.fills_entry(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, entry.row FROM rules.reached_of_family(fills_entry.records) AS r
    JOIN public.concerns_chronicled AS entry ON r.key = entry.child_id OR r.key = entry.concern_id
    WHERE entry.source NOT IN ('hold_set', 'hold_lifted')
$$;

-- Any concern that names one of them, in whatever role, and also one that was entered in error.
CREATE FUNCTION rules.fills_concern(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, named.id FROM rules.reached_of_family(fills_concern.records) AS r
    JOIN public.concerns_concernchild AS named ON named.child_id = r.key
$$;

CREATE FUNCTION rules.fills_withheld(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_withheld.records) AS r
    JOIN public.concerns_withheldname AS one ON one.child_key = r.key
$$;

-- Words of any concern mention the child, also of one that was entered in error.
CREATE FUNCTION rules.fills_mention(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_mention.records) AS r
    JOIN public.concerns_mention AS one ON one.child_key = r.key WHERE one.taken_off_at IS NULL
$$;

CREATE FUNCTION rules.fills_draft(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_draft.records) AS r
    JOIN public.concerns_draft AS one ON r.key = ANY (one.names)
$$;

-- What an earlier system of the school, or another school, sent and nobody has put on records yet: whose it is, is not certain.
CREATE FUNCTION rules.fills_earlier(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT child.id, batch.id FROM public.children_child AS child
    JOIN public.concerns_earlierbatch AS batch ON batch.school_id = child.school_id
    WHERE child.id = ANY (fills_earlier.records)
      AND batch.status IN ('held', 'uploaded', 'mapping', 'reading', 'ready', 'confirming')
$$;

CREATE FUNCTION rules.fills_brief(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_brief.records) AS r
    JOIN public.concerns_brief AS one ON one.child_id = r.key
$$;
