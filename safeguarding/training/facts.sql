-- Since when training, and that somebody read a guidance, are of a person who works at the school no more (`ending.py`).

-- The day on which the last role of these people at a school ended; none where one is still to end, or there never was one.
CREATE FUNCTION rules.left_school(people uuid[]) RETURNS TABLE (person uuid, school uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT held.user_id, held.school_id, max(held.ends_on) FROM public.accounts_roleassignment AS held
    WHERE held.user_id = ANY (left_school.people) GROUP BY held.user_id, held.school_id
    HAVING bool_and(held.ends_on IS NOT NULL AND held.ends_on < (SELECT rules.today()))
$$;

CREATE FUNCTION rules.training_over(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT had.id, gone.day FROM public.training_trainingrecord AS had
    JOIN rules.left_school(ARRAY(SELECT user_id FROM public.training_trainingrecord WHERE id = ANY (training_over.records))) AS gone
      ON gone.person = had.user_id AND gone.school = had.school_id
    WHERE had.id = ANY (training_over.records)
$$;

CREATE FUNCTION rules.guidance_read_over(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT said.id, gone.day FROM public.training_guidanceread AS said
    JOIN rules.left_school(ARRAY(SELECT user_id FROM public.training_guidanceread WHERE id = ANY (guidance_read_over.records))) AS gone
      ON gone.person = said.user_id AND gone.school = said.school_id
    WHERE said.id = ANY (guidance_read_over.records)
$$;
