-- Which children may a person see beside those of their role, and which never?

-- Records that nobody finds: those that are being destroyed; and those that have become part of another, with what could not come
-- over because there is one already.
CREATE FUNCTION rules.merged_children(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM public.children_child WHERE merged_into_id IS NOT NULL OR ending_at IS NOT NULL
$$;

-- The record that a merged one has become part of, in the end; null for one that is none.
CREATE FUNCTION rules.merged_into(child uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE way AS (
        SELECT merged_into_id AS id FROM public.children_child WHERE id = merged_into.child
        UNION
        SELECT next.merged_into_id FROM public.children_child AS next JOIN way ON next.id = way.id
    )
    SELECT way.id FROM way JOIN public.children_child AS last ON last.id = way.id WHERE last.merged_into_id IS NULL
$$;

-- Records that one person sees all or none of, with this one: those that have become part of it, whose history and leftovers are of
-- the same child; and while somebody asks whether another record is of the same child, that one, with its parts.
CREATE FUNCTION rules.hidden_with(child uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE same AS (
        SELECT hidden_with.child AS id
        UNION
        SELECT next.id FROM same JOIN (
            SELECT merged_into_id AS beside, id FROM public.children_child WHERE merged_into_id IS NOT NULL
            UNION ALL
            SELECT keep_id, coalesce(rules.merged_into(other_id), other_id) FROM public.children_childmerge WHERE status = 'asked'
            UNION ALL
            SELECT other_id, coalesce(rules.merged_into(keep_id), keep_id) FROM public.children_childmerge WHERE status = 'asked'
        ) AS next ON next.beside = same.id
    )
    SELECT array_agg(id) FROM same
$$;

-- Children of whom the person must see nothing: related or close to them, declared and not lifted; on whichever of a child's records.
CREATE FUNCTION rules.hidden_children(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT hidden.id), '{}') FROM public.children_conflictofinterest
    CROSS JOIN LATERAL unnest(rules.hidden_with(child_id)) AS hidden (id)
    WHERE user_id = me AND lifted_at IS NULL
$$;

-- The children of a school who are hidden from somebody: which of them an import touched is kept apart from what it counts.
CREATE FUNCTION rules.children_hidden_at(school uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT hidden.id), '{}') FROM public.children_conflictofinterest
    CROSS JOIN LATERAL unnest(rules.hidden_with(child_id)) AS hidden (id)
    WHERE school_id = children_hidden_at.school AND lifted_at IS NULL
$$;

-- From whom a child is hidden so, whoever asks: for the services that hand on what somebody sees no longer.
CREATE FUNCTION rules.child_hidden_from(child uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT user_id), '{}') FROM public.children_conflictofinterest
    WHERE lifted_at IS NULL AND child_hidden_from.child = ANY (rules.hidden_with(child_id))
$$;

-- The same for the records that mentions in a text name by these pseudonyms.
CREATE FUNCTION rules.mentions_led_on(mentioned text[]) RETURNS TABLE (pseudonym text, there uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT card.pseudonym, rules.merged_into(card.id) FROM public.children_child AS card
    WHERE card.pseudonym = ANY (mentions_led_on.mentioned) AND card.merged_into_id IS NOT NULL
$$;

-- Every record that has become part of this one: their history is its history, and their keys end with its key.
CREATE FUNCTION rules.merged_from(child uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE parts AS (
        SELECT id FROM public.children_child WHERE merged_into_id = merged_from.child
        UNION
        SELECT part.id FROM public.children_child AS part JOIN parts ON part.merged_into_id = parts.id
    )
    SELECT coalesce(array_agg(id), '{}') FROM parts
$$;

-- Whether two records were ever to become one at a school of the person: mostly not, and then nobody asks which.
CREATE FUNCTION rules.merges_there(me uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.children_childmerge WHERE school_id = ANY ((SELECT rules.schools_of(me))::uuid[]))
$$;

-- Merges of these records and of those that have become part of them. Most have none, and a page of them asks no further.
CREATE FUNCTION rules.merges_of(records uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH kin AS (
        SELECT unnest(merges_of.records) AS id
        UNION
        SELECT unnest(rules.merged_from(record)) FROM unnest(merges_of.records) AS record
    )
    SELECT coalesce(array_agg(DISTINCT m.id), '{}')
    FROM kin JOIN public.children_childmerge AS m ON kin.id IN (m.keep_id, m.other_id)
$$;

-- Every record that was ever one with this one, undone or not: under whose keys a file of it may lie.
CREATE FUNCTION rules.merged_ever(child uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE kin AS (
        SELECT merged_ever.child AS id
        UNION
        SELECT CASE m.keep_id WHEN kin.id THEN m.other_id ELSE m.keep_id END
        FROM public.children_childmerge AS m JOIN kin ON kin.id IN (m.keep_id, m.other_id)
        WHERE m.status IN ('merged', 'undone')
    )
    SELECT coalesce(array_agg(id), '{}') FROM kin WHERE id <> merged_ever.child
$$;

-- Rows of one kind that a merge brought over: whoever asks still sees only those that are theirs to see.
CREATE FUNCTION rules.rows_merged(merge uuid, kind text) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(row_id), '{}') FROM public.children_mergedrow
    WHERE merge_id = rows_merged.merge AND model = rows_merged.kind AND NOT made AND NOT back
$$;

-- What was recorded to protect a child and was never so, but on the pages about it (context.with_errors).
CREATE FUNCTION rules.safeguards_corrected(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(one.id), '{}') FROM (
        SELECT id FROM public.children_contactrestriction WHERE corrected_at IS NOT NULL
        UNION ALL
        SELECT id FROM public.children_confidentialaddress WHERE corrected_at IS NOT NULL
        UNION ALL
        SELECT id FROM public.children_parentalresponsibility WHERE corrected_at IS NOT NULL
    ) AS one
    WHERE NOT CASE (SELECT rules.errors_shown())
        WHEN '' THEN false
        WHEN 'all' THEN true
        ELSE one.id::text = (SELECT rules.errors_shown())
    END
$$;

-- Whether the address of somebody who lives there now is confidential, also of a child whom whoever asks may not see: what nobody may
-- be told of one is told of nobody in the home.
CREATE FUNCTION rules.home_kept_secret(household uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM public.children_householdmember AS lives
        JOIN public.children_childdetail AS detail ON detail.child_id = lives.child_id
        WHERE lives.household_id = home_kept_secret.household AND lives.ends_on IS NULL AND detail.address_confidential)
$$;

-- Whether the address of the child is confidential, or that of somebody in a home of the child.
CREATE FUNCTION rules.address_kept_secret(child uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM public.children_childdetail AS detail
        WHERE detail.child_id = address_kept_secret.child AND detail.address_confidential
    ) OR EXISTS (
        SELECT FROM public.children_householdmember AS lives
        WHERE lives.child_id = address_kept_secret.child AND lives.ends_on IS NULL AND rules.home_kept_secret(lives.household_id))
$$;

-- Whether the owner of the database asks, who sees every row anyway: as no role that works, be it by name or by SET ROLE, as tests do.
CREATE FUNCTION rules.asked_by_owner() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT session_user NOT IN ('web', 'worker', 'destroyer', 'backup')
        AND current_setting('role') NOT IN ('web', 'worker', 'destroyer', 'backup')
$$;

-- Whether somebody keeps the list of children of the school, or a task of the machine asks: to nobody else is answered what is on it.
CREATE FUNCTION rules.list_kept(school uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.asked_by_owner() OR rules.task() <> ''
        OR list_kept.school = ANY (rules.schools_with(rules.me(), 'keep_children'))
$$;

-- The last number that a record of the school was given, also where whoever keeps its list may not see that record.
CREATE FUNCTION rules.last_number_at(school uuid) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT max(number) FROM public.children_child WHERE school_id = last_number_at.school AND rules.list_kept(last_number_at.school)
$$;

-- What is on a school's list already, by keys, also where whoever keeps it may not see that (`services/unseen.py`): children with a UPN,
-- now or before; addresses; adults; children whose names sound alike. Who does not keep the list of that school is told nothing.
CREATE FUNCTION rules.children_numbered(school uuid, numbers text[]) RETURNS TABLE (child uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    -- Of a record that has become part of another, that one.
    SELECT coalesce(rules.merged_into(found.child_id), found.child_id) FROM (
        SELECT child_id FROM public.children_childdetail
        WHERE school_id = children_numbered.school AND upn = ANY (children_numbered.numbers) AND upn <> ''
        UNION
        SELECT child_id FROM public.children_formerupn
        WHERE school_id = children_numbered.school AND upn = ANY (children_numbered.numbers)
    ) AS found
    WHERE rules.list_kept(children_numbered.school)
$$;

CREATE FUNCTION rules.households_at(school uuid, identities text[]) RETURNS TABLE (identity text, household uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT there.identity::text, there.id FROM public.children_household AS there
    WHERE there.school_id = households_at.school AND there.identity = ANY (households_at.identities)
      AND rules.list_kept(households_at.school)
$$;

CREATE FUNCTION rules.contacts_at(school uuid, identities text[]) RETURNS TABLE (identity text, contact uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT there.identity::text, there.id FROM public.children_contact AS there
    WHERE there.school_id = contacts_at.school AND there.identity = ANY (contacts_at.identities) AND there.identity <> ''
      AND rules.list_kept(contacts_at.school)
$$;

CREATE FUNCTION rules.contacts_called(school uuid, forename text, surname text) RETURNS TABLE (contact uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT there.id FROM public.children_contact AS there
    WHERE there.school_id = contacts_called.school AND lower(there.forename) = lower(contacts_called.forename)
      AND lower(there.surname) = lower(contacts_called.surname) AND rules.list_kept(contacts_called.school)
$$;

CREATE FUNCTION rules.children_like(school uuid, forenames text[], surnames text[], born date) RETURNS TABLE (child uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT card.id FROM public.children_child AS card
    JOIN public.children_childdetail AS detail ON detail.child_id = card.id
    WHERE card.school_id = children_like.school AND rules.list_kept(children_like.school)
      AND card.merged_into_id IS NULL AND card.ending_at IS NULL
      AND card.name_sounds::text[] && (children_like.forenames || children_like.surnames)
      AND (detail.date_of_birth = children_like.born
           OR ((children_like.forenames = '{}' OR card.name_sounds::text[] && children_like.forenames)
               AND (children_like.surnames = '{}' OR card.name_sounds::text[] && children_like.surnames)))
$$;

-- The adults of those children, the person among them, and where they live.
CREATE FUNCTION rules.hidden_contacts(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT contact_id), '{}') FROM public.children_contactlink
    WHERE child_id = ANY ((SELECT rules.hidden_children(me))::uuid[])
$$;

CREATE FUNCTION rules.hidden_households(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT household_id), '{}') FROM (
        SELECT household_id FROM public.children_householdmember WHERE child_id = ANY ((SELECT rules.hidden_children(me))::uuid[])
        UNION ALL
        SELECT household_id FROM public.children_contact
        WHERE household_id IS NOT NULL AND id = ANY ((SELECT rules.hidden_contacts(me))::uuid[])
    ) AS homes
$$;

-- Whether an adult or a home that stands on a record is hidden from the person as one of those children's family: as an adult of no
-- organisation, or a home, that is theirs now. A professional, and who was theirs, tell nothing of who has to add to the record.
CREATE FUNCTION rules.record_withheld(me uuid, child uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH theirs AS MATERIALIZED (SELECT unnest(rules.hidden_children(record_withheld.me)) AS child_id),
    adults AS MATERIALIZED (
        SELECT adult.id, adult.household_id FROM theirs
        JOIN public.children_contactlink AS link ON link.child_id = theirs.child_id AND link.ends_on IS NULL
        JOIN public.children_contact AS adult ON adult.id = link.contact_id AND adult.organisation = ''
    )
    SELECT EXISTS (
        SELECT FROM public.children_contactlink AS link JOIN adults ON adults.id = link.contact_id
        WHERE link.child_id = record_withheld.child AND link.ends_on IS NULL
    ) OR EXISTS (
        SELECT FROM public.children_householdmember AS lives
        WHERE lives.child_id = record_withheld.child AND lives.ends_on IS NULL AND lives.household_id IN (
            SELECT household_id FROM adults WHERE household_id IS NOT NULL
            UNION ALL
            SELECT home.household_id FROM theirs
            JOIN public.children_householdmember AS home ON home.child_id = theirs.child_id AND home.ends_on IS NULL
        )
    )
$$;

-- Whether the person may give an adult another name: each order that stands about the adult, and each answer about responsibility that
-- is confirmed, would be about somebody else. For who may change it (`permissions.may_change_safeguard`), of whichever child.
CREATE FUNCTION rules.may_rename(person uuid, contact uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT EXISTS (
        SELECT FROM (
            SELECT school_id, recorded_by_id, confirmed_at FROM public.children_contactrestriction
            WHERE contact_id = may_rename.contact
              AND (status IN ('recorded', 'confirmed') OR (status = 'ended' AND ends_on >= (SELECT rules.today())))
            UNION ALL
            SELECT school_id, recorded_by_id, confirmed_at FROM public.children_parentalresponsibility
            WHERE contact_id = may_rename.contact AND status = 'confirmed'
        ) AS bound
        WHERE NOT coalesce(
            bound.school_id = ANY (rules.schools_with(may_rename.person, 'manage_access'))
            OR (bound.confirmed_at IS NULL AND (
                bound.recorded_by_id = may_rename.person
                OR bound.school_id = ANY (rules.schools_with(may_rename.person, 'decide_concerns')))), false)
    )
$$;

-- Whether who asks has written into the history, in this transaction, that a field of a row becomes this. What a fact reads from the
-- history no change may leave out.
CREATE FUNCTION rules.just_logged(kind text, row_key uuid, record uuid, field text, was text, becomes text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM public.audit_logentry AS typed
        WHERE typed.object_id = just_logged.row_key AND typed.object_type = just_logged.kind AND typed.actor_id = rules.me()
          AND (just_logged.record IS NULL OR typed.record_id = just_logged.record)
          AND typed.at >= pg_catalog.now()
          AND typed.changes -> just_logged.field = jsonb_build_array(just_logged.was, just_logged.becomes))
$$;

-- Children to whom the person, or a team of theirs, was given access that is live.
CREATE FUNCTION rules.granted_children(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM public.children_childteamgrant
    WHERE group_id = ANY ((SELECT rules.teams_of(me))::integer[]) AND ended_at IS NULL AND expires_on >= (SELECT rules.today())
      AND school_id = ANY ((SELECT rules.schools_that_may_grant(me))::uuid[])
$$;

-- Children whose record the person has opened in an emergency that is not over.
CREATE FUNCTION rules.emergency_children(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(child_id), '{}') FROM public.children_emergencyaccess
    WHERE user_id = me AND (SELECT rules.now()) < ends_at AND reviewed_at IS NULL AND school_id = ANY ((SELECT rules.schools_of(me))::uuid[])
$$;

-- The adults and homes of children to whom the person has access beside their role: not the adults who were never on the record, as
-- somebody has said since, and not the homes where a child no longer lives. An adult who is no longer on it stays in its concerns.
CREATE FUNCTION rules.contacts_of_granted(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT contact_id), '{}') FROM public.children_contactlink
    WHERE child_id = ANY ((SELECT rules.granted_children(me) || rules.emergency_children(me))::uuid[]) AND corrected_at IS NULL
$$;

CREATE FUNCTION rules.households_of_granted(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT household_id), '{}') FROM public.children_householdmember
    WHERE child_id = ANY ((SELECT rules.granted_children(me) || rules.emergency_children(me))::uuid[]) AND ends_on IS NULL
$$;

-- Children whose record is open to the person beside their roles, given or in an emergency.
CREATE FUNCTION rules.children_open_to(me uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.granted_children(me) || rules.emergency_children(me)
$$;

-- Whether the record of the child is open to whoever asks, by role, access or in an emergency, and not hidden from them.
CREATE FUNCTION rules.record_open(child uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT rules.asked_by_owner() OR rules.task() <> '' OR EXISTS (
        SELECT FROM public.children_child AS card
        WHERE card.id = record_open.child AND NOT card.id = ANY (rules.hidden_children(rules.me()))
          AND (card.school_id = ANY (rules.schools_with(rules.me(), 'view_child_details'))
               OR card.id = ANY (rules.children_open_to(rules.me()))))
$$;

-- The last day of an order on a record that is open to whoever asks, also of one that was corrected.
CREATE FUNCTION rules.order_ends_on(key uuid) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT ends_on FROM public.children_contactrestriction WHERE id = order_ends_on.key AND rules.record_open(child_id)
$$;

-- The other children who live in a home of this one or share an adult who is no professional, also those whom whoever asks may not see:
-- keys alone, so that a lead who sees them is notified of what somebody else may not know. Of a child whose record is open to them.
CREATE FUNCTION rules.children_beside(child uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT other.child_id), '{}') FROM (
        SELECT there.child_id FROM public.children_householdmember AS lives
        JOIN public.children_householdmember AS there ON there.household_id = lives.household_id AND there.ends_on IS NULL
        WHERE lives.child_id = children_beside.child AND lives.ends_on IS NULL
        UNION ALL
        SELECT shares.child_id FROM public.children_contactlink AS has
        JOIN public.children_contact AS adult ON adult.id = has.contact_id AND adult.organisation = ''
        JOIN public.children_contactlink AS shares ON shares.contact_id = adult.id AND shares.ends_on IS NULL
        WHERE has.child_id = children_beside.child AND has.ends_on IS NULL
    ) AS other
    WHERE rules.record_open(children_beside.child)
      AND other.child_id <> children_beside.child AND NOT other.child_id = ANY (rules.merged_children(NULL))
$$;

-- Which of these texts, counted from 1, name a home that may not be told: one of the child of the same place, now or before, where that
-- child's address is confidential or of a home in which it is; or one where a child lives who shares a home or an adult with that child. By
-- the address, its first line, a line of it with a number, or the postcode. Spelling and spaces do not count. Of a child whose record is
-- not open to whoever asks, every text does: the answer tells nothing.
CREATE FUNCTION rules.homes_named(children uuid[], texts text[]) RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH said AS (
        SELECT n, child, regexp_replace(lower(words), '[^a-z0-9]', '', 'g') AS words
        FROM unnest(homes_named.children, homes_named.texts) WITH ORDINALITY AS one (child, words, n)
    ), secret AS MATERIALIZED (
        SELECT about.child, lives.household_id FROM (SELECT DISTINCT child FROM said) AS about
        JOIN public.children_householdmember AS lives ON lives.child_id = about.child WHERE rules.address_kept_secret(about.child)
        UNION
        SELECT about.child, lives.household_id FROM (SELECT DISTINCT child FROM said) AS about
        CROSS JOIN LATERAL unnest(rules.children_beside(about.child)) AS other (child)
        JOIN public.children_householdmember AS lives ON lives.child_id = other.child
        WHERE lives.ends_on IS NULL AND rules.home_kept_secret(lives.household_id)
    ), parts AS (
        SELECT said.n, said.words, regexp_replace(lower(part), '[^a-z0-9]', '', 'g') AS part, shortest
        FROM said
        JOIN secret ON secret.child = said.child
        JOIN public.children_household AS home ON home.id = secret.household_id
        CROSS JOIN LATERAL (
            SELECT line AS part, 7 AS shortest
            FROM regexp_split_to_table(home.address, '[\n,]') WITH ORDINALITY AS each (line, place) WHERE line ~ '[0-9]' OR place = 1
            UNION ALL SELECT home.address, 5
            UNION ALL SELECT home.postcode, 5
        ) AS one
    )
    SELECT coalesce(array_agg(DISTINCT n::integer), '{}') FROM (
        SELECT n FROM parts WHERE length(part) >= shortest AND position(part IN words) > 0
        UNION
        SELECT n FROM said WHERE child IN (SELECT child FROM (SELECT DISTINCT child FROM said) AS about WHERE NOT rules.record_open(child))
    ) AS found
$$;

-- What keeps a child's record from ending, and from which days do periods run (`ending.py`)? By keys, and read in no context.

-- The child is on roll.
CREATE FUNCTION rules.keeps_on_roll(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT id, id FROM public.children_child
    WHERE id = ANY (keeps_on_roll.records) AND left_on IS NULL AND merged_into_id IS NULL
$$;

-- It has become part of another record, with which it ends.
CREATE FUNCTION rules.keeps_part(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT id, rules.merged_into(id) FROM public.children_child
    WHERE id = ANY (keeps_part.records) AND merged_into_id IS NOT NULL
$$;

-- Somebody asks whether another record is of the same child.
CREATE FUNCTION rules.keeps_merge_asked(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, m.id FROM rules.reached(keeps_merge_asked.records) AS r
    JOIN public.children_childmerge AS m ON r.key IN (m.keep_id, m.other_id) WHERE m.status = 'asked'
$$;

-- The days of birth, of death and of leaving, where they are known.
CREATE FUNCTION rules.since_birth(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT child_id, date_of_birth FROM public.children_childdetail
    WHERE child_id = ANY (since_birth.records) AND date_of_birth IS NOT NULL
$$;

-- The end of the year of birth: what outlives a child's record counts from it, so that its day does not tell the birthday.
CREATE FUNCTION rules.since_birth_year(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT record, make_date(extract(year FROM day)::int, 12, 31) FROM rules.since_birth(since_birth_year.records)
$$;

CREATE FUNCTION rules.since_death(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT child_id, date_of_death FROM public.children_childdetail
    WHERE child_id = ANY (since_death.records) AND date_of_death IS NOT NULL
$$;

CREATE FUNCTION rules.since_left(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT id, left_on FROM public.children_child WHERE id = ANY (since_left.records) AND left_on IS NOT NULL
$$;

-- Since when a child is gone to another school: the day it left, or the one on which that was entered here, if later. Only where the
-- school is known by its number, and somebody has confirmed it.
CREATE FUNCTION rules.since_moved(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT child.id, greatest(child.left_on, (coalesce(
        (SELECT max(typed.at) FROM public.audit_logentry AS typed
         WHERE typed.object_id = child.id AND typed.object_type = 'children.child' AND typed.changes ? 'left_on'),
        uuid_extract_timestamp(child.id)) AT TIME ZONE 'Europe/London')::date)
    FROM public.children_child AS child
    CROSS JOIN LATERAL (
        SELECT * FROM public.children_enrolment AS one WHERE one.child_id = child.id AND one.corrected_at IS NULL
        ORDER BY one.entered_on DESC NULLS LAST, one.id DESC LIMIT 1
    ) AS newest
    WHERE child.id = ANY (since_moved.records) AND newest.left_on = child.left_on
      AND newest.destination_confirmed AND newest.destination_authority <> '' AND newest.destination_establishment <> ''
$$;

-- From when a photograph is not needed: it was taken out, or the child left; whichever came first.
CREATE FUNCTION rules.photograph_over(records uuid[]) RETURNS TABLE (record uuid, day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT shot.id, least((shot.ended_at AT TIME ZONE 'Europe/London')::date, child.left_on)
    FROM public.children_photograph AS shot JOIN public.children_child AS child ON child.id = shot.child_id
    WHERE shot.id = ANY (photograph_over.records) AND (shot.ended_at IS NOT NULL OR child.left_on IS NOT NULL)
$$;

-- What is on a record beside a name on the register (`fills` in `ending.py`).

-- Each record with what it reaches, and with what its brothers and sisters reach. Bound when it is called: who is of one family is
-- made after this.
CREATE FUNCTION rules.reached_of_family(records uuid[]) RETURNS TABLE (record uuid, key uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH own AS MATERIALIZED (SELECT r.record, r.key FROM rules.reached(reached_of_family.records) AS r),
    near AS MATERIALIZED (
        SELECT own.record, family.member FROM rules.family_of(ARRAY(SELECT own.key FROM own)) AS family
        JOIN own ON own.key = family.child
    )
    SELECT own.record, own.key FROM own
    UNION
    SELECT near.record, r.key FROM rules.reached(ARRAY(SELECT near.member FROM near)) AS r JOIN near ON near.member = r.record;
END $$;

CREATE FUNCTION rules.fills_order(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached_of_family(fills_order.records) AS r
    JOIN public.children_contactrestriction AS one ON one.child_id = r.key
$$;

-- That the child is or was in care, has or had a plan for special needs, or an address that is or was confidential.
CREATE FUNCTION rules.fills_details(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.child_id FROM rules.reached(fills_details.records) AS r
    JOIN public.children_childdetail AS one ON one.child_id = r.key
    WHERE one.in_care OR one.sen_provision = 'E' OR one.address_confidential
    UNION
    SELECT r.record, one.id FROM rules.reached(fills_details.records) AS r
    JOIN public.children_confidentialaddress AS one ON one.child_id = r.key WHERE one.corrected_at IS NULL
    UNION
    -- What stood there before: what says that a child is in care, or is no longer, says that it was.
    SELECT r.record, was.object_id FROM rules.reached(fills_details.records) AS r
    JOIN public.audit_logentry AS was ON was.object_id = r.key AND was.object_type = 'children.childdetail'
    WHERE was.changes ? 'in_care' OR was.changes -> 'sen_provision' ? 'E'
$$;

CREATE FUNCTION rules.fills_file(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_file.records) AS r
    JOIN public.children_childfile AS one ON one.child_id = r.key
$$;

-- Access by name, also such as has ended, and in an emergency.
CREATE FUNCTION rules.fills_grant(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_grant.records) AS r
    JOIN public.children_childgrant AS one ON one.content_object_id = r.key
$$;

CREATE FUNCTION rules.fills_team_grant(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_team_grant.records) AS r
    JOIN public.children_childteamgrant AS one ON one.content_object_id = r.key
$$;

CREATE FUNCTION rules.fills_emergency(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.record, one.id FROM rules.reached(fills_emergency.records) AS r
    JOIN public.children_emergencyaccess AS one ON one.child_id = r.key
$$;
