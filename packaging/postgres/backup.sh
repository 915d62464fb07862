#!/bin/sh
# backup.sh FOLDER: a base backup of this server, primary or standby, into FOLDER/<UTC time>, and its check. Prints where it is.
# shellcheck source=packaging/postgres/pair.sh
. "$(dirname "$0")/pair.sh"
check_settings

[ -n "${1:-}" ] || fail "Say into which folder." "backup.sh /backup/lineside"
target=$1/$(date -u +%Y%m%dT%H%M%SZ)
mkdir -p "$1"
"$PGBIN/pg_basebackup" -D "$target" -h "$SOCKET_DIR" -p "$PORT" -U postgres -w -X stream --checkpoint=fast
"$PGBIN/pg_verifybackup" -q "$target"
say "$target"
