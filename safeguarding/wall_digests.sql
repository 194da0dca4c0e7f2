-- What does the database say of everything that decides who may do what? A row each: what it is called, and what is said.
-- Read by wall_digests.py.
WITH ours AS (SELECT * FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
SELECT 'policy ' || p.polname || ' on ' || n.nspname || '.' || c.relname, concat_ws('|', p.polcmd, p.polpermissive,
    (SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles WHERE oid = ANY (p.polroles)), 0 = ANY (p.polroles),
    pg_get_expr(p.polqual, p.polrelid), '|', pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
UNION ALL
SELECT 'function ' || n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
    concat_ws('|', pg_get_userbyid(p.proowner), p.proacl::text, CASE WHEN p.prokind = 'a' THEN 'aggregate'
    ELSE pg_get_functiondef(p.oid) END)
FROM pg_proc p JOIN ours n ON n.oid = p.pronamespace
UNION ALL
SELECT 'relation ' || n.nspname || '.' || c.relname, concat_ws('|', c.relkind, pg_get_userbyid(c.relowner), c.relrowsecurity,
    c.relforcerowsecurity, c.relacl::text, c.reloptions::text,
    (SELECT string_agg(a.attname || '=' || a.attacl::text, ',' ORDER BY a.attname)
     FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL),
    CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END)
FROM pg_class c JOIN ours n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
UNION ALL
SELECT 'trigger ' || t.tgname || ' on ' || n.nspname || '.' || c.relname, concat_ws('|', t.tgenabled, pg_get_triggerdef(t.oid))
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal
UNION ALL
SELECT 'rule ' || r.rulename || ' on ' || n.nspname || '.' || c.relname, pg_get_ruledef(r.oid)
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN ours n ON n.oid = c.relnamespace
UNION ALL
SELECT 'type ' || n.nspname || '.' || t.typname, concat_ws('|', t.typtype, pg_get_userbyid(t.typowner))
FROM pg_type t JOIN ours n ON n.oid = t.typnamespace WHERE t.typtype IN ('d', 'e', 'r')
UNION ALL
SELECT 'schema ' || n.nspname, concat_ws('|', pg_get_userbyid(n.nspowner), n.nspacl::text)
FROM ours n
UNION ALL
SELECT 'role ' || r.rolname, concat_ws('|', r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication,
    r.rolbypassrls, (SELECT string_agg(pg_get_userbyid(m.roleid) || m.inherit_option || m.set_option, ',' ORDER BY m.roleid)
    FROM pg_auth_members m WHERE m.member = r.oid),
    (SELECT string_agg(s.setconfig::text, ',' ORDER BY s.setdatabase) FROM pg_db_role_setting s WHERE s.setrole = r.oid))
FROM pg_roles r WHERE r.rolname IN ('owner', 'web', 'worker', 'destroyer', 'backup', 'rules', 'rules_writer')
UNION ALL
SELECT 'database', concat_ws('|', pg_get_userbyid(d.datdba), d.datacl::text,
    (SELECT string_agg(s.setconfig::text, ',') FROM pg_db_role_setting s WHERE s.setrole = 0 AND s.setdatabase = d.oid))
FROM pg_database d WHERE d.datname = current_database()
UNION ALL
SELECT 'privileges for what is made later, ' || d.oid, concat_ws('|', pg_get_userbyid(d.defaclrole), d.defaclacl::text)
FROM pg_default_acl d
UNION ALL
SELECT 'event trigger ' || e.evtname, concat_ws('|', e.evtenabled, e.evtfoid::regproc) FROM pg_event_trigger e;
