-- Which reports to governors may a person read, and where would their break-downs tell of a record that is hidden?

-- Reports that the person reads: from the first draft where they write them, what was published where they read reports.
CREATE FUNCTION rules.reports_open_to(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM public.governors_governorreport
    WHERE school_id = ANY ((SELECT rules.schools_with(me, 'write_report'))::uuid[])
       OR (status IN ('published', 'replaced') AND school_id = ANY ((SELECT rules.schools_with(me, 'read_report'))::uuid[]))
$$;

-- The counts of those reports: all of them where the person writes reports, else the one that was published.
CREATE FUNCTION rules.report_builds_open_to(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(build.id), '{}') FROM public.governors_reportbuild AS build
    JOIN public.governors_governorreport AS report ON report.id = build.report_id
    WHERE report.id = ANY ((SELECT rules.reports_open_to(me))::uuid[])
      AND (report.chosen_id = build.id OR report.school_id = ANY ((SELECT rules.schools_with(me, 'write_report'))::uuid[]))
$$;

-- Schools whose records the person reads, and not all of them: restricted ones are shut to them, or a child there is hidden from
-- them, or they are named themselves in a concern that is counted.
CREATE FUNCTION rules.schools_seen_in_part(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(seen.id), '{}') FROM unnest(rules.schools_with(me, 'view_concerns')) AS seen (id)
    WHERE NOT seen.id = ANY ((SELECT rules.schools_with(me, 'view_restricted'))::uuid[])
       OR EXISTS (
            SELECT FROM public.children_child AS child
            WHERE child.school_id = seen.id AND child.id = ANY ((SELECT rules.hidden_children(me))::uuid[]))
       OR EXISTS (
            SELECT FROM public.concerns_concernsubject AS named
            JOIN public.concerns_concern AS concern ON concern.id = named.concern_id
            WHERE named.user_id = me AND named.withdrawn_at IS NULL AND concern.school_id = seen.id
              -- Those that no report counts (`NO_WORRY` of `system.py`) can be worked out from none.
              AND (concern.category_id IS NULL OR concern.category_id NOT IN ('POS', 'STF')))
$$;

-- Of these folded words of two letters or more, those of names of children of the school, of now and before, whoever may see them;
-- each with whose name it is. For who writes a report there: what nobody may be told of stands in no report.
CREATE FUNCTION rules.words_of_names(me uuid, school uuid, words text[]) RETURNS TABLE (word text, whose uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT part.word, child.id FROM public.children_child AS child
    CROSS JOIN LATERAL unnest(string_to_array(btrim(child.search_text), ' ')) AS part (word)
    WHERE child.school_id = words_of_names.school
      AND words_of_names.school = ANY ((SELECT rules.schools_with(me, 'write_report'))::uuid[])
      AND part.word IN (SELECT unnest(words_of_names.words)) AND length(part.word) >= 2
    UNION
    SELECT DISTINCT part.word, called.child_id FROM public.children_othername AS called
    -- As `children/names.py` folds them.
    CROSS JOIN LATERAL regexp_split_to_table(translate(replace(replace(replace(replace(
        regexp_replace(lower(normalize(called.forename || ' ' || called.surname, NFKD)), '[\u0300-\u036F''’‘ʼ`]', '', 'g'),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'øłđðı', 'olddi'), '[^[:alnum:]]+') AS part (word)
    WHERE called.school_id = words_of_names.school
      AND words_of_names.school = ANY ((SELECT rules.schools_with(me, 'write_report'))::uuid[])
      AND part.word IN (SELECT unnest(words_of_names.words)) AND length(part.word) >= 2
$$;
