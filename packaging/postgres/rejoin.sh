#!/bin/sh
# Bring a server that was the primary back as the standby of the one that took over. What it had and the other one did
# not is undone here; the stations have sent it to the new primary again. Safe to repeat.
# shellcheck source=packaging/postgres/pair.sh
. "$(dirname "$0")/pair.sh"
check_settings

[ "$(peer_role)" = primary ] || fail "$PEER_NODE does not answer as a primary." "Promote it first, or see its log."
stop_server
if ! "$PGBIN/pg_rewind" -D "$PGDATA" --config-file="$CONF_DIR/postgresql.conf" \
    ${ARCHIVE:+--restore-target-wal} --source-server="$(peer_conninfo) dbname=postgres"; then
    fail "It can't be rewound to what $PEER_NODE has." "Copy it anew: make-standby.sh --replace"
fi
follow_peer
say "$NODE follows $PEER_NODE. Next, on $PEER_NODE: synchronous.sh on"
