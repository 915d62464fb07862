-- Who is who: what a person's own connection says, and what an administrator sets.

create function own_person() returns person language plpgsql stable as
$$
declare
    me person;
begin
    select * into me from person p where p.person = session_user and p.active;
    if not found then
        raise exception '% is not among the people of the plant''s log.', session_user using errcode = 'LS005';
    end if;
    return me;
end
$$;

create function need_station(which text) returns void language plpgsql stable as
$$
begin
    if not exists (select from station s where s.name = which) then
        raise exception 'The plant''s log knows no station %.', which using errcode = 'LS005';
    end if;
end
$$;

-- The person whose connection this is has shown their password at `station` now.
create function prove(station text) returns void language plpgsql security definer
set search_path = lineside, pg_temp as
$$
declare
    me person := own_person();
begin
    perform need_station(station);
    insert into proof values (me.person, prove.station, clock_timestamp())
    on conflict on constraint proof_pkey do update set proven_at = excluded.proven_at;
end
$$;

-- An electronic signature of the person whose connection this is; good for one operation, within a day.
create function sign(station text, kind text, stream text, meaning text, shown text) returns text language plpgsql
security definer set search_path = lineside, pg_temp as
$$
declare
    me person := own_person();
    made text;
begin
    perform need_station(station);
    if not may(me.person, kind) then
        raise exception '%''s role does not allow it: %.', me.full_name, kind_words(kind) using errcode = 'LS007';
    end if;
    insert into signature (person, station, full_name, kind, stream, meaning, shown)
    values (me.person, sign.station, me.full_name, sign.kind, sign.stream, sign.meaning, sign.shown)
    returning id into made;
    perform prove(station);
    return made;
end
$$;

-- Let a login be a station. Its operations up to `seq` are what it had before; once it has sent some that is settled.
create function join_station(station text, login text, seq bigint) returns void language plpgsql security definer
set search_path = lineside, pg_temp as
$$
begin
    insert into station as s (name, login, history_until) values (station, join_station.login, seq)
    on conflict (name) do update set login = excluded.login,
        history_until = case when s.last_seq = 0 then excluded.history_until else s.history_until end;
end
$$;

-- Enter a person, or set their name and lines anew.
create function put_person(person text, full_name text, lines text[]) returns void language sql security definer
set search_path = lineside, pg_temp as
$$
    insert into person values (put_person.person, put_person.full_name, put_person.lines, true)
    on conflict on constraint person_pkey do update
    set full_name = excluded.full_name, lines = excluded.lines, active = true
$$;

-- From now on nothing of theirs is taken; what they did stays. Returns whether they were there.
create function remove_person(who text) returns boolean language plpgsql security definer
set search_path = lineside, pg_temp as
$$
begin
    update person p set active = false where p.person = who and p.active;
    return found;
end
$$;

create function people(out person text, out full_name text, out lines text[], out roles text[]) returns setof record
language sql stable security definer set search_path = lineside, pg_temp as
$$
    select p.person, p.full_name, p.lines,
        array(select distinct q.role from permission q where q.role <> 'program' and has_role(p.person, q.role) order by 1)
    from person p where p.active order by p.person
$$;

create function stations(
    out name text, out login text, out last_seq bigint, out joined_at timestamptz, out history_until bigint,
    out seen_at timestamptz
) returns setof record language sql stable security definer set search_path = lineside, pg_temp as
$$ select s.name, s.login, s.last_seq, s.joined_at, s.history_until, s.seen_at from station s order by s.name $$;

-- A setting of the plant: whether a signed kind wants a second person.
create function set_second_person(what text, wanted boolean) returns void language plpgsql security definer
set search_path = lineside, pg_temp as
$$
begin
    update kind k set second_person = wanted where k.kind = what and k.signed;
    if not found then
        raise exception '% is not signed.', what using errcode = 'LS005';
    end if;
end
$$;

-- The plant's settings as they stand: the kinds that want a second person.
create function settings(out second_person text[]) language sql stable security definer
set search_path = lineside, pg_temp as
$$ select array(select k.kind from kind k where k.second_person order by 1) $$;
