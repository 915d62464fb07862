#!/bin/sh
# Make this server the primary of the plant's pair. Safe to repeat. Nothing waits for a standby yet: synchronous.sh on.
# shellcheck source=packaging/postgres/pair.sh
. "$(dirname "$0")/pair.sh"
check_settings

[ "$(peer_role)" != primary ] || fail "$PEER_NODE is a primary already." "Make this one its standby: make-standby.sh"
if [ ! -f "$PGDATA/PG_VERSION" ]; then
    # shellcheck disable=SC2086 # several options
    "$PGBIN/initdb" -D "$PGDATA" -U postgres -E UTF8 --locale=C --data-checksums --no-instructions \
        --auth-local="$LOCAL_AUTH" --auth-host=scram-sha-256 $INIT_OPTIONS >/dev/null
fi
[ ! -f "$PGDATA/standby.signal" ] || fail "This server is a standby." "To make it the primary: promote.sh"

if [ ! -f "$PASSFILE" ]; then
    printf '*:*:*:%s:%s\n' "$REPLICA" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" >"$PASSFILE"
fi
secret=$(awk -F: -v who="$REPLICA" '$4 == who { print $5 }' "$PASSFILE")
[ -n "$secret" ] || fail "$PASSFILE has no password of $REPLICA." "Delete the file, or add: *:*:*:$REPLICA:PASSWORD"
case $secret in *[!A-Za-z0-9]*) fail "The password in $PASSFILE has more than letters and digits." "Choose another." ;; esac

write_settings
write_access
if running; then stop_server; fi
start_server
sql >/dev/null <<END
set log_statement = 'none';
set log_min_duration_statement = -1;
set log_min_error_statement = 'panic';
do \$\$ begin
    if not exists (select from pg_roles where rolname = '$REPLICA') then create role $REPLICA; end if;
end \$\$;
alter role $REPLICA login replication password '$secret';
grant execute on function pg_ls_dir(text, boolean, boolean), pg_stat_file(text, boolean),
    pg_read_binary_file(text), pg_read_binary_file(text, bigint, bigint, boolean) to $REPLICA;
END
make_slot
if [ -z "$(sql -c "select 1 from pg_database where datname = '$DATABASE'")" ]; then
    sql -c "create database $DATABASE"
fi
say "$NODE is the primary, on port $PORT, and waits for no standby."
say "Next: copy $PASSFILE to $PEER_NODE (mode 0600), run make-standby.sh there, then here: synchronous.sh on"
