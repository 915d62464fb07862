-- The plant file: every version that was published, signed by its author and chained to the one before. Nothing here is
-- ever changed; to go back, an old text is published anew.

create table plant_file (
    version int primary key check (version > 0),
    sha256 text not null,
    text text not null,
    author text not null,
    full_name text not null,
    comment text not null check (comment <> ''),
    program text not null,
    signed text not null,
    signature text not null unique default gen_random_uuid()::text,
    previous text not null,
    chained text not null
);
comment on table plant_file is 'The versions of the plant file, append-only and chained; all stations run the last.';
comment on column plant_file.author is 'The login that published it, with its password.';
comment on column plant_file.program is 'The Lineside that had checked it.';
comment on column plant_file.signed is 'When, by this server''s clock, in ISO 8601 and UTC: as it is chained.';

alter table station add column plant int, add column plant_said text;
comment on column station.plant is 'The version of the plant file that it runs; 0: one of its own; null: it has not said.';
comment on column station.plant_said is 'Why it does not run the published one; empty: it does, or will.';

-- Publish a text after the version that its author has seen. The author is whoever is signed in to the server.
-- LS011: somebody published meanwhile, or it is the same text. LS006: it came other than it was signed.
create function publish_plant(body text, digest text, remark text, checked_by text, after int) returns int
language plpgsql security definer set search_path = lineside, pg_temp set lock_timeout = '5s' as
$$
declare
    last plant_file;
    made plant_file;
begin
    lock table plant_file in exclusive mode;
    select * into last from plant_file order by version desc limit 1;
    if coalesce(last.version, 0) <> after then
        raise exception 'Plant file % was published by % meanwhile.', last.version, last.full_name using errcode = 'LS011';
    end if;
    if encode(sha256(convert_to(body, 'UTF8')), 'hex') <> digest then
        raise exception 'The text of the plant file is not the one that was signed.' using errcode = 'LS006';
    end if;
    if last.sha256 = digest then
        raise exception 'It is the text of plant file %, which is the published one.', last.version using errcode = 'LS011';
    end if;
    made.version := after + 1;
    made.sha256 := digest;
    made.author := session_user;
    made.full_name := coalesce((select p.full_name from person p where p.person = session_user), session_user);
    made.signed := to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"');
    made.signature := gen_random_uuid()::text;
    made.previous := coalesce(last.chained, repeat('0', 64));
    made.chained := encode(sha256(convert_to(concat_ws(E'\x1f', made.previous, made.version, digest, made.author,
        made.full_name, remark, checked_by, made.signed, made.signature), 'UTF8')), 'hex');
    insert into plant_file values (made.version, digest, body, made.author, made.full_name, remark, checked_by,
        made.signed, made.signature, made.previous, made.chained);
    perform pg_notify('lineside_plant', made.version::text);
    return made.version;
end
$$;

-- The versions without their texts, the first first; those after one.
create function plant_versions(
    after int, out version int, out sha256 text, out author text, out full_name text, out comment text, out program text,
    out signed text, out signature text, out previous text, out chained text
) returns setof record language sql stable security definer set search_path = lineside, pg_temp as
$$
    select p.version, p.sha256, p.author, p.full_name, p.comment, p.program, p.signed, p.signature, p.previous, p.chained
    from plant_file p where p.version > after order by p.version
$$;

-- The number of the last version; 0 where none was published.
create function plant_last() returns int language sql stable security definer set search_path = lineside, pg_temp as
$$ select coalesce(max(p.version), 0) from plant_file p $$;

create function plant_text(which int) returns text language sql stable security definer
set search_path = lineside, pg_temp as
$$ select p.text from plant_file p where p.version = which $$;

-- The calling station says which version it runs (0: a file of its own), and why not the published one.
create function running_plant(which int, said text) returns void language sql security definer
set search_path = lineside, pg_temp as
$$ update station set plant = which, plant_said = left(said, 500) where login = session_user $$;

create function plant_stations(out name text, out plant int, out said text, out seen_at timestamptz) returns setof record
language sql stable security definer set search_path = lineside, pg_temp as
$$ select s.name, s.plant, s.plant_said, s.seen_at from station s order by s.name $$;

revoke all on plant_file from public;
revoke all on function publish_plant(text, text, text, text, int), plant_versions(int), plant_last(), plant_text(int),
    running_plant(int, text), plant_stations() from public;
grant execute on function publish_plant(text, text, text, text, int) to lineside_admin;
grant execute on function plant_versions(int), plant_last(), plant_text(int), plant_stations()
    to lineside_admin, lineside_station;
grant execute on function running_plant(int, text) to lineside_station;
