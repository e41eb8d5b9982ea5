#!/bin/sh
# A metric that stops arriving is told, and its return; a host, once.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"

cat >"$work/anomaly.cfg" <<END
detectors = ( { name = "missing"; intervals = 3; minimum = "2s"; } );
warmup = "10s";
incident_delay = 2;
rules = ();
END
{
  echo "Timeout 2"
  fed_by_socket missing
  exec_plugin missing
  anomaly_with "$work/anomaly.cfg"
} | configuration missing

start missing
now=$(date +%s)
usual web1 $((now - 60)) 61 1 | feed missing
check "silence is told" try_for 20 told missing '^Severity: (WARNING|FAILURE)$' '^Host: web1$' \
  '^CurrentValue: -?nan$' '^AnomalyType: missing$' '^Detectors: missing$' 'sends no values'
check "the incident is open" try_for 10 value_is missing missing/anomaly/gauge-incidents_open 'v == 1'
put web1 "$(date +%s)" 100 1 | feed missing
check "its return is told" try_for 10 told missing '^Severity: OKAY$' '^Host: web1$' \
  '^AnomalyType: missing$' '^Duration: [0-9]+$'

# A host of three metrics falls silent while another one goes on.
now=$(date +%s)
for metric in a b c; do
  usual web2 $((now - 60)) 61 1 | sed "s/gauge-a/gauge-$metric/"
done | feed missing
silent=$(date +%s)
while [ "$(($(date +%s) - silent))" -lt 14 ]; do
  put web3 "$(date +%s)" 100 1 | feed missing
  sleep 1
done
check "a silent host is one notification" try_for 10 told missing '^Severity: (WARNING|FAILURE)$' \
  '^Host: web2$' '^Members: 3$' 'web2 sends no values since .*: 3 of its 3 metrics are silent'
check "and no more" [ "$(grep -c 'severity = WARNING, host = web2' "$work/missing.log")" -eq 1 ]
check "SIGTERM ends it" stop "$daemon"
check "nothing went wrong" no_trouble "$work/missing.log"
finish
