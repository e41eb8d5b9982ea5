#!/bin/sh
# What anomalyctl silence says is honoured by the daemon that runs.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"
anomalyctl=$ANOMALY_BUILDDIR/anomalyctl

soon_settings >"$work/anomaly.cfg"
{
  fed_by_socket silence
  anomaly_with "$work/anomaly.cfg"
} | configuration silence
log=$work/silence.log
database=$work/silence/anomaly.db
begin=$(($(date +%s) - 3000))
odd=$((begin + 2000))

start silence
"$anomalyctl" silence add 'web*' --for 1h --database "$database" >"$work/added.log" 2>&1
check "a silence is added while the daemon runs" [ $? = 0 ]
flush silence anomaly
check "the daemon knows of it" try_for 10 value_is silence silence/anomaly/gauge-silences 'v == 1'
for host in web1 other; do
  usual $host $begin 200 | feed silence
  put $host $odd 104 | feed silence
done
check "another host is told of" try_for 10 said "$log" 'severity = WARNING, host = other'
check "the silenced one is counted" try_for 10 value_is silence silence/anomaly/gauge-incidents_open 'v == 2'
check "and not told of" not said "$log" 'host = web1'

"$anomalyctl" silence remove 1 --database "$database"
check "it is removed again" [ $? = 0 ]
flush silence anomaly
check "the daemon knows of that" try_for 10 value_is silence silence/anomaly/gauge-silences 'v == 0'
put web1 $((odd + 10)) 104 | feed silence
check "what goes on is told now" try_for 10 said "$log" 'severity = WARNING, host = web1'
check "SIGTERM ends it" stop "$daemon"
check "nothing went wrong" no_trouble "$log"
finish
