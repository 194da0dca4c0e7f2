-- Which children may a person see beside those of their role, and which never?

-- Children of whom the person must see nothing: related or close to them, declared and not lifted.
CREATE FUNCTION rules.hidden_children(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(child_id), '{}') FROM public.children_conflictofinterest
    WHERE user_id = me AND lifted_at IS NULL
$$;

-- The adults of those children, the person among them, and where they live.
CREATE FUNCTION rules.hidden_contacts(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(DISTINCT contact_id), '{}') FROM public.children_contactlink
    WHERE child_id = ANY ((SELECT rules.hidden_children(me))::uuid[])
$$;

CREATE FUNCTION rules.hidden_households(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(DISTINCT household_id), '{}') FROM (
        SELECT household_id FROM public.children_householdmember WHERE child_id = ANY ((SELECT rules.hidden_children(me))::uuid[])
        UNION ALL
        SELECT household_id FROM public.children_contact
        WHERE household_id IS NOT NULL AND id = ANY ((SELECT rules.hidden_contacts(me))::uuid[])
    ) AS homes
$$;

-- Children to whom the person, or a team of theirs, was given access that is live.
CREATE FUNCTION rules.granted_children(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(DISTINCT content_object_id), '{}') FROM (
        SELECT content_object_id, school_id, ended_at, expires_on FROM public.children_childgrant WHERE user_id = me
        UNION ALL
        SELECT content_object_id, school_id, ended_at, expires_on FROM public.children_childteamgrant
        WHERE group_id = ANY ((SELECT rules.teams_of(me))::integer[])
    ) AS given
    WHERE ended_at IS NULL AND expires_on >= (SELECT rules.today()) AND school_id = ANY ((SELECT rules.schools_that_may_grant(me))::uuid[])
$$;

-- What was given to the person's teams and opens a record to them.
CREATE FUNCTION rules.grants_of_teams(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(id), '{}') FROM public.children_childteamgrant
    WHERE group_id = ANY ((SELECT rules.teams_of(me))::integer[]) AND ended_at IS NULL AND expires_on >= (SELECT rules.today())
      AND school_id = ANY ((SELECT rules.schools_that_may_grant(me))::uuid[])
$$;

-- Children whose record the person has opened in an emergency that is not over.
CREATE FUNCTION rules.emergency_children(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(child_id), '{}') FROM public.children_emergencyaccess
    WHERE user_id = me AND (SELECT rules.now()) < ends_at AND reviewed_at IS NULL AND school_id = ANY ((SELECT rules.schools_of(me))::uuid[])
$$;

-- The adults and homes of children to whom the person has access beside their role.
CREATE FUNCTION rules.contacts_of_granted(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(DISTINCT contact_id), '{}') FROM public.children_contactlink
    WHERE child_id = ANY ((SELECT rules.granted_children(me) || rules.emergency_children(me))::uuid[])
$$;

CREATE FUNCTION rules.households_of_granted(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(DISTINCT household_id), '{}') FROM public.children_householdmember
    WHERE child_id = ANY ((SELECT rules.granted_children(me) || rules.emergency_children(me))::uuid[])
$$;

-- Children whose record is open to the person beside their roles, given or in an emergency.
CREATE FUNCTION rules.children_open_to(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT rules.granted_children(me) || rules.emergency_children(me)
$$;
