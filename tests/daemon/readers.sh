#!/bin/sh
# Real readers at one second, our own values on their ways out, and a second start.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"

{
  for plugin in cpu df disk interface load memory processes swap uptime vmem; do
    [ ! -f "$system_plugins/$plugin.so" ] || echo "LoadPlugin $plugin"
  done
  unixsock_plugin readers
  anomaly_builtin
  echo "LoadPlugin csv"
  echo "<Plugin csv>"
  echo "  DataDir \"$work/csv\""
  echo "</Plugin>"
} | configuration readers

watched="readers/anomaly/gauge-metrics"
csv_has() { # TYPE: a row with a number
  cat "$work/csv/readers/anomaly/$1"-* 2>/dev/null | grep -qE '^[0-9.]+,-?[0-9]'
}

start readers
check "the log says what is watched" said "$work/readers.log" "watching every metric"
check "metrics are watched" try_for 20 value_is readers $watched 'v > 10'
check "all of them are warming up" value_is readers readers/anomaly/gauge-warming 'v > 10'
check "the log says so, and for how long" try_for 10 \
  said "$work/readers.log" "metrics watched: [0-9]+, still warming up: [0-9]+, the last of them for another"
for what in gauge-warming_seconds derive-values derive-values_observed bytes-memory; do
  check "$what counts" try_for 10 value_is readers "readers/anomaly/$what" 'v > 0'
done
for what in gauge-ignored gauge-anomalous percent-anomalous gauge-incidents_open \
  derive-incidents gauge-outbox_waiting derive-outbox_overflowed; do
  check "$what is there" try_for 10 value_is readers "readers/anomaly/$what" 'v >= 0'
done
check "nanoseconds per value are measured" try_for 30 \
  value_is readers readers/anomaly/gauge-nanoseconds_per_value 'v > 0 && v < 1e6'
for what in gauge-metrics percent-anomalous bytes-memory derive-values; do
  check "$what is written by csv" try_for 15 csv_has "$what"
done
# Every list comes back to our write callback; what we made ourselves must not count.
own=$(echo LISTVAL | ask readers | grep -c ' readers/anomaly/')
check "our own values are listed" [ "$own" -gt 10 ]
check "our own values are not watched" value_is readers $watched \
  "v <= $(echo LISTVAL | ask readers | grep -vc ' readers/anomaly/') * 3"
check "SIGTERM ends it" stop "$daemon"
check "nothing went wrong" no_trouble "$work/readers.log"

mv "$work/readers.log" "$work/first.log"
start readers
check "metrics are watched again" try_for 20 value_is readers $watched 'v > 10'
check "SIGTERM ends it again" stop "$daemon"
check "nothing went wrong again" no_trouble "$work/readers.log"
finish
