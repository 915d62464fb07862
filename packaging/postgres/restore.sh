#!/bin/sh
# restore.sh BACKUP [UTC_TIME]: make this server the primary from a backup and, where there is one, the archived log: up
# to its end, or up to a time ("2026-11-22 14:03:00+00"). What is here is moved aside.
# shellcheck source=packaging/postgres/pair.sh
. "$(dirname "$0")/pair.sh"
check_settings

backup=${1:-}
[ -f "$backup/PG_VERSION" ] || fail "${backup:-Nothing} is no base backup." "restore.sh BACKUP [UTC_TIME]"
case ${2:-} in *[!0-9:.+\ -]*) fail "$2 is no time." "Write it so: 2026-11-22 14:03:00+00" ;; esac
[ "$(peer_role)" != primary ] || fail "$PEER_NODE runs as the primary." "Stop it first, or copy from it: make-standby.sh"
"$PGBIN/pg_verifybackup" -q "$backup"
stop_server
if [ -e "$PGDATA" ]; then
    aside=$PGDATA.before-$(date -u +%Y%m%dT%H%M%SZ)
    mv "$PGDATA" "$aside"
    say "What was here is in $aside. Delete it once all is well."
fi
cp -R "$backup" "$PGDATA"
rm -f "$PGDATA/standby.signal" "$PGDATA/postmaster.pid"
write_settings
write_access
{ # the last line of a setting counts; a new timeline tells the stations that this is another history
    printf "synchronous_standby_names = ''\nrecovery_target_action = 'promote'\n"
    [ -n "$ARCHIVE" ] || printf "restore_command = 'false'\n"
    [ -z "${2:-}" ] || printf "recovery_target_time = '%s'\n" "$2"
} >>"$PGDATA/postgresql.auto.conf"
touch "$PGDATA/recovery.signal"
start_server
until_true "The restore did not end." "select not pg_is_in_recovery()"
for name in synchronous_standby_names recovery_target_action recovery_target_time restore_command; do
    sql -c "alter system reset $name"
done
sql -c "select pg_reload_conf()" >/dev/null
make_slot
say "$NODE is the primary, restored. Stations send again by themselves what the backup lacks."
say "Next: make-standby.sh --replace on $PEER_NODE, then here: synchronous.sh on"
