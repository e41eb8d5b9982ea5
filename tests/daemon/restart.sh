#!/bin/sh
# What was learned, and an open alarm, outlive the daemon: stopped, and killed.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"

soon_settings >"$work/anomaly.cfg"
{
  fed_by_socket restart
  exec_plugin restart
  anomaly_with "$work/anomaly.cfg"
} | configuration restart
log=$work/restart.log
database=$work/restart/anomaly.db
begin=$(($(date +%s) - 3000))
odd=$((begin + 2000))

notifications() {
  grep -c 'Notification: ' "$log"
}

# again: another daemon with the same database, once the last one has ended
again() {
  rm -f "$log" "$work/restart.sock"
  start restart
  check "what was learned is read" try_for 10 said "$log" 'metrics that go on where they were: [1-9]'
}

start restart
check "the database is in BaseDir" [ -f "$database" ]
check "and for its owner only" [ "$(stat -c %a "$database")" = 600 ]
usual web1 $begin 200 | feed restart
put web1 $odd 104 | feed restart
check "an alarm is told" try_for 10 said "$log" 'severity = WARNING'
flush restart anomaly
check "a reader sees the baseline" number_is \
  "SELECT sample_count FROM baselines WHERE host = 'web1' AND metric = 'test-0/gauge-a'" 201
check "the checkpoint is counted" try_for 5 value_is restart restart/anomaly/gauge-checkpoint_age 'v < 30'
check "SIGTERM ends it" stop "$daemon"
check "nothing went wrong" no_trouble "$log"

again
put web1 $((odd + 10)) 104 | feed restart
flush restart anomaly
check "the same alarm is not told again" [ "$(notifications)" -eq 0 ]
check "it is still open" try_for 10 value_is restart restart/anomaly/gauge-incidents_open 'v == 1'
usual web1 $((odd + 20)) 40 | feed restart
flush restart anomaly
check "its end is told" try_for 10 said "$log" 'severity = OKAY, host = web1, .*usual again'
check "once" [ "$(notifications)" -eq 1 ]
check "people can read of it" number_is "SELECT count(*) FROM incidents
  JOIN incident_members ON id = incident WHERE incidents.host = 'web1' AND metric = 'test-0/gauge-a'
  AND change = 'ended' AND told = 1 AND severity = 'warning' AND ended > seen AND state IS NULL
  AND open = 0" 1
check "and what each value said" number_is "SELECT count(*) FROM anomalies
  JOIN incident_members USING (episode) WHERE anomalies.host = 'web1' AND value = 104
  AND detectors = 1 AND agree = 1 AND anomalies.leading = 'zscore'" 2
kill -9 "$daemon"
wait "$daemon" 2>/dev/null

again
put web1 $((odd + 500)) 104 | feed restart
check "it knows what is usual after a kill" try_for 10 said "$log" 'severity = WARNING, host = web1'
kill -9 "$daemon"
wait "$daemon" 2>/dev/null

echo "this is no database at all, but it is long enough to be taken for one" >"$database"
rm -f "$database-wal" "$database-shm" "$log" "$work/restart.sock"
start restart
check "a damaged file is told" try_for 10 said "$log" 'the database was damaged; it is kept as .*damaged-'
check "a new one is begun" number_is "SELECT count(*) FROM meta" 1
check "it is fine" try_for 10 value_is restart restart/anomaly/gauge-database_fault 'v == 0'
check "SIGTERM ends that, too" stop "$daemon"
finish
