#!/bin/sh
# May this server start? No (exit 1) where it would be a second primary. For ExecStartPre of its systemd unit.
# shellcheck source=packaging/postgres/pair.sh
. "$(dirname "$0")/pair.sh"
check_settings

if [ ! -f "$PGDATA/standby.signal" ] && [ "$(peer_role)" = primary ]; then
    fail "$PEER_NODE is the primary now." "Bring this one back as its standby: rejoin.sh"
fi
