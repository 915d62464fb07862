-- Functions are everybody's by default: not here. Nobody gets a table.

revoke all on all functions in schema lineside from public;
revoke all on all tables in schema lineside from public;
revoke all on schema lineside from public;

grant usage on schema lineside to lineside_station, lineside_person, lineside_reader, lineside_admin;
grant execute on function
    append(jsonb), take_duty(int), leave_duty(), attend(text, text, boolean), stations_seen()
to lineside_station;
grant execute on function settings() to lineside_station, lineside_admin;
grant execute on function feed(bigint, int), status() to lineside_station, lineside_person, lineside_admin;
grant execute on function prove(text), sign(text, text, text, text, text) to lineside_person;
grant execute on function
    join_station(text, text, bigint), put_person(text, text, text[]), remove_person(text), people(), stations(),
    set_second_person(text, boolean)
to lineside_admin;
