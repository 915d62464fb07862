-- What reports read is Lineside's own fold written into tables. Tables and views themselves are made from
-- app.readmodel.reports by `lineside db init`: they hold nothing that the log does not, and may be filled anew.

create table projection (
    single boolean primary key default true check (single),
    format text not null default '',
    place bigint not null default 0,
    projected_at timestamptz,
    station text references station
);
insert into projection default values;
comment on table projection is 'One row: up to which place of the log the tables for reports are true, and in which format.';

create table report (
    name text primary key,
    parent text references report,
    parent_key text,
    keys text[] not null
);
comment on table report is 'The tables for reports. Rows of one with a parent live and go with the parent''s.';

-- In which format the tables are, and how far they are true.
create function projected(out format text, out place bigint) language sql stable security definer
set search_path = lineside, pg_temp as
$$ select p.format, p.place from projection p $$;

-- "a, b" of a table's columns, each in the words of `pattern`, but for those in `but`.
create function column_list(which text, pattern text, but text[]) returns text language sql stable as
$$
    select string_agg(format(pattern, a.attname), ', ' order by a.attnum) from pg_attribute a
    where a.attrelid = format('lineside.%I', which)::regclass and a.attnum > 0 and not a.attisdropped
        and a.attname <> all (but)
$$;

-- Writes rows of the tables for reports: {"table": [{column: value}, …]}. A row is never replaced by an older one, and
-- who writes shows by the hash of a place that they know this log. `complete`: with this, everything from `since` up to
-- `top_place` was written. Returns up to which place the tables are true. Twice is the same as once.
-- LS008: the tables have another format. LS009: the writer knows another log.
create function project(said text, since bigint, top_place bigint, top_hash text, rows jsonb, complete boolean)
returns bigint language plpgsql security definer set search_path = lineside, pg_temp set lock_timeout = '5s' as
$$
declare
    me text := (select s.name from station s where s.login = session_user);
    top projection;
    one report;
begin
    if me is null then
        raise exception 'The login % is not that of a station.', session_user using errcode = 'LS005';
    end if;
    perform set_config('synchronous_commit', 'off', true);  -- whatever is lost is written anew
    select * into top from projection for update;
    if top.format <> said then
        raise exception 'The tables for reports have another format than this program writes.' using errcode = 'LS008';
    end if;
    if top_place > 0 and not exists (select from operation o where o.place = top_place and o.place_hash = top_hash) then
        raise exception 'The plant''s log has something else at place %.', top_place using errcode = 'LS009';
    end if;
    for one in select * from report r where rows ? r.name order by r.parent nulls first, r.name loop
        execute format(
            'insert into %1$I as t select p.* from jsonb_array_elements($1) as r (v),'
            ' jsonb_populate_record(null::%1$I, r.v) as p %2$s'
            ' on conflict (%3$s) do update set (%4$s) = row(%5$s) where t.place < excluded.place',
            one.name,
            case when one.parent is not null then
                format('where exists (select from %I q where q.id = p.%I and q.place = p.place)', one.parent, one.parent_key)
            else '' end,
            (select string_agg(quote_ident(k), ', ') from unnest(one.keys) k),
            column_list(one.name, '%I', one.keys), column_list(one.name, 'excluded.%I', one.keys)
        ) using rows -> one.name;
    end loop;
    for one in select * from report r where rows ? r.parent loop  -- what the parent no longer has
        execute format(
            'delete from %1$I t using %2$I q, jsonb_array_elements($1) as r (v)'
            ' where q.id = r.v ->> ''id'' and t.%3$I = q.id and t.place < q.place',
            one.name, one.parent, one.parent_key
        ) using rows -> one.parent;
    end loop;
    if complete and top.place >= since and top_place > top.place then
        update projection set place = top_place, projected_at = clock_timestamp(), station = me;
        return top_place;
    end if;
    return top.place;
end
$$;

-- Empty the tables for reports: whoever has the duties fills them anew.
create function project_anew(said text default null) returns void language plpgsql security definer
set search_path = lineside, pg_temp as
$$
declare
    one text;
begin
    perform from projection for update;
    for one in select name from report order by parent nulls last loop
        execute format('delete from %I', one);
    end loop;
    update projection set format = coalesce(said, format), place = 0;
end
$$;

revoke all on projection, report from public;
revoke all on function projected(), column_list(text, text, text[]), project(text, bigint, bigint, text, jsonb, boolean),
    project_anew(text) from public;
grant execute on function projected(), project(text, bigint, bigint, text, jsonb, boolean) to lineside_station;
grant execute on function project_anew(text) to lineside_admin;
