#!/bin/sh
# anomalyctl reads what collectd's own writers wrote: csv, rrdtool, write_prometheus.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"
anomalyctl=$ANOMALY_BUILDDIR/anomalyctl
# As old as an RRD file may be when it begins.
time=1700000000

# loads PLUGIN: it is there, with its libraries
loads() {
  [ -f "$system_plugins/$1.so" ] && ! ldd "$system_plugins/$1.so" | grep -q 'not found'
}

# rows FILE METRIC: timestamp,value of one metric
rows() {
  grep "^$2," "$1" | cut -d, -f2,3
}

# same NAME EXPECTED ACTUAL: two files
same() {
  check "$1" cmp -s "$2" "$3"
  cmp -s "$2" "$3" || diff "$2" "$3" | head -n 10 | sed 's/^/# /'
}

free_port() {
  "$python" -c 'import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])'
}

# ---- Values that are known: csv and rrdtool ----
{
  # Several threads would write values in any order.
  fed_by_socket files
  echo "LoadPlugin csv"
  echo "<Plugin csv>"
  echo "  DataDir \"$work/csv\""
  echo "</Plugin>"
  if loads rrdtool; then
    echo "LoadPlugin rrdtool"
    echo "<Plugin rrdtool>"
    echo "  DataDir \"$work/rrd\""
    echo "  StepSize 10"
    echo "  HeartBeat 20"
    echo "  RRARows 100"
    echo "  RRATimespan 1000"
    echo "  RRATimespan 10000"
    echo "</Plugin>"
  fi
} | configuration files
start files
usual files $time 400 | tee "$work/put" | feed files
awk -v time=$time 'BEGIN {
  for (i = 0; i < 400; i++) {
    count = i < 300 ? 1000 + 20 * i : 20 * (i - 300)
    printf "PUTVAL \"files/test-0/derive-b\" interval=10 %d:%d\n", time + 10 * i, count
    if (i < 100 || i >= 110)
      printf "PUTVAL \"files/interface-eth0/if_octets\" interval=10 %d:%d:%d\n", \
        time + 10 * i, 50 * i, 70 * i
  }
}' | tee "$work/counted" | feed files
flush files csv
flush files rrdtool
check "SIGTERM ends it" stop "$daemon"

"$anomalyctl" history "$work/csv" >"$work/csv.out" 2>"$work/csv.err"
check "collectd's CSV files are read" [ $? = 0 ]
sed -n 's/.* \([0-9]*\):\([0-9.]*\)$/\1 \2/p' "$work/put" |
  awk '{ printf "%s,%.15g\n", $1, $2 }' >"$work/expected"
rows "$work/csv.out" files/test-0/gauge-a >"$work/actual"
same "gauges are what was put" "$work/expected" "$work/actual"
sed -n 's/.*derive-b.* \([0-9]*\):\([0-9]*\)$/\1,\2/p' "$work/counted" >"$work/expected"
rows "$work/csv.out" files/test-0/derive-b >"$work/actual"
same "counters are what was put" "$work/expected" "$work/actual"
check "one counter went back" said "$work/csv.err" "counters that went back: 1 "
sed -n 's/.*if_octets.* \([0-9]*\):[0-9]*:\([0-9]*\)$/\1,\2/p' "$work/counted" >"$work/expected"
rows "$work/csv.out" files/interface-eth0/if_octets:tx >"$work/actual"
same "the second of two data sources too" "$work/expected" "$work/actual"

if [ -z "$RRDTOOL" ]; then
  skip "RRD files are read" "rrdtool is not there"
elif ! loads rrdtool; then
  skip "RRD files are read" "collectd's rrdtool plugin is not there"
else
  fine=$((time + 3100))
  "$anomalyctl" history --since $fine "$work/rrd" >"$work/rrd.out" 2>"$work/rrd.err"
  check "RRD files are read" [ $? = 0 ]
  # A value stands for the step before it: in that RRD and we agree.
  sed -n 's/.* \([0-9]*\):\([0-9.]*\)$/\1 \2/p' "$work/put" |
    awk -v from=$fine '$1 >= from { printf "%s,%.8g\n", $1, $2 }' >"$work/expected"
  rows "$work/rrd.out" files/test-0/gauge-a |
    awk -F, '{ printf "%s,%.8g\n", $1, $2 }' >"$work/actual"
  same "the finest archive has each value" "$work/expected" "$work/actual"
  check "counters are rates" [ "$(rows "$work/rrd.out" files/test-0/derive-b | cut -d, -f2 | sort -u)" = 2 ]
  check "all data sources" \
    [ "$(rows "$work/rrd.out" files/interface-eth0/if_octets:tx | cut -d, -f2 | sort -u)" = 7 ]
  check "the step is told" [ "$(sed 1d "$work/rrd.out" | cut -d, -f5 | sort -u)" = 10 ]

  "$anomalyctl" history "$work/rrd" >"$work/rrd.out" 2>"$work/rrd.err"
  check "the coarser archive goes farther back" \
    [ "$(rows "$work/rrd.out" files/test-0/gauge-a | head -n 1 | cut -d, -f1)" -le $((time + 100)) ]
  check "its step is told" [ "$(sed 1d "$work/rrd.out" | cut -d, -f5 | sort -u)" = 100 ]
  check "and remarked" said "$work/rrd.err" "means over longer steps: 4 .*100 s in place of 10"
  check "what is unknown is a gap" said "$work/rrd.err" "gaps: no value came: [1-9]"
  "$anomalyctl" history "$work/rrd/files/interface-eth0/if_octets.rrd" >"$work/one.out" 2>&1
  check "one file has the identity of its place" said "$work/one.out" \
    "^files/interface-eth0/if_octets:rx,"
fi

# ---- Real readers, through Prometheus ----
if [ -z "$PROMETHEUS" ]; then
  skip "Prometheus is read" "prometheus is not there"
elif ! loads write_prometheus; then
  skip "Prometheus is read" "collectd's write_prometheus plugin is not there"
elif "$anomalyctl" history http://127.0.0.1:1/ 2>&1 | grep -q "built without"; then
  skip "Prometheus is read" "anomalyctl is built without libcurl or jansson"
else
  exported=$(free_port)
  served=$(free_port)
  {
    for plugin in contextswitch cpu df interface load memory processes swap vmem; do
      [ ! -f "$system_plugins/$plugin.so" ] || echo "LoadPlugin $plugin"
    done
    unixsock_plugin web1
    echo "LoadPlugin write_prometheus"
    echo "<Plugin write_prometheus>"
    echo "  Port \"$exported\""
    echo "</Plugin>"
  } | configuration web1
  cat >"$work/prometheus.yml" <<END
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: collectd
    static_configs:
      - targets: ["127.0.0.1:$exported"]
END
  start web1
  "$PROMETHEUS" --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
    --web.listen-address="127.0.0.1:$served" >"$work/prometheus.log" 2>&1 &
  handlers=$!
  has_rates() {
    "$anomalyctl" history --since 5m "http://127.0.0.1:$served" \
      >"$work/prometheus.out" 2>"$work/prometheus.err"
    [ "$(rows "$work/prometheus.out" web1/cpu-0/cpu-user | grep -c ',[0-9]')" -ge 5 ]
  }
  check "Prometheus is read" try_for 40 has_rates
  # LISTVAL knows no data sources.
  sed 1d "$work/prometheus.out" | cut -d, -f1 | sed 's/:[a-z]*$//' | sort -u >"$work/actual"
  echo LISTVAL | ask web1 | sed -n 's/^[0-9.]* \(web1\/.*\)/\1/p' | sort -u >"$work/expected"
  same "every metric has its own name again" "$work/expected" "$work/actual"
  load=$(value web1 web1/load/load)
  check "values are collectd's" [ "$(rows "$work/prometheus.out" web1/load/load:shortterm |
    awk -F, -v now="$load" '$2 != "" && ($2 - now) ^ 2 < 100 { n++ } END { print (n > 4) }')" = 1 ]
  check "rates are collectd's jiffies" [ "$(rows "$work/prometheus.out" web1/cpu-0/cpu-idle |
    awk -F, '$2 != "" && ($2 < 0 || $2 > 150) { bad++ } END { print bad + 0 }')" = 0 ]
  check "the interval is the server's" [ "$(sed 1d "$work/prometheus.out" | cut -d, -f5 | sort -u)" = 1 ]
fi
finish
