-- What `eventhistory rebuild` needs to replace the read models in one transaction. Creates functions only.

-- The tables of a projection; of all of them: null. Starts are counted with the rows of their tasks, and as late: a writer that
-- takes over counts those that rows do not show yet, so the two must be replaced together.
create function eventhistory.read_models(projection text default null) returns setof text language sql immutable as $$
    select of_table
      from (values ('tasks', 'task'), ('tasks', 'rollup'), ('tasks', 'worker_started'), ('workers', 'worker'), ('workers', 'worker_mark'),
                   ('workers', 'worker_minute'), ('workers', 'worker_counted')) m(name, of_table)
     where name = coalesce(projection, name)
$$;

-- Empty tables for all read models in a schema of their own; what an interrupted rebuild left there goes.
create function eventhistory.begin_rebuild() returns void language plpgsql as $$
declare
    name text;
    part record;
begin
    set local client_min_messages = warning; -- nobody needs to hear what goes
    drop schema if exists eventhistory_rebuild cascade;
    create schema eventhistory_rebuild;
    for name in select eventhistory.read_models() loop
        execute format('create table eventhistory_rebuild.%1$I (like eventhistory.%1$I including all) %2$s', name,
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
end $$;

-- Lets the partitions say by a CHECK what their place says, so that they can change places without being read.
create function eventhistory.prepare_swap() returns void language plpgsql as $$
declare
    part record;
begin
    for part in select p.oid::regclass as name, pg_get_partition_constraintdef(p.oid) as bound
                  from pg_class p
                 where p.relnamespace = 'eventhistory_rebuild'::regnamespace and p.relispartition and p.relkind = 'r'
                   and not exists (select from pg_constraint k where k.conrelid = p.oid and k.conname = 'place') loop
        execute format('alter table %s add constraint place check (%s)', part.name, part.bound);
    end loop;
end $$;

-- Puts the rebuilt tables in the place of the old ones. Views and functions on the tables go on as before.
create function eventhistory.swap_in(projection text default null) returns void language plpgsql as $$
declare
    name text;
    part record;
begin
    set local client_min_messages = warning;
    for name in select eventhistory.read_models(projection) loop
        if (select relkind from pg_class where oid = format('eventhistory.%I', name)::regclass) <> 'p' then
            execute format('truncate eventhistory.%I', name);
            execute format('insert into eventhistory.%1$I select * from eventhistory_rebuild.%1$I', name);
            continue;
        end if;
        for part in select p.relname from pg_inherits i join pg_class p on p.oid = i.inhrelid
                     where i.inhparent = format('eventhistory.%I', name)::regclass loop
            execute format('alter table eventhistory.%I detach partition eventhistory.%I', name, part.relname);
            execute format('drop table eventhistory.%I', part.relname);
        end loop;
        for part in select p.relname, pg_get_expr(p.relpartbound, p.oid) as bound
                      from pg_inherits i join pg_class p on p.oid = i.inhrelid
                     where i.inhparent = format('eventhistory_rebuild.%I', name)::regclass loop
            execute format('alter table eventhistory_rebuild.%I detach partition eventhistory_rebuild.%I', name, part.relname);
            execute format('alter table eventhistory_rebuild.%I set schema eventhistory', part.relname);
            execute format('alter table eventhistory.%I attach partition eventhistory.%I %s', name, part.relname, part.bound);
            execute format('alter table eventhistory.%I drop constraint if exists place', part.relname);
        end loop;
    end loop;
    drop schema eventhistory_rebuild cascade;
end $$;
