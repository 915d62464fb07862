#!/bin/sh
# How the pair stands, a line each; exit 0 where all is well, 1 where somebody must act. For a person and for monitoring.
# shellcheck source=packaging/postgres/pair.sh
. "$(dirname "$0")/pair.sh"
check_settings

bad=0
good() { printf 'ok    %s\n' "$*"; }
wrong() {
    printf 'ACT   %s\n' "$*"
    bad=1
}

role=$(own_role)
other=$(peer_role)
case $role:$other in
    :*) wrong "$NODE does not run (or not for this account). See its log." ;;
    primary:primary) wrong "both servers are primaries. Stop the one with the lower timeline, then rejoin.sh there." ;;
    standby:standby) wrong "both servers are standbys: nothing can be shared. promote.sh on the one with the later log." ;;
    *:) wrong "$NODE is the $role, $PEER_NODE does not answer." ;;
    *) good "$NODE is the $role, $PEER_NODE the $other." ;;
esac
if [ -n "$role" ]; then
    timeline=$(sql -c "select coalesce((select received_tli from pg_stat_wal_receiver), timeline_id) from pg_control_checkpoint()")
    good "timeline $timeline, PostgreSQL $(sql -c "show server_version")"
    names=$(sql -c "show synchronous_standby_names")
fi
if [ "$role" = primary ]; then
    state=$(sql -c "select sync_state || ', ' || coalesce(round(extract(epoch from replay_lag), 3), 0) || ' s behind'
                    from pg_stat_replication where application_name = '$PEER_NODE' and state = 'streaming'")
    case $names:$state in
        :) wrong "nobody follows, and nothing waits for a standby: what is shared is on $NODE only." ;;
        :*) wrong "degraded: $PEER_NODE follows ($state), but nothing waits for it. synchronous.sh on" ;;
        *:) wrong "commits wait for $names, which does not follow: nothing is shared. Bring it back, or synchronous.sh off" ;;
        *:sync*) good "commits wait for $PEER_NODE ($state)." ;;
        *) wrong "commits wait for $names, but $PEER_NODE is $state." ;;
    esac
    waiting=$(sql -c "select count(*) from pg_stat_activity where wait_event = 'SyncRep'")
    if [ "$waiting" -eq 0 ]; then good "no commit waits."; else printf 'note  %s commits wait for the standby.\n' "$waiting"; fi
    slots=$(sql -c "select string_agg(slot_name || ' ' || coalesce(wal_status, '?') || ' ' ||
                    coalesce(pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)), '?'), '; ')
                    from pg_replication_slots")
    case $slots in
        *lost*) wrong "a slot lost its place ($slots): make-standby.sh --replace on the standby." ;;
        *) good "log kept for the standby: ${slots:-none}." ;;
    esac
fi
if [ "$role" = standby ]; then
    [ "$(sql -c "select count(*) from pg_stat_wal_receiver where status = 'streaming'")" = 1 ] && good "it follows." ||
        wrong "it does not follow $PEER_NODE."
    [ -z "$names" ] && good "promoted, it would wait for nobody." ||
        wrong "promoted by hand, it would wait for $names. Promote it with promote.sh only."
fi
if [ -n "$role" ] && [ -n "$ARCHIVE" ]; then
    failing=$(sql -c "select last_failed_wal from pg_stat_archiver
                      where last_failed_time > coalesce(last_archived_time, '-infinity')")
    if [ -z "$failing" ]; then good "the archive takes the log."; else wrong "the archive does not take $failing: see $ARCHIVE."; fi
fi
exit "$bad"
