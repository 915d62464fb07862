-- The plant's history: samples of the stations' spools by day, rolled up by minute, and who sends which controller's.

create table history_setting (
    single boolean primary key default true check (single),
    days int not null default 90 check (days between 1 and 3650),
    minute_days int not null default 1830 check (minute_days between days and 36500)
);
insert into history_setting default values;
comment on table history_setting is 'A setting of the plant: how many days samples and their minutes are kept.';

create table tag (
    n int generated always as identity primary key,
    id text not null unique,
    controller text not null
);
comment on table tag is 'The tags that have a history: the number in the samples, the id in the plant file.';

create table sample (
    tag int not null,
    ts timestamptz not null,
    value double precision,
    quality smallint not null,
    primary key (tag, ts)
) partition by range (ts);
comment on table sample is 'Samples as the stations spooled them, a partition a day (UTC). One row for an instant of a tag.';
comment on column sample.tag is 'lineside.tag.n';
comment on column sample.ts is 'By the controller''s clock where it has one';
comment on column sample.value is 'Null: no number';
comment on column sample.quality is '0 good, 1 uncertain, 2 bad, 3 no data, 4 from here on nothing is known';

create table sample_minute (
    tag int not null,
    minute timestamptz not null,
    low double precision,
    high double precision,
    last double precision,
    count bigint not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    primary key (tag, minute)
) partition by range (minute);
comment on table sample_minute is 'Samples by minute, a partition a month (UTC).';
comment on column sample_minute.low is 'The least good or uncertain value; null: there is none';
comment on column sample_minute.high is 'The greatest';
comment on column sample_minute.last is 'The value at the end of the minute; null: it was not known then';
comment on column sample_minute.count is 'Good and uncertain samples';
comment on column sample_minute.first_at is 'The first row of any quality';
comment on column sample_minute.last_at is 'The last';

create table history_progress (
    controller text primary key,
    station text references station,
    until timestamptz not null default '-infinity',
    file bigint,
    at bigint not null default 0,
    written_at timestamptz,
    source_at timestamptz,
    rows bigint not null default 0,
    left_out bigint not null default 0
);
comment on table history_progress is 'Per controller: the station that sends its samples, until when, and how far it is.';
comment on column history_progress.file is 'The file of that station''s spool, and `at` where in it; null: another station had it before';
comment on column history_progress.written_at is 'What was spooled until then is here (station''s clock)';
comment on column history_progress.source_at is 'The latest instant of a sample';
comment on column history_progress.left_out is 'Samples with a time before what is kept, or more than a day ahead';

create table history_gap (
    controller text not null,
    from_at timestamptz not null,
    to_at timestamptz not null,
    station text not null,
    reason text not null,
    primary key (controller, from_at)
);
comment on table history_gap is 'What no station could send: the samples of a controller between two instants.';

create function own_station() returns text language plpgsql stable as
$$
declare
    me text := (select s.name from station s where s.login = session_user);
begin
    if me is null then
        raise exception 'The login % is not that of a station.', session_user using errcode = 'LS005';
    end if;
    return me;
end
$$;

-- The numbers of tags; they get some where they have none.
create function history_tags(ids text[], controllers text[]) returns int[] language plpgsql security definer
set search_path = lineside, pg_temp as
$$
begin
    perform own_station();
    insert into tag as t (id, controller) select r.id, r.controller from unnest(ids, controllers) as r (id, controller)
    where not exists (select from tag k where k.id = r.id and k.controller = r.controller) order by r.id
    on conflict (id) do update set controller = excluded.controller;
    return (select array_agg(t.n order by r.place) from unnest(ids) with ordinality as r (id, place) join tag t using (id));
end
$$;

-- Which of these controllers' samples the calling station sends for the next `seconds`: what is free, and what it had.
create function take_history(controllers text[], seconds int) returns setof history_progress language plpgsql
security definer set search_path = lineside, pg_temp as
$$
declare
    me text := own_station();
begin
    insert into history_progress (controller)
    select c from unnest(controllers) c where not exists (select from history_progress p where p.controller = c)
    order by 1 on conflict do nothing;
    return query with free as (
        select p.controller from history_progress p
        where p.controller = any (controllers) and (p.station = me or p.until < clock_timestamp())
        order by p.controller for update skip locked
    )
    update history_progress p set station = me, until = clock_timestamp() + make_interval(secs => seconds),
        file = case when p.station = me then p.file end, at = case when p.station = me then p.at else 0 end
    from free where p.controller = free.controller returning p.*;
end
$$;

-- The calling station sends these controllers' samples no more.
create function leave_history(controllers text[]) returns void language sql security definer
set search_path = lineside, pg_temp as
$$
    update history_progress set until = '-infinity'
    where station = (select s.name from station s where s.login = session_user) and controller = any (controllers)
$$;

-- A table for a stretch of time, attached so that nobody who reads has to wait.
create function make_partition(parent text, name text, begins timestamptz, ends timestamptz, options text) returns void
language plpgsql as
$$
begin
    if to_regclass('lineside.' || name) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('lineside partitions'));
    if to_regclass('lineside.' || name) is null then
        execute format('create table %I (like %I including all) %s', name, parent, options);
        execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, name, begins, ends);
    end if;
end
$$;

create function make_partitions(days timestamptz[]) returns void language plpgsql as
$$
declare
    day timestamptz;
    month timestamp;
begin
    foreach day in array days loop
        perform make_partition('sample', 'sample_' || to_char(day at time zone 'UTC', 'YYYYMMDD'), day, day + interval '24 hours', '');
        month := date_trunc('month', day at time zone 'UTC');
        perform make_partition('sample_minute', 'sample_minute_' || to_char(month, 'YYYYMM'),
            month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC', 'with (fillfactor = 70)');
    end loop;
end
$$;

-- Takes samples of these controllers, and with them notes how far the calling station's spool was sent: in one
-- transaction, and only if it was there (`from_file`, `from_at`) before. A sample that is here already is not taken
-- again; a value takes the place of a break at the same instant. Returns how many were new.
-- LS010: another station sends these, or this one is not where it believes.
create function keep_samples(
    controllers text[], sources timestamptz[], writtens timestamptz[], from_file bigint, from_at bigint,
    to_file bigint, to_at bigint, tags int[], times timestamptz[], readings float8[], qualities int2[]
) returns bigint language plpgsql security definer set search_path = lineside, pg_temp set lock_timeout = '5s' as
$$
declare
    me text := own_station();
    earliest timestamptz := date_bin('1 day', now() - (select make_interval(days => s.days) from history_setting s),
        '2000-01-01 00:00:00+00');
    latest timestamptz := now() + interval '1 day';
    strange bigint;
    days timestamptz[];
    fresh bigint;
    locked int;
begin
    select count(*) into locked from (
        select from history_progress p
        where p.controller = any (controllers) and p.station = me and coalesce(p.file, -1) = coalesce(from_file, -1)
            and p.at = from_at
        order by p.controller for update
    ) as mine;
    if locked <> cardinality(controllers) then
        raise exception 'Another station sends the history of these controllers.' using errcode = 'LS010';
    end if;
    select count(*) filter (where t is null or t < earliest or t > latest),
        array_agg(distinct date_bin('1 day', t, '2000-01-01 00:00:00+00')) filter (where t between earliest and latest)
    into strange, days from unnest(times) t;
    perform make_partitions(coalesce(days, '{}'));
    with new as (
        insert into sample as s
        select r.tag, r.ts, case when r.value in ('NaN', 'Infinity', '-Infinity') then null else r.value end, r.quality
        from unnest(tags, times, readings, qualities) as r (tag, ts, value, quality)
        where r.ts between earliest and latest
        on conflict (tag, ts) do update set value = excluded.value, quality = excluded.quality
        where s.quality = 4 and excluded.quality < 4
        returning s.tag, s.ts, case when s.quality <= 1 then s.value end as value
    ), minutes as (
        select tag, date_bin('1 minute', ts, '2000-01-01 00:00:00+00') as minute, min(value) as low, max(value) as high,
            (array_agg(value order by ts desc))[1] as last, count(value) as count, min(ts) as first_at, max(ts) as last_at
        from new group by 1, 2
    ), rolled as (
        insert into sample_minute as m select * from minutes
        on conflict (tag, minute) do update set low = least(m.low, excluded.low), high = greatest(m.high, excluded.high),
            last = case when excluded.last_at >= m.last_at then excluded.last else m.last end,
            count = m.count + excluded.count, first_at = least(m.first_at, excluded.first_at),
            last_at = greatest(m.last_at, excluded.last_at)
    ), counted as (
        update history_progress p set rows = p.rows + c.rows
        from (select t.controller, count(*) as rows from new join tag t on t.n = new.tag group by 1) as c
        where p.controller = c.controller
    )
    select count(*) into fresh from new;
    update history_progress p set file = to_file, at = to_at, written_at = greatest(p.written_at, r.written),
        source_at = greatest(p.source_at, r.source), until = greatest(p.until, clock_timestamp() + interval '5 seconds')
    from unnest(controllers, sources, writtens) as r (controller, source, written) where p.controller = r.controller;
    if strange > 0 then
        update history_progress p set left_out = p.left_out + c.rows
        from (select t.controller, count(*) as rows from unnest(tags, times) as r (tag, ts) join tag t on t.n = r.tag
            where r.ts is null or r.ts < earliest or r.ts > latest group by 1) as c
        where p.controller = c.controller;
    end if;
    return fresh;
end
$$;

-- Notes that nobody has a controller's samples between two instants; its tags' lines break there. Twice is once.
create function lose_history(which text, from_at timestamptz, to_at timestamptz, reason text) returns void
language plpgsql security definer set search_path = lineside, pg_temp as
$$
declare
    me text := own_station();
    at timestamptz := greatest(from_at, now() - (select make_interval(days => s.days) from history_setting s));
begin
    insert into history_gap values (which, from_at, to_at, me, reason) on conflict do nothing;
    if not found then
        return;
    end if;
    perform make_partitions(array[date_bin('1 day', at, '2000-01-01 00:00:00+00')]);
    with new as (
        insert into sample select t.n, at, null, 4 from tag t where t.controller = which on conflict do nothing returning *
    )
    insert into sample_minute as m
    select tag, date_bin('1 minute', ts, '2000-01-01 00:00:00+00'), null, null, null, 0, ts, ts from new
    on conflict (tag, minute) do update set last = case when excluded.last_at >= m.last_at then null else m.last end,
        first_at = least(m.first_at, excluded.first_at), last_at = greatest(m.last_at, excluded.last_at);
end
$$;

-- Drops the days and months that are older than what is kept; how many.
create function drop_old_history() returns int language plpgsql security definer
set search_path = lineside, pg_temp set lock_timeout = '2s' as
$$
declare
    name text;
    dropped int := 0;
    kept history_setting := (select s from history_setting s);
begin
    for name in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where (i.inhparent = 'sample'::regclass
                and c.relname < 'sample_' || to_char((now() at time zone 'UTC') - make_interval(days => kept.days), 'YYYYMMDD'))
            or (i.inhparent = 'sample_minute'::regclass and c.relname
                < 'sample_minute_' || to_char((now() at time zone 'UTC') - make_interval(days => kept.minute_days), 'YYYYMM'))
    loop
        execute format('drop table %I', name);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;

-- How many days samples are kept, and their minutes.
create function keep_history(days int, minute_days int) returns void language sql security definer
set search_path = lineside, pg_temp as
$$ update history_setting set days = keep_history.days, minute_days = keep_history.minute_days $$;

-- Since when and until when there is something of a tag; nothing where there is not.
create function history_span(tag_id text, out begins_at timestamptz, out until_at timestamptz) language sql stable
security definer set search_path = lineside, pg_temp as
$$
    select (select m.minute from sample_minute m where m.tag = t.n order by m.minute limit 1), p.written_at
    from tag t left join history_progress p on p.controller = t.controller where t.id = tag_id
$$;

-- A tag's extremes and last values in at most so many columns of time, by time; first the last row before them.
-- Columns of two minutes or more come from the minutes: a minute counts where it begins.
create function trend(tag_id text, from_at timestamptz, to_at timestamptz, columns int)
returns table (first_at timestamptz, last_at timestamptz, low float8, high float8, last float8) language plpgsql stable
security definer set search_path = lineside, pg_temp as
$$
declare
    which int := (select t.n from tag t where t.id = tag_id);
    width interval := (to_at - from_at) / greatest(least(columns, 20000), 1);
    kept timestamptz := now() - (select make_interval(days => s.days) from history_setting s);
begin
    return query (select s.ts, s.ts, v, v, v from sample s, lateral (select case when s.quality <= 1 then s.value end) as x (v)
        where s.tag = which and s.ts < from_at order by s.ts desc limit 1);
    if width >= interval '2 minutes' or from_at < kept then
        return query select min(m.first_at), max(m.last_at), min(m.low), max(m.high), (array_agg(m.last order by m.minute desc))[1]
        from sample_minute m where m.tag = which and m.minute >= from_at and m.minute < to_at
        group by date_bin(greatest(width, interval '1 minute'), m.minute, from_at) order by 1;
    else
        return query select min(s.ts), max(s.ts), min(v), max(v), (array_agg(v order by s.ts desc))[1]
        from sample s, lateral (select case when s.quality <= 1 then s.value end) as x (v)
        where s.tag = which and s.ts >= from_at and s.ts < to_at
        group by date_bin(width, s.ts, from_at) order by 1;
    end if;
end
$$;

create view history as
select t.id as tag, t.controller, s.ts, s.value, s.quality from sample s join tag t on t.n = s.tag;
comment on view history is 'Samples by the tag''s id.';

create view history_minute as
select t.id as tag, t.controller, m.minute, m.low, m.high, m.last, m.count from sample_minute m join tag t on t.n = m.tag;
comment on view history_minute is 'Minutes by the tag''s id.';

create view history_state as
select controller, station, until > clock_timestamp() as sending, written_at as true_until,
    extract(epoch from clock_timestamp() - written_at)::double precision as lag_s, source_at, rows, left_out
from history_progress;
comment on view history_state is 'Per controller: who sends its samples, and how far they are here.';

revoke all on history_setting, tag, sample, sample_minute, history_progress, history_gap, history, history_minute,
    history_state from public;
revoke all on function own_station(), history_tags(text[], text[]), take_history(text[], int), leave_history(text[]),
    make_partition(text, text, timestamptz, timestamptz, text), make_partitions(timestamptz[]),
    keep_samples(text[], timestamptz[], timestamptz[], bigint, bigint, bigint, bigint, int[], timestamptz[], float8[], int2[]),
    lose_history(text, timestamptz, timestamptz, text), drop_old_history(), keep_history(int, int), history_span(text),
    trend(text, timestamptz, timestamptz, int) from public;
grant execute on function history_tags(text[], text[]), take_history(text[], int), leave_history(text[]),
    keep_samples(text[], timestamptz[], timestamptz[], bigint, bigint, bigint, bigint, int[], timestamptz[], float8[], int2[]),
    lose_history(text, timestamptz, timestamptz, text), drop_old_history(), history_span(text),
    trend(text, timestamptz, timestamptz, int) to lineside_station;
grant execute on function keep_history(int, int), drop_old_history() to lineside_admin;
grant execute on function trend(text, timestamptz, timestamptz, int), history_span(text) to lineside_reader;
grant select on tag, sample, sample_minute, history_gap, history, history_minute, history_state to lineside_reader;
