-- The one way up: a station's operations, in its order, whole causes.

-- What an operation is worth: 'applied' with its stream's new version, or 'duplicate'. Raises LS000 where it is refused.
create function take(op incoming, history boolean, out outcome text, out version bigint) language plpgsql as
$$
declare
    fault text;
    said jsonb := body(op.payload);
    occurred text := coalesce(said ->> 'occurrence', '');
    twin text;
    home merged;
    is_strict boolean := (select k.strict from kind k where k.kind = op.kind);
begin
    outcome := 'duplicate';
    version := 0;
    if not history then
        fault := coalesce(author_fault(op), signing_fault(op));
    end if;
    select * into home from merged m where m.stream = op.stream;
    if fault is null and home.stream is not null then
        if home.cause = op.cause or op.person = 'lineside' then
            return;
        end if;
        fault := format('It is the same event as another case. What stands is %s.',
                        operation_words((select s.tip from strand s where s.strand = home.into_stream)));
    end if;
    if fault is not null then
        raise exception '%', fault using errcode = 'LS000';
    end if;
    if occurred <> '' then
        insert into occurrence values (occurred, op.stream, op.opid, op.cause) on conflict do nothing;
        insert into occurrence_seen values (occurred, op.workstation, op.opid, op.source_at::timestamptz);
        select o.stream into twin from occurrence o
        where o.key = occurred and not (o.stream = op.stream and o.cause = op.cause);
        if found then
            if twin <> op.stream and not exists (select from stream s where s.stream = op.stream) then
                insert into merged values (op.stream, twin, op.cause);
            end if;
            return;
        end if;
    end if;
    fault := conflict(op);
    if fault is not null then
        raise exception '%', fault using errcode = 'LS000';
    end if;
    outcome := 'applied';
    insert into stream as s values (op.stream, 1, nullif(said ->> 'line', ''))
    on conflict (stream) do update set version = s.version + 1, line = coalesce(s.line, excluded.line)
    returning s.version into version;
    if is_strict then
        insert into strand values (op.strand, op.opid) on conflict (strand) do update set tip = excluded.tip;
    end if;
end
$$;

-- Writes a place after the last one and moves `top` to it.
create function write_operation(op incoming, inout top head, outcome text, reason text, version bigint)
language plpgsql as
$$
declare
    at timestamptz := clock_timestamp();
begin
    top.place := top.place + 1;
    top.place_hash := place_hash(top.place_hash, top.place, op.hash, outcome, version, at, reason);
    insert into operation values (top.place, op.opid, op.workstation, op.seq, op.person, op.kind, op.stream,
        op.base_version, op.strand, op.base_opid, op.payload, op.cause, op.source_at, op.recorded_at, op.monotonic_ns,
        op.prev_hash, op.hash, outcome, reason, version, at, top.place_hash);
end
$$;

-- What the station sent before: nothing to do, but it must be the same. Returns how many of `ops` are of that sort.
create function skip_known(ops incoming[], me station) returns int language plpgsql stable as
$$
declare
    op incoming;
    known int := 0;
begin
    foreach op in array ops loop
        exit when op.seq > me.last_seq;
        if not exists (select from operation o where o.station = me.name and o.seq = op.seq and o.hash = op.hash) then
            raise exception 'The plant''s log has another operation % of %: this is not the journal it knows.',
                op.seq, me.name using errcode = 'LS004';
        end if;
        known := known + 1;
    end loop;
    return known;
end
$$;

-- Why an earlier part of an operation's cause was refused, which this call has the rest of; null where none was.
create function earlier_refusal(op incoming) returns text language plpgsql stable as
$$
declare
    earlier record;
begin
    if op.cause = op.opid then
        return null;
    end if;
    select o.outcome, o.station, o.reason into earlier from operation o where o.opid = op.cause;  -- by nothing else
    return case when earlier.outcome = 'refused' and earlier.station = op.workstation then earlier.reason end;
end
$$;

-- Takes operations of the calling station; returns its last sequence number. Sent again, they are skipped.
-- LS001: a number is missing before them. LS002, LS004, LS006: not this station's chain. LS003: an unknown kind.
create function append(ops jsonb) returns bigint language plpgsql security definer
set search_path = lineside, pg_temp set lock_timeout = '5s' as
$$
declare
    top head;
    me station;
    list incoming[];
    op incoming;
    i int;
    first int;
    last int;
    size int;
    done record;
    fault text;
    before head;
    doubled text[];  -- streams of which this cause says what the log has already
begin
    select * into top from head for update;
    select * into me from station s where s.login = session_user for update;
    if not found then
        raise exception 'The login % is not that of a station.', session_user using errcode = 'LS005';
    end if;
    select array_agg(jsonb_populate_record(null::incoming, each.value) order by each.n) into list
    from jsonb_array_elements(ops) with ordinality as each (value, n);
    size := coalesce(cardinality(list), 0);
    if size = 0 then
        return me.last_seq;
    end if;
    first := 1 + skip_known(list, me);
    while first <= size loop
        last := first;
        while last < size and (list[last + 1]).cause = (list[first]).cause loop
            last := last + 1;
        end loop;
        for i in first..last loop
            op := list[i];
            perform check_whole(op, me.last_seq + 1, me.last_hash, me.name);
            me.last_seq := op.seq;
            me.last_hash := op.hash;
        end loop;
        before := top;
        fault := earlier_refusal(list[first]);
        if fault is null then
            begin
                doubled := '{}';
                for i in first..last loop
                    op := list[i];
                    if op.stream = any (doubled) then
                        select 'duplicate' as outcome, 0::bigint as version into done;
                    else
                        done := take(op, op.seq <= me.history_until);
                    end if;
                    if done.outcome = 'duplicate' then
                        doubled := doubled || op.stream;
                    end if;
                    top := write_operation(op, top, done.outcome, '', done.version);
                end loop;
            exception when sqlstate 'LS000' then
                fault := sqlerrm;
            end;
        end if;
        if fault is not null then  -- the steps of a cause stand or fall together
            top := before;
            for i in first..last loop
                op := list[i];
                top := write_operation(op, top, 'refused', fault, 0);
            end loop;
        end if;
        first := last + 1;
    end loop;
    update head set place = top.place, place_hash = top.place_hash;
    update station s set last_seq = me.last_seq, last_hash = me.last_hash where s.name = me.name;
    perform pg_notify('lineside', top.place::text);
    return me.last_seq;
end
$$;
