# shellcheck shell=sh
# What the scripts beside it have in common: the settings of this server and its peer, and how to ask either.
# Sourced, never run. It changes nothing by itself. The settings are explained in pair.conf.example.

set -eu
umask 077

LINESIDE_PG_CONF=${LINESIDE_PG_CONF:-/etc/lineside/postgres.conf}
if [ -f "$LINESIDE_PG_CONF" ]; then
    # shellcheck source=/dev/null
    . "$LINESIDE_PG_CONF"
fi

PGVERSION=${PGVERSION:-15}
CLUSTER=${CLUSTER:-main}
PGBIN=${PGBIN:-/usr/lib/postgresql/$PGVERSION/bin}
PGDATA=${PGDATA:-/var/lib/postgresql/$PGVERSION/$CLUSTER}
DEBIAN_DIR=/etc/postgresql/$PGVERSION/$CLUSTER
if [ -z "${CONF_DIR:-}" ]; then
    if [ -f "$DEBIAN_DIR/postgresql.conf" ]; then CONF_DIR=$DEBIAN_DIR; else CONF_DIR=$PGDATA; fi
fi
SOCKET_DIR=${SOCKET_DIR:-/var/run/postgresql}
LOCAL_AUTH=${LOCAL_AUTH:-peer}
LISTEN=${LISTEN:-*}
PORT=${PORT:-5432}
PEER_PORT=${PEER_PORT:-5432}
DATABASE=${DATABASE:-lineside}
REPLICA=${REPLICA:-lineside_replica}
PASSFILE=${PASSFILE:-/var/lib/postgresql/lineside.pgpass}
TLS=${TLS:-on}
TLS_CERT=${TLS_CERT:-}
TLS_KEY=${TLS_KEY:-}
TLS_CA=${TLS_CA:-}
ARCHIVE=${ARCHIVE:-}
SLOT_WAL=${SLOT_WAL:-20GB}
KEPT_WAL=${KEPT_WAL:-2GB}
MAX_CONNECTIONS=${MAX_CONNECTIONS:-300}
INIT_OPTIONS=${INIT_OPTIONS:-}
COPY_OPTIONS=${COPY_OPTIONS:-}
SERVER_LOG=${SERVER_LOG:-$PGDATA/../$CLUSTER.log}
WAIT_S=${WAIT_S:-60}
export PGCONNECT_TIMEOUT=3

say() { printf '%s\n' "$*"; }

# fail SENTENCE WHAT_TO_DO
fail() {
    printf '%s\n%s\n' "$1" "${2:-}" >&2
    exit 1
}

need() {
    for name in "$@"; do
        eval "value=\${$name:-}"
        [ -n "$value" ] || fail "$name is not set." "Write it into $LINESIDE_PG_CONF (see pair.conf.example)."
    done
}

check_settings() {
    need NODE PEER_NODE PEER_HOST STATIONS_NET PEER_NET
    [ "$(id -u)" -ne 0 ] || fail "PostgreSQL does not run as root." "Run it as the server's account: sudo -u postgres $0"
    [ -x "$PGBIN/postgres" ] || fail "There is no PostgreSQL in $PGBIN." "apt-get install postgresql, or set PGBIN."
    for name in "$NODE" "$PEER_NODE"; do
        case $name in *[!a-z0-9_]*) fail "$name can't name a server." "Use a-z, 0-9 and _." ;; esac
    done
    case "$PGDATA$CONF_DIR$PASSFILE$ARCHIVE$TLS_CERT$TLS_KEY$TLS_CA$SOCKET_DIR$PEER_HOST$REPLICA$DATABASE" in
        *[\'\"\\\ ]*) fail "A path or a name has a quote, a backslash or a space in it." "Choose another." ;;
    esac
    case $TLS in
        on) need TLS_CERT TLS_KEY TLS_CA ;;
        off) case $LISTEN in
            127.0.0.1 | ::1 | localhost) ;;
            *) fail "TLS=off is only for a server that listens on loopback." "Set TLS_CERT, TLS_KEY and TLS_CA." ;;
        esac ;;
        *) fail "TLS is on or off, not $TLS." ;;
    esac
}

# The server on this machine, as its superuser through the socket. The statements come from stdin or -c.
sql() { "$PGBIN/psql" -XAtq -v ON_ERROR_STOP=1 -h "$SOCKET_DIR" -p "$PORT" -U postgres -d "${SQL_DB:-postgres}" "$@"; }

# How to reach the other server; the password is in $PASSFILE.
peer_conninfo() {
    printf 'host=%s port=%s user=%s passfile=%s application_name=%s' \
        "$PEER_HOST" "$PEER_PORT" "$REPLICA" "$PASSFILE" "$NODE"
    printf ' connect_timeout=3 keepalives_idle=2 keepalives_interval=1 keepalives_count=3 tcp_user_timeout=4000'
    if [ "$TLS" = on ]; then printf ' sslmode=verify-full sslrootcert=%s' "$TLS_CA"; fi
}

# "primary", "standby", or "" where the other server does not answer.
peer_role() {
    "$PGBIN/psql" -XAtqw -d "$(peer_conninfo) dbname=postgres" \
        -c "select case when pg_is_in_recovery() then 'standby' else 'primary' end" 2>/dev/null || true
}

# The same for this server.
own_role() { sql -c "select case when pg_is_in_recovery() then 'standby' else 'primary' end" 2>/dev/null || true; }

running() { "$PGBIN/pg_ctl" -D "$PGDATA" status >/dev/null 2>&1; }

start_server() {
    if [ -n "${START:-}" ]; then
        sh -c "$START"
    elif [ "$CONF_DIR" = "$DEBIAN_DIR" ]; then
        pg_ctlcluster "$PGVERSION" "$CLUSTER" start
    else
        "$PGBIN/pg_ctl" -D "$PGDATA" -l "$SERVER_LOG" -w -t "$WAIT_S" start >/dev/null
    fi
}

stop_server() {
    if [ -n "${STOP:-}" ]; then
        sh -c "$STOP"
    elif running; then
        "$PGBIN/pg_ctl" -D "$PGDATA" -m fast -w -t "$WAIT_S" stop >/dev/null
    fi
}

# until_true SENTENCE STATEMENT: wait until the statement says "t" on this server.
until_true() {
    waited=0
    while [ "$(sql -c "$2" 2>/dev/null || true)" != t ]; do
        [ "$waited" -lt "$((WAIT_S * 5))" ] || fail "$1" "See the server's log and $(dirname "$0")/check.sh."
        sleep 0.2
        waited=$((waited + 1))
    done
}

# The settings that both servers have; the connection to the peer counts only while this one is a standby.
write_settings() {
    mkdir -p "$CONF_DIR/conf.d"
    grep -qs "^include_dir *= *'conf.d'" "$CONF_DIR/postgresql.conf" ||
        printf "%s\n" "include_dir = 'conf.d'" >>"$CONF_DIR/postgresql.conf"
    {
        cat <<END
# Written by Lineside's scripts, at every make-primary, make-standby, rejoin and restore. Your own settings: another
# file in this folder whose name comes after this one's.
listen_addresses = '$LISTEN'
port = $PORT
unix_socket_directories = '$SOCKET_DIR'
max_connections = $MAX_CONNECTIONS
password_encryption = 'scram-sha-256'

# a commit is told once the standby shows it (while synchronous_standby_names names one: synchronous.sh)
synchronous_commit = remote_apply
wal_level = replica
wal_log_hints = on
max_wal_senders = 10
max_replication_slots = 10
max_slot_wal_keep_size = '$SLOT_WAL'
wal_keep_size = '$KEPT_WAL'
hot_standby = on
wal_sender_timeout = '5s'
wal_receiver_timeout = '5s'
wal_receiver_status_interval = '1s'
wal_retrieve_retry_interval = '1s'
primary_conninfo = '$(peer_conninfo)'
primary_slot_name = 'lineside_$NODE'

# nobody who is gone, or who left a transaction open, makes the others wait
idle_in_transaction_session_timeout = '10s'
tcp_keepalives_idle = 5
tcp_keepalives_interval = 2
tcp_keepalives_count = 3
tcp_user_timeout = 10000
client_connection_check_interval = '5s'
END
        if [ "$TLS" = on ]; then
            printf "\nssl = on\nssl_cert_file = '%s'\nssl_key_file = '%s'\nssl_ca_file = '%s'\n" \
                "$TLS_CERT" "$TLS_KEY" "$TLS_CA"
            printf "ssl_min_protocol_version = 'TLSv1.2'\n"
        else
            printf '\nssl = off\n'
        fi
        if [ -n "$ARCHIVE" ]; then
            printf "\narchive_mode = on\narchive_timeout = '60s'\n"
            printf "archive_command = 'if test -f %s/%%f; then cmp -s %%p %s/%%f; else cp %%p %s/.%%f && sync %s/.%%f && mv %s/.%%f %s/%%f; fi'\n" \
                "$ARCHIVE" "$ARCHIVE" "$ARCHIVE" "$ARCHIVE" "$ARCHIVE" "$ARCHIVE"
            printf "restore_command = 'cp %s/%%f %%p'\n" "$ARCHIVE"
        else
            printf "\narchive_mode = off\nrestore_command = ''\n"
        fi
    } >"$CONF_DIR/conf.d/lineside.conf"
}

# Who may come in: our rows come first in pg_hba.conf, between two marks; what else is in there stays.
write_access() {
    hba=$CONF_DIR/pg_hba.conf
    if [ "$TLS" = on ]; then kind=hostssl; else kind=host; fi
    {
        printf '# lineside: begin (written by its scripts)\n'
        printf 'local all postgres %s\n' "$LOCAL_AUTH"
        printf 'local replication postgres %s\n' "$LOCAL_AUTH"
        for net in $STATIONS_NET; do
            printf '%s %s +lineside_station,+lineside_person,+lineside_reader,+lineside_admin %s scram-sha-256\n' \
                "$kind" "$DATABASE" "$net"
        done
        for net in $PEER_NET; do
            printf '%s replication %s %s scram-sha-256\n' "$kind" "$REPLICA" "$net"
            printf '%s postgres %s %s scram-sha-256\n' "$kind" "$REPLICA" "$net"
        done
        printf 'host all %s all reject\n' "$REPLICA"
        printf '# lineside: end\n'
        sed '/^# lineside: begin/,/^# lineside: end/d' "$hba" 2>/dev/null || true
    } >"$hba.new"
    mv "$hba.new" "$hba"
}

# This server's data is a copy of the peer's: let it follow the peer, and wait for the first byte.
follow_peer() {
    touch "$PGDATA/standby.signal"
    rm -f "$PGDATA/recovery.signal"
    write_settings
    write_access
    start_server
    sql -c "alter system reset synchronous_standby_names" # it came with the copy
    until_true "The standby does not follow $PEER_NODE." \
        "select exists (select from pg_stat_wal_receiver where status = 'streaming')"
}

# The place in the primary's log that is kept for the peer.
make_slot() {
    sql >/dev/null <<END
select pg_create_physical_replication_slot('lineside_$PEER_NODE', true)
where not exists (select from pg_replication_slots where slot_name = 'lineside_$PEER_NODE');
END
}
