#!/bin/sh
# All write threads busy with 10,000 metrics, and an end in the middle of it.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"

{
  echo "WriteThreads 5"
  echo "WriteQueueLimitHigh 20000"
  unixsock_plugin load
  anomaly_builtin
  echo "PluginDir \"$test_plugins\""
  echo "LoadPlugin flood"
} | configuration load

start load
check "10,000 metrics are watched" try_for 60 value_is load load/anomaly/gauge-metrics 'v == 10000'
check "values flow" try_for 20 value_is load load/anomaly/derive-values 'v > 10000'
check "SIGTERM ends it under load" stop "$daemon"
check "no crash, no lost lock" not grep -iE 'segfault|abort|assert|sanitizer' "$work/load.log" "$work/load.out.log"
check "the end is an orderly one" said "$work/load.log" 'Exiting normally'
finish
