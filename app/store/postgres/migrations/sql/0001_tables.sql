-- The plant's log and what its append function needs to judge an operation. Owned by lineside_owner; nobody else has a
-- privilege on any table here: everything goes through the functions.

create table kind (
    kind text primary key,
    strict boolean not null,
    signed boolean not null,
    any_line boolean not null,
    second_person boolean not null default false
);
comment on table kind is 'What an operation may be: strict ones collide, signed ones need an electronic signature.';
comment on column kind.any_line is 'Whoever sees it may say it: also people who work on other lines.';
comment on column kind.second_person is 'A setting of the plant: a second person must sign too.';

create table permission (
    kind text not null references kind,
    role text not null,
    primary key (kind, role)
);
comment on table permission is 'Whose role allows which kind; "program" is Lineside itself.';

create table person (
    person text primary key check (person <> '' and person <> 'lineside'),
    full_name text not null check (full_name <> ''),
    lines text[] not null default '{}',
    active boolean not null default true
);
comment on column person.lines is 'The lines that the person works on; empty: every line.';

create table station (
    name text primary key check (name <> ''),
    login text not null unique,
    last_seq bigint not null default 0,
    last_hash text not null default repeat('0', 64),
    joined_at timestamptz not null default now(),
    history_until bigint not null default 0,
    seen_at timestamptz
);
comment on column station.seen_at is 'When it last asked, to about half a minute; null: it never did.';
comment on column station.history_until is 'What it had before it joined: up to this number nobody has to prove anything.';

create table proof (
    person text not null references person,
    station text not null references station,
    proven_at timestamptz not null,
    primary key (person, station)
);
comment on table proof is 'Who has shown their password at which station, last.';

create table signature (
    id text primary key default gen_random_uuid()::text,
    person text not null references person,
    station text not null references station,
    full_name text not null,
    kind text not null references kind,
    stream text not null,
    meaning text not null check (meaning <> ''),
    shown text not null,
    signed_at timestamptz not null default clock_timestamp(),
    used_by text
);
comment on column signature.shown is 'SHA-256 of what was on the screen.';
comment on column signature.used_by is 'The operation that it stands in; a signature is good for one.';

create table operation (
    place bigint primary key,
    opid text not null unique,
    station text not null references station,
    seq bigint not null,
    person text not null,
    kind text not null references kind,
    stream text not null,
    base_version bigint not null,
    strand text not null,
    base_opid text not null,
    payload text not null,
    cause text not null,
    source_at text not null,
    recorded_at text not null,
    monotonic_ns bigint not null,
    prev_hash text not null,
    hash text not null,
    outcome text not null check (outcome in ('applied', 'refused', 'duplicate')),
    reason text not null,
    version bigint not null,
    server_at timestamptz not null,
    place_hash text not null,
    unique (station, seq)
);
create index operation_stream on operation (stream, place);
comment on table operation is 'The plant''s log: append-only, in commit order, chained twice (hash, place_hash).';

create table head (
    single boolean primary key default true check (single),
    place bigint not null default 0,
    place_hash text not null default repeat('0', 64)
);
insert into head default values;
comment on table head is 'One row. Whoever appends has it locked: places are gap-free and in the order of commits.';

create table stream (
    stream text primary key,
    version bigint not null,
    line text
);

create table strand (
    strand text primary key,
    tip text not null
);
comment on table strand is 'The last strict operation of each strand: a strict one is taken only on top of it.';

create table occurrence (
    key text primary key,
    stream text not null,
    opid text not null,
    cause text not null
);
comment on table occurrence is 'Which case a machine''s event belongs to: the first that came has it.';

create table occurrence_seen (
    key text not null references occurrence,
    station text not null references station,
    opid text not null primary key,
    source_at timestamptz not null
);
create index occurrence_seen_key on occurrence_seen (key);
comment on table occurrence_seen is 'Every observation of a machine''s event, also those that came second.';

create table merged (
    stream text primary key,
    into_stream text not null,
    cause text not null
);
comment on table merged is 'Cases that were opened for an event which had one already.';
