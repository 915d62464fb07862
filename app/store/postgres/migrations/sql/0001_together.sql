-- What stations do side by side: who has the plant's duties, and who looks at what.

create table duty (
    single boolean primary key default true check (single),
    station text references station,
    until timestamptz not null default '-infinity'
);
insert into duty default values;
comment on table duty is 'The station that does what one of all has to. It saves work; nothing rests on it.';

-- Whether the calling station has the duties for the next `seconds`: kept while it asks, free for another after that.
-- Every station asks all the time: so it is also noted here that it was heard, twice a minute at most.
create function take_duty(seconds int) returns boolean language plpgsql security definer
set search_path = lineside, pg_temp as
$$
declare
    me text := (select s.name from station s where s.login = session_user);
begin
    perform set_config('synchronous_commit', 'off', true);  -- it waits for no standby: after a failover it is asked anew
    update station s set seen_at = clock_timestamp()
    where s.name = me and (s.seen_at is null or s.seen_at < clock_timestamp() - interval '30 s');
    update duty d set station = me, until = clock_timestamp() + make_interval(secs => seconds)
    where me is not null and (d.station = me or d.until < clock_timestamp());
    return found;
end
$$;

-- The calling station gives the duties back.
create function leave_duty() returns void language sql security definer set search_path = lineside, pg_temp as
$$ update duty set until = '-infinity' where station = (select s.name from station s where s.login = session_user) $$;

-- The stations beside the one that asks: when each was heard last (null: never), how many of its operations are here,
-- and when the last of them came.
create function stations_seen(
    out name text, out seen_at timestamptz, out last_seq bigint, out shared_at timestamptz
) returns setof record language sql stable security definer set search_path = lineside, pg_temp as
$$
    select s.name, s.seen_at, s.last_seq,
        (select o.server_at from operation o where o.station = s.name and o.seq = s.last_seq)
    from station s where s.login <> session_user order by s.name
$$;

-- Tell the other stations what a person looks at here; '' for nothing any more. Nobody keeps it.
create function attend(person text, ref text, editing boolean) returns void language sql security definer
set search_path = lineside, pg_temp as
$$
    select pg_notify('lineside_presence', json_build_array(s.name, left(person, 64), left(ref, 200), editing)::text)
    from station s where s.login = session_user
$$;
