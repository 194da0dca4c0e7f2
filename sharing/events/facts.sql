-- Who shares for a child that nobody who shares may see?

-- Children for whom the person shares because no lead, deputy or Headteacher of the school may see the child: the same people stand in
-- as for plans.
CREATE FUNCTION rules.sharing_standing_in(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.plans_standing_in(me, 'share')
$$;
