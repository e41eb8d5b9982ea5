#!/bin/sh
# Metrics judged together: several of a host at once, one host of several, and both over a restart.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"

cat >"$work/anomaly.cfg" <<END
detectors = ( { name = "limit"; failure_max = 500.0; } );
rules = ();
incident_delay = 0;
expire_after = "520w";
groups = (
  { name = "host"; members = ( { plugin = "/^(cpu|load|disk)$/"; } ); publish_score = true;
    timeout = "1w"; },
  { name = "web"; by = "metric"; detector = "peers"; members = ( { plugin = "apache"; } ); }
);
END
{
  fed_by_socket groups
  exec_plugin groups
  anomaly_with "$work/anomaly.cfg"
} | configuration groups
log=$work/groups.log
begin=1700000000
days=5

# rows FROM TO [HOST PLUGIN MORE]: of three hosts, one each 5 minutes; MORE is added where
# host and plugin match
rows() {
  awk -v from="$1" -v to="$2" -v begin=$begin -v odd_host="${3-}" -v odd="${4-}" -v more="${5-0}" '
    function noise(a, b, c,    x) {
      x = sin(a * 12.9898 + b * 78.233 + c * 37.719) * 43758.5453
      return x - int(x)
    }
    BEGIN {
      count = split("web1 web2 web3", host)
      metrics = split("cpu-0/gauge-user cpu-0/gauge-system load/gauge disk-sda/gauge-ops apache/gauge", metric)
      for (row = from; row < to; row++)
        for (h = 1; h <= count; h++)
          for (m = 1; m <= metrics; m++) {
            value = 100 + 2 * noise(row, h, m) + 2 * noise(row + .5, m, h)
            if (host[h] == odd_host && metric[m] ~ odd)
              value += more
            printf "PUTVAL \"%s/%s\" interval=300 %d:%.4f\n", host[h], metric[m], begin + 300 * row, value
          }
    }'
}

notifications() {
  grep -c 'Notification: ' "$log"
}

again() {
  rm -f "$log" "$work/groups.sock"
  start groups
  check "what was learned is read" try_for 10 said "$log" 'metrics that go on where they were: [1-9]'
}

start groups
usual=$((days * 288))
rows 0 $usual | feed groups
flush groups anomaly
check "each host is a group, and so is the metric of all" \
  try_for 10 value_is groups groups/anomaly/gauge-groups 'v == 4'
check "no member is left out" value_is groups groups/anomaly/gauge-group_columns_refused 'v == 0'
check "the metrics are counted without them" value_is groups groups/anomaly/gauge-metrics 'v == 15'
check "what is usual alarms nobody" [ "$(notifications)" -eq 0 ]
check "a score is published under the group's name" \
  try_for 10 value_is groups web1/anomaly-host/gauge-group 'v >= 0 && v < 0.5'

# ---- Several metrics of one host ----
rows "$usual" $((usual + 4)) web2 '^(cpu|load|disk)' 9 | feed groups
check "several metrics of a host at once alarm" try_for 20 told groups '^Host: web2$' \
  '^Plugin: anomaly$' '^PluginInstance: host$' '^Type: gauge$' '^TypeInstance: group$' \
  '^AnomalyType: group$' '^Detectors: host$' 'group host: several metrics are unusual at once: '
check "and name them, each with its decades" told groups '^Host: web2$' \
  '^Causes: .*cpu-0/gauge-user [0-9]' '^Causes: .*load/gauge [0-9]' '^Causes: .*disk-sda/gauge-ops [0-9]'
check "once" [ "$(notifications)" -eq 1 ]
check "SIGTERM ends it" stop "$daemon"
check "nothing went wrong" no_trouble "$log"

# ---- A restart ----
again
rows $((usual + 4)) $((usual + 6)) web2 '^(cpu|load|disk)' 9 | feed groups
flush groups anomaly
check "the alarm goes on over a restart" \
  try_for 10 value_is groups groups/anomaly/gauge-incidents_told_open 'v == 1'
check "and is not told again" [ "$(notifications)" -eq 0 ]
rows $((usual + 6)) $((usual + 30)) | feed groups
check "its end is told" try_for 20 said "$log" 'severity = OKAY, host = web2, .*group host is usual again'
check "once, too" [ "$(notifications)" -eq 1 ]

# ---- One host of several ----
rows $((usual + 30)) $((usual + 40)) web3 '^apache' 30 | feed groups
check "the host that differs is told of" try_for 20 told groups '^Host: web3$' '^Plugin: anomaly$' \
  '^PluginInstance: web$' '^TypeInstance: apache_gauge$' '^AnomalyType: peer$' \
  'group web of apache_gauge: differs from its peers: web3 [0-9]' '^Causes: web3 [0-9]'
kill -9 "$daemon"
wait "$daemon" 2>/dev/null

# ---- After a kill ----
again
rows $((usual + 42)) $((usual + 90)) | feed groups
check "after a kill the host's end is told" try_for 20 said "$log" 'severity = OKAY, host = web3, '
check "nothing went wrong, again" no_trouble "$log"
finish
