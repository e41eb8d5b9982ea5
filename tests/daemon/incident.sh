#!/bin/sh
# A crafted series through the socket: the alarm, its escalation and the
# all-clear reach the log and an exec handler, with their metadata. One write
# thread keeps the values in order.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"

{
  soon_settings
  echo 'rules = ( { plugin = "test"; publish_score = true; } );'
} >"$work/anomaly.cfg"
{
  fed_by_socket incident
  exec_plugin incident
  anomaly_with "$work/anomaly.cfg"
} | configuration incident
log=$work/incident.log
begin=1700000000
odd=$((begin + 2000))

start incident
usual web1 $begin 200 | feed incident
put web1 $odd 104 | feed incident
check "a WARNING is in the log" try_for 10 said "$log" \
  'severity = WARNING, host = web1, plugin = test, plugin_instance = 0, type = gauge, type_instance = a, message = test-0/gauge-a 104 is .*above its usual'
check "the exec handler got it" try_for 10 told incident \
  '^Severity: WARNING$' "^Time: $odd.000$" '^Host: web1$' '^Plugin: test$' '^PluginInstance: 0$' \
  '^Type: gauge$' '^TypeInstance: a$' '^Metric: web1/test-0/gauge-a$' '^DataSource: value$' '^CurrentValue: 1\.04' \
  '^WarningMin: 9\.[0-9]*e\+01$' '^WarningMax: 1\.0[0-9]*e\+02$' '^FailureMin: -?nan$' \
  '^FailureMax: -?nan$' '^AnomalyScore: [5-7]\.[0-9]*e-01$' '^Confidence: 1' \
  '^Expected: (1\.00|9\.99)' '^AnomalyType: spike$' '^Detectors: zscore$' \
  "^StartTime: $odd$" '^IncidentId: [0-9a-f]{16}$' '^Members: 1$' \
  '^test-0/gauge-a 104 is .*above its usual .*score 0\.[5-7].*agree.*since'

put web1 $((odd + 10)) 160 | feed incident
check "it becomes a FAILURE" try_for 10 told incident '^Severity: FAILURE$' \
  "^Time: $((odd + 10)).000$" "^StartTime: $odd$" '^FailureMax: 1\.0' '160 is far above'
check "the incident is open" try_for 10 value_is incident incident/anomaly/gauge-incidents_open 'v == 1'
check "the score is published" try_for 10 \
  value_is incident web1/anomaly-test-0/gauge-gauge-a 'v >= 0.8 && v <= 1'

usual web1 $((odd + 20)) 40 | feed incident
if [ -n "$(command -v collectdctl)" ]; then
  check "collectdctl can flush" collectdctl -s "$work/incident.sock" flush plugin=anomaly
else
  check "the socket can flush" flush incident anomaly
fi
check "the all-clear is there as soon as it is flushed" said "$log" \
  'severity = OKAY, host = web1, .*usual again.* after .*peak 160'
check "the exec handler got it, too" try_for 10 told incident '^Severity: OKAY$' \
  '^DataSource: value$' "^StartTime: $odd$" '^Duration: [1-9][0-9]*$' '^PeakValue: 1\.6' \
  '^PeakScore: [89]\.'
check "three notifications, not a storm" [ "$(grep -c 'Notification: ' "$log")" -eq 3 ]
check "only the one metric is watched" value_is incident incident/anomaly/gauge-metrics 'v == 1'
check "nothing is open" try_for 10 value_is incident incident/anomaly/gauge-incidents_open 'v == 0'

put web1 $odd 100 | feed incident
check "a late value is counted" try_for 10 value_is incident incident/anomaly/derive-values_refused_late 'v > 0'

stop "$daemon"
check "SIGTERM ends it" [ $? -eq 0 ]
grep -v 'uc_update: Value too old' "$log" >"$work/rest"
check "nothing went wrong" no_trouble "$work/rest"

# Without exec: once it is shut down, its own threads still look at its freed list
# of programs, and collectd may crash where a handler was started in its last moment.
{
  fed_by_socket last
  anomaly_with "$work/anomaly.cfg"
} | configuration last
start last
usual web1 $begin 200 | feed last
put web1 $odd 160 | feed last
stop "$daemon"
check "SIGTERM ends it at once after an alarm" [ $? -eq 0 ]
check "an alarm of the last moment is told before the handlers go" \
  [ "$(grep -c 'severity = FAILURE' "$work/last.log")" -eq 1 ]
check "nothing went wrong then" no_trouble "$work/last.log"
finish
