-- What may be appended, as sentences for a person. None of these functions may be called from outside.

create type incoming as (
    opid text, workstation text, seq bigint, person text, kind text, stream text, base_version bigint, strand text,
    base_opid text, payload text, cause text, source_at text, recorded_at text, monotonic_ns bigint, prev_hash text,
    hash text
);

-- "HoldReleased" → "hold released"
create function kind_words(kind text) returns text language sql immutable as
$$ select lower(regexp_replace(kind, '([a-z])([A-Z])', '\1 \2', 'g')) $$;

create function person_words(who text) returns text language sql stable as
$$ select case who when 'lineside' then 'Lineside' else coalesce((select full_name from person where person = who), who) end $$;

-- "Mary Okafor at desk-1, 2026-11-22 12:03:04 UTC: task accepted"
create function operation_words(which text) returns text language sql stable as
$$
    select format('%s at %s, %s UTC: %s', person_words(person), station,
                  to_char(server_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), kind_words(kind))
    from operation where opid = which
$$;

-- The payload to look into; jsonb knows no NUL, which a controller's text may hold.
create function body(payload text) returns jsonb language sql immutable as
$$ select replace(payload, '\u0000', '\u2400')::jsonb $$;

-- "stable" as concat_ws is, or it is not inlined.
create function operation_hash(op incoming) returns text language sql stable as
$$
    select encode(sha256(convert_to(concat_ws(E'\x1f', op.prev_hash, op.opid, op.workstation, op.seq, op.person,
        op.kind, op.stream, op.base_version, op.strand, op.base_opid, op.cause, op.source_at, op.recorded_at,
        op.monotonic_ns, op.payload), 'UTF8')), 'hex')
$$;

-- The instant as microseconds since 1970: no setting of the session changes how it is written.
create function place_hash(prev text, place bigint, hash text, outcome text, version bigint, at timestamptz,
    reason text) returns text
language sql stable as
$$
    select encode(sha256(convert_to(concat_ws(E'\x1f', prev, place, hash, outcome, version,
        (extract(epoch from at) * 1000000)::bigint, reason), 'UTF8')), 'hex')
$$;

-- Raises where an operation can't be part of this station's chain: then nothing of the call is stored.
create function check_whole(op incoming, expected bigint, last_hash text, name text) returns void
language plpgsql stable as
$$
begin
    if not (op is not null) then
        raise exception 'An operation lacks a field.' using errcode = 'LS006';
    end if;
    if op.seq <> expected then
        raise exception 'The next operation of this station is number %.', expected using errcode = 'LS001';
    end if;
    if op.workstation <> name or op.prev_hash <> last_hash or operation_hash(op) <> op.hash then
        raise exception 'Operation % does not continue the chain of %, or was changed.', op.seq, name
            using errcode = 'LS002';
    end if;
    if not exists (select from kind k where k.kind = op.kind) then
        raise exception 'The plant''s log knows no operation "%": its schema is older than this program.', op.kind
            using errcode = 'LS003';
    end if;
    begin
        if jsonb_typeof(body(op.payload)) <> 'object' then
            raise exception 'not an object' using errcode = 'invalid_text_representation';
        end if;
        perform op.source_at::timestamptz, op.recorded_at::timestamptz;
    exception when data_exception then
        raise exception 'Operation % has a payload or a time that is none.', op.seq using errcode = 'LS006';
    end;
end
$$;

-- plpgsql wherever an operation calls it: such a function keeps its plans, one in SQL is planned at every call.
create function has_role(who text, wanted text) returns boolean language plpgsql stable as
$$
begin
    if not exists (select from pg_roles where rolname = who) then
        return false;
    end if;
    return pg_has_role(who, 'lineside_role_' || wanted, 'member');
end
$$;

create function may(who text, what text) returns boolean language plpgsql stable as
$$
declare
    allowed text;
begin
    for allowed in select p.role from permission p where p.kind = what and p.role <> 'program' loop
        if has_role(who, allowed) then
            return true;
        end if;
    end loop;
    return false;
end
$$;

-- Why it is not on one of a person's lines; null where it is, or where they work on every one.
create function line_fault(op incoming, who person) returns text language plpgsql stable as
$$
declare
    at_line text := coalesce(body(op.payload) ->> 'line', (select s.line from stream s where s.stream = op.stream));
begin
    if (select k.any_line from kind k where k.kind = op.kind) then
        return null;
    end if;
    if at_line <> '' and cardinality(who.lines) > 0 and at_line <> all (who.lines) then
        return format('%s does not work on %s.', who.full_name, at_line);
    end if;
    return null;
end
$$;

-- Why its author may not have done it; null where they may.
create function author_fault(op incoming) returns text language plpgsql stable as
$$
declare
    who person;
begin
    if op.person = 'lineside' then
        if exists (select from permission p where p.kind = op.kind and p.role = 'program') then
            return null;
        end if;
        return format('Lineside itself may not do this (%s): a person decides it.', kind_words(op.kind));
    end if;
    select * into who from person p where p.person = op.person and p.active;
    if not found then
        return format('%s is not among the people of the plant''s log.', op.person);
    end if;
    if not exists (select from proof p where p.person = op.person and p.station = op.workstation
                   and p.proven_at > now() - interval '30 days') then
        return format('%s has not signed in with a password at %s in the last 30 days.', who.full_name, op.workstation);
    end if;
    if not may(op.person, op.kind) then
        return format('%s''s role does not allow it: %s.', who.full_name, kind_words(op.kind));
    end if;
    return line_fault(op, who);
end
$$;

-- Use one electronic signature up for an operation; what is wrong with it, or null.
create function signature_fault(op incoming, written jsonb, signer text) returns text language plpgsql as
$$
begin
    update signature s set used_by = op.opid
    where s.id = written ->> 'id' and s.used_by is null and s.person = signer and s.station = op.workstation
        and s.kind = op.kind and s.stream = op.stream and s.signed_at > clock_timestamp() - interval '1 day'
        and s.meaning = written ->> 'meaning' and s.shown = written ->> 'shown';
    if found then
        return null;
    end if;
    return format('It lacks a signature of %s for this step that is fresh and was not used before: sign again.',
                  person_words(signer));
end
$$;

-- Why its signatures are not in order; null where they are, or none is needed.
create function signing_fault(op incoming) returns text language plpgsql as
$$
declare
    how kind;
    said jsonb := body(op.payload);
    second person;
    fault text;
begin
    select * into how from kind k where k.kind = op.kind;
    if not how.signed then
        return null;
    end if;
    fault := signature_fault(op, said -> 'signature', op.person);
    if fault is not null then
        return fault;
    end if;
    if said -> 'second' ->> 'person' is null then
        return case when how.second_person then 'This plant wants the signature of a second person for it.' end;
    end if;
    select * into second from person p where p.person = said -> 'second' ->> 'person' and p.active;
    if not found or second.person = op.person or not may(second.person, op.kind) then
        return format('%s can''t be the second person: another one whose role allows it.',
                      person_words(said -> 'second' ->> 'person'));
    end if;
    fault := line_fault(op, second);
    if fault is not null then
        return fault;
    end if;
    return signature_fault(op, said -> 'second', second.person);
end
$$;

-- Whether the strand has only its beginning, and the operation was built on the same beginning as told by its own
-- station: both saw one event of a machine, and the log kept the one that came first.
create function same_beginning(op incoming, tip text) returns boolean language plpgsql stable as
$$
begin
    return exists (select from operation o where o.opid = op.base_opid and o.strand = op.strand
                   and o.outcome = 'duplicate')
        and tip = (select o.opid from operation o where o.stream = op.stream and o.strand = op.strand
                   and o.outcome = 'applied' order by o.place limit 1);
end
$$;

-- Why a strict operation collides with what stands; null where it does not.
create function conflict(op incoming) returns text language plpgsql stable as
$$
declare
    tip text := coalesce((select s.tip from strand s where s.strand = op.strand), '');
begin
    if tip = op.base_opid or not (select k.strict from kind k where k.kind = op.kind) then
        return null;
    end if;
    if tip = '' then
        return 'The plant''s log did not take what this step was built on.';
    end if;
    if same_beginning(op, tip) then
        return null;
    end if;
    return format('Somebody was first. What stands is %s.', operation_words(tip));
end
$$;
