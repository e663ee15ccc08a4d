-- Segments in parts: small segments of a closed hour are merged into one row, which still says how many events each link
-- of the chain covers and when each part was recorded. Readers of the view, of a task's events and of the chain see no
-- difference. And where the log of a source begins, so that a beginning that is missing does not go unnoticed.

create function eventhistory.part_total(counts int[]) returns bigint language sql immutable strict parallel safe as $$
    select sum(c) from unnest(counts) c
$$;

alter table eventhistory.event_segment
    add column part_counts      int[] compression lz4,         -- events per link of the chain, in order; null: one link
    add column part_recorded_at timestamptz[] compression lz4, -- of each part, all in one hour; recorded_at is the earliest
    add check (num_nulls(part_counts, part_recorded_at) in (0, 2)),
    add check (part_counts is null or (
        cardinality(part_counts) > 1 and cardinality(part_counts) = cardinality(part_recorded_at)
        and 0 < all (part_counts) and array_position(part_counts, null) is null and eventhistory.part_total(part_counts) = event_count
        and recorded_at <= all (part_recorded_at) and array_position(part_recorded_at, null) is null));

alter table eventhistory.source
    add column first_position bigint not null default 1,       -- of the log; whatever takes events from its beginning moves it on
    add column first_chain    bytea not null default decode(repeat('00', 32), 'hex') check (octet_length(first_chain) = 32); -- the link before it

-- When each event of a merged segment was recorded; null for a segment of one part.
create function eventhistory.event_times(part_counts int[], part_recorded_at timestamptz[]) returns timestamptz[] language sql immutable strict parallel safe as $$
    select array_agg(p.recorded_at order by p.part)
      from unnest(part_counts, part_recorded_at) with ordinality p(event_count, recorded_at, part)
     cross join lateral generate_series(1, p.event_count)
$$;

-- The events of one segment. PostgreSQL puts this in the place of its call, as if it were a view with parameters.
create function eventhistory.events_of_segment(of_source int, first_position bigint, segment_recorded_at timestamptz, odd_escapes boolean, segment text,
    part_counts int[], part_recorded_at timestamptz[])
returns table (source_id int, "position" bigint, recorded_at timestamptz, occurred_at timestamptz, type text, task_id text, hostname text, body json)
language sql immutable parallel safe as $$
    select of_source, first_position + e.ordinality - 1, coalesce(e.recorded_at, segment_recorded_at),
           eventhistory.event_time(r.readable), r.readable ->> 'type', r.readable ->> 'uuid', r.readable ->> 'hostname', e.body
      from rows from (json_array_elements(segment::json), unnest(eventhistory.event_times(part_counts, part_recorded_at)))
                with ordinality e(body, recorded_at, ordinality)
     cross join lateral (
           select case when odd_escapes and strpos(e.body::text, '\u') > 0 then eventhistory.readable_json(e.body::text) else e.body end as readable) r
$$;

create or replace view eventhistory.event as
select e.source_id, e.position, e.recorded_at, e.occurred_at, e.type, e.task_id, e.hostname, e.body
  from eventhistory.event_segment s
 cross join lateral eventhistory.events_of_segment(
       s.source_id, s.first_position, s.recorded_at, s.odd_escapes, s.body, s.part_counts, s.part_recorded_at) e;

-- The events recorded in a time. Asked of the view the same reads the whole log: when an event was recorded is inside its segment.
create function eventhistory.events_recorded(since timestamptz, until timestamptz) returns setof eventhistory.event language sql stable as $$
    select e.*
      from eventhistory.event_segment s
     cross join lateral eventhistory.events_of_segment(
           s.source_id, s.first_position, s.recorded_at, s.odd_escapes, s.body, s.part_counts, s.part_recorded_at) e
     where s.recorded_at >= date_trunc('hour', since, 'UTC') and s.recorded_at < until
       and e.recorded_at >= since and e.recorded_at < until
$$;

-- Events of a source by their positions. Each segment is opened once, however many of the events it holds.
create function eventhistory.events_at(of_source int, positions bigint[]) returns setof eventhistory.event language plpgsql stable as $$
begin
    return query
    select e.*
      from (select distinct s.first_position, s.recorded_at
              from unnest(positions) wanted(at)
             cross join lateral (
                   select s.first_position, s.recorded_at from eventhistory.event_segment s
                    where s.source_id = of_source and s.first_position <= wanted.at
                    order by s.first_position desc limit 1) s) holds
      join eventhistory.event_segment s
        on s.source_id = of_source and s.first_position = holds.first_position and s.recorded_at = holds.recorded_at
     cross join lateral eventhistory.events_of_segment(
           s.source_id, s.first_position, s.recorded_at, s.odd_escapes, s.body, s.part_counts, s.part_recorded_at) e
     where e.position = any (positions)
     order by e.position;
end $$;

-- One task's events, in the order they were recorded. Beyond its first 256 a range of the log is searched.
create function eventhistory.task_events(task_id text) returns setof eventhistory.event language plpgsql stable as $$
declare
    wanted uuid := eventhistory.task_key(task_id);
    t record;
    known bigint;
begin
    for t in select task.source_id, eventhistory.positions(task.positions) as positions, task.event_count, task.last_position
               from eventhistory.task where task.key = wanted order by task.source_id loop
        return query select * from eventhistory.events_at(t.source_id, t.positions);
        if t.event_count > cardinality(t.positions) then
            known := t.positions[cardinality(t.positions)];
            return query
            select e.*
              from eventhistory.event_segment s
             cross join lateral eventhistory.events_of_segment(
                   s.source_id, s.first_position, s.recorded_at, s.odd_escapes, s.body, s.part_counts, s.part_recorded_at) e
             where s.source_id = t.source_id and s.first_position <= t.last_position
               and s.first_position >= coalesce((select max(b.first_position) from eventhistory.event_segment b
                                         where b.source_id = t.source_id and b.first_position <= known), known)
               and e.position > known and e.position <= t.last_position and eventhistory.task_key(e.task_id) = wanted
             order by e.position;
        end if;
    end loop;
end $$;
