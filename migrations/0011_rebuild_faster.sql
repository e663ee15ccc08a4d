-- A rebuild fills tables that have one index, and gets the others when they are full: an index made of many sorted rows takes a fraction of
-- the time of one that grows row by row. Replaces functions only.

-- Empty tables for all read models in a schema of their own; what an interrupted rebuild left there goes. The table of tasks, the largest by far, has only
-- the index by which the rebuild finds rows: `prepare_swap` adds the others.
create or replace function eventhistory.begin_rebuild() returns void language plpgsql as $$
declare
    name text;
    part record;
begin
    set local client_min_messages = warning; -- nobody needs to hear what goes
    drop schema if exists eventhistory_rebuild cascade;
    create schema eventhistory_rebuild;
    for name in select eventhistory.read_models() loop
        execute format('create table eventhistory_rebuild.%1$I (like eventhistory.%1$I including all %2$s) %3$s', name,
            case name when 'task' then 'excluding indexes' end,
            (select 'partition by ' || pg_get_partkeydef(c.oid) from pg_class c
              where c.oid = format('eventhistory.%I', name)::regclass and c.relkind = 'p'));
        for part in select p.relname, pg_get_expr(p.relpartbound, p.oid) as bound,
                           p.reloptions || array(select 'toast.' || o from unnest(t.reloptions) o) as reloptions
                      from pg_inherits i join pg_class p on p.oid = i.inhrelid left join pg_class t on t.oid = p.reltoastrelid
                     where i.inhparent = format('eventhistory.%I', name)::regclass loop
            execute format('create table eventhistory_rebuild.%I partition of eventhistory_rebuild.%I %s %s', part.relname, name, part.bound,
                (select 'with (' || string_agg(o, ', ') || ')' from unnest(part.reloptions) o));
        end loop;
    end loop;
    execute eventhistory.rebuilt_index('eventhistory.task_key');
end $$;

-- The statement that makes an index of a table on the one that is to take its place.
create function eventhistory.rebuilt_index(index regclass) returns text language sql stable as $$
    select regexp_replace(pg_get_indexdef(index), ' ON (ONLY )?eventhistory\.', ' ON eventhistory_rebuild.')
$$;

-- What the tables of a rebuild need to take the place of those in use at once: every index, and CHECKs that say of partitions what their place says, so
-- that they are not read again. Takes its time the first time only.
create or replace function eventhistory.prepare_swap() returns void language plpgsql as $$
declare
    missing record;
    part record;
begin
    set local maintenance_work_mem = '256MB';
    for missing in select eventhistory.rebuilt_index(i.indexrelid) as statement
                     from pg_index i join pg_class c on c.oid = i.indexrelid
                    where i.indrelid = 'eventhistory.task'::regclass and to_regclass(format('eventhistory_rebuild.%I', c.relname)) is null
                    order by c.relname loop
        execute missing.statement;
    end loop;
    for part in select p.oid::regclass as name, pg_get_partition_constraintdef(p.oid) as bound
                  from pg_class p
                 where p.relnamespace = 'eventhistory_rebuild'::regnamespace and p.relispartition and p.relkind = 'r'
                   and not exists (select from pg_constraint k where k.conrelid = p.oid and k.conname = 'place') loop
        execute format('alter table %s add constraint place check (%s)', part.name, part.bound);
    end loop;
end $$;
