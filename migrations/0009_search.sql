-- What asking the history needs: two indexes that recording hardly notices, and keyword arguments one by one. The indexes are built
-- from the rows there are, about a minute for ten million tasks; recording, which begins after the migrations, waits for that.

-- Rows are appended as tasks finish, so that rows of one time, of a worker that lived for a day, of a queue that was used for a week lie
-- together. This index says of every 128 pages which times, workers and queues are there, and lets the rest be passed over: for ranges of
-- any of a task's times, lists ordered by them, and workers and queues that are rare. (Where they are not, the list by time meets them soon.)
-- It takes less than a byte a task, and nothing of recording: a stretch is summarised when it is full. B-trees on these six columns
-- would take 20 bytes a task and 5 to 15 % of the rate, each.
create index task_blocks on eventhistory.task
    using brin (state_at, started, received, sent, worker_id int4_bloom_ops (n_distinct_per_range = 512), queue_id int4_bloom_ops (n_distinct_per_range = 64))
    with (autosummarize = on);

-- Failures of one name: the index on the name passes through all of its successes, the one on the state through all failures. Few tasks
-- are in it, so it takes 1 to 2 bytes a task.
create index task_name_state on eventhistory.task (name_id, first_seen) where state <> 'SUCCESS';

-- The entries of a Python or JSON dictionary as a text, values as they are written: a text in its quotes. Of one that was cut, the entries
-- before the cut; of anything else, none.
create function eventhistory.keyword_arguments(kwargs text) returns table (name text, value text) language sql immutable strict parallel safe as $$
    with token as (
        select t[1] as text, number,
               sum(case when t[1] in ('{', '[', '(') then 1 when t[1] in ('}', ']', ')') then -1 else 0 end) over (order by number) as depth
          from regexp_matches(kwargs, $re$('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[][{}(),:]|[^][{}(),:'"]+|.)$re$, 'g') with ordinality r(t, number)
    ), numbered as (
        select *, count(*) filter (where text = ',' and depth = 1) over (order by number) as entry from token where number > 1 and depth > 0
    ), placed as (
        select *, count(*) filter (where text = ':' and depth = 1) over (partition by entry order by number) as colons
          from numbered where not (text = ',' and depth = 1)
    )
    select substr(key, 2, length(key) - 2), value
      from (select trim(string_agg(text, '' order by number) filter (where colons = 0)) as key,
                   trim(string_agg(substr(text, case when colons = 1 and text = ':' and depth = 1 then 2 else 1 end), '' order by number) filter (where colons > 0)) as value
              from placed group by entry) e
     where kwargs like '{%' and key ~ $re$^('.*'|".*")\Z$re$ and value <> ''
$$;

-- One of them, with a value like any of some patterns. Dear: a condition in front of it should leave it little to do.
create function eventhistory.has_keyword_argument(kwargs text, argument text, patterns text[]) returns boolean language sql immutable strict parallel safe cost 10000 as $$
    select exists (select from eventhistory.keyword_arguments(kwargs) k where lower(k.name) = lower(argument) and k.value ilike any(patterns))
$$;
