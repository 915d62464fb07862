#!/bin/sh
# make-standby.sh [--replace]: copy the primary to this server and follow it. --replace: what is here is moved aside.
# shellcheck source=packaging/postgres/pair.sh
. "$(dirname "$0")/pair.sh"
check_settings

[ -f "$PASSFILE" ] || fail "There is no $PASSFILE." "Copy it from $PEER_NODE, mode 0600."
[ "$(peer_role)" = primary ] || fail "$PEER_NODE does not answer as a primary." "Run make-primary.sh there; see its log."
if [ -e "$PGDATA/PG_VERSION" ]; then
    [ "${1:-}" = --replace ] || fail "There is data in $PGDATA." "If it may go: make-standby.sh --replace"
    stop_server
    aside=$PGDATA.before-$(date -u +%Y%m%dT%H%M%SZ)
    mv "$PGDATA" "$aside"
    say "What was here is in $aside. Delete it once all is well."
fi

# shellcheck disable=SC2086 # several options
"$PGBIN/pg_basebackup" -D "$PGDATA" -d "$(peer_conninfo)" -w -X stream --slot="lineside_$NODE" --checkpoint=fast \
    $COPY_OPTIONS
follow_peer
say "$NODE follows $PEER_NODE. Next, on $PEER_NODE: synchronous.sh on"
