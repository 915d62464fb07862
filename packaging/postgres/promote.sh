#!/bin/sh
# promote.sh [--fenced], on the standby: make it the primary. Refused while the other one answers as a primary, unless
# --fenced says that no station can reach that one any more. Safe to repeat.
# shellcheck source=packaging/postgres/pair.sh
. "$(dirname "$0")/pair.sh"
check_settings

role=$(own_role)
[ -n "$role" ] || fail "This server does not run." "Start it first; see its log."
if [ "$role" = standby ] && [ "${1:-}" != --fenced ] && [ "$(peer_role)" = primary ]; then
    fail "$PEER_NODE still runs as the primary: two would split the plant." \
        "Stop it there, or cut it off and say: promote.sh --fenced"
fi
# before it takes writes: the copy brought the primary's setting, and every commit would wait for a standby there is not
sql -c "alter system reset synchronous_standby_names" -c "select pg_reload_conf()" >/dev/null
until_true "The setting was not taken over." "select current_setting('synchronous_standby_names') = ''"
if [ "$role" = standby ]; then
    [ "$(sql -c "select pg_promote(true, $WAIT_S)")" = t ] || fail "It was not promoted." "See its log."
fi
make_slot
sql -c checkpoint # what rejoin.sh on the other one looks for
say "$NODE is the primary and waits for no standby. Stations find it by themselves."
say "Next, on $PEER_NODE once its machine is well: rejoin.sh; then here: synchronous.sh on"
