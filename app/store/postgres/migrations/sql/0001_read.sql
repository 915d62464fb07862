-- The one way down.

create function feed(after bigint, most int) returns setof operation language sql stable security definer
set search_path = lineside, pg_temp as
$$ select * from operation where place > after order by place limit least(greatest(most, 0), 5000) $$;

-- How the log stands, and what it has of the station that asks (0 for anybody else).
create function status(
    out system text, out timeline int, out schema text, out place bigint, out place_hash text, out last_seq bigint,
    out server_at timestamptz, out history_until bigint
) language sql stable security definer set search_path = lineside, pg_temp as
$$
    select (select system_identifier::text from pg_control_system()),
        case when pg_is_in_recovery() then (select timeline_id from pg_control_checkpoint())
             else ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int end,
        (select version_num from schema_version),
        head.place, head.place_hash,
        coalesce((select s.last_seq from station s where s.login = session_user), 0),
        clock_timestamp(),
        coalesce((select s.history_until from station s where s.login = session_user), 0)
    from head
$$;
