#!/bin/sh
# synchronous.sh on|off, on the primary. on: nothing is "shared" before the standby has it. off: degrade, on purpose:
# what is shared from now on is on this server only, and is lost for good with its disk (stations send it again).
# shellcheck source=packaging/postgres/pair.sh
. "$(dirname "$0")/pair.sh"
check_settings

[ "$(own_role)" = primary ] || fail "This server is not the primary." "Run it on the other one."
case ${1:-} in
    on)
        [ "$(sql -c "select 1 from pg_stat_replication where application_name = '$PEER_NODE' and state = 'streaming'")" ] ||
            fail "$PEER_NODE does not follow: every commit would wait." "Bring it back first: make-standby.sh or rejoin.sh there."
        sql -c "alter system set synchronous_standby_names = '$PEER_NODE'" -c "select pg_reload_conf()" >/dev/null
        until_true "$PEER_NODE did not become synchronous." \
            "select exists (select from pg_stat_replication where application_name = '$PEER_NODE' and sync_state = 'sync')"
        say "Nothing is shared before $PEER_NODE has it."
        ;;
    off)
        sql -c "alter system reset synchronous_standby_names" -c "select pg_reload_conf()" >/dev/null
        until_true "The setting was not taken over." "select current_setting('synchronous_standby_names') = ''"
        say "Degraded: what is shared from now on is on $NODE only. Bring $PEER_NODE back, then: synchronous.sh on"
        ;;
    *) fail "Say on or off." ;;
esac
