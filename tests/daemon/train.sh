#!/bin/sh
# The daemon starts warm with what anomalyctl train made of the past.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"
anomalyctl=$ANOMALY_BUILDDIR/anomalyctl

{
  echo "WriteThreads 1"
  unixsock_plugin warm
  anomaly_builtin
} | configuration warm
now=$(($(date +%s) / 10 * 10))
awk -v now="$now" 'BEGIN {
  print "timestamp,warm/test-0/gauge-a"
  for (i = 20000; i > 0; i--)
    printf "%d,%.2f\n", now - 10 * i, 100 + (i * 7919 % 101) / 50 - 1
}' >"$work/past.csv"
"$anomalyctl" train --database "$work/warm/anomaly.db" --from "$work/past.csv" \
  >"$work/train.log" 2>&1
check "the past is learned" [ $? = 0 ]
check "and said to be known" said "$work/train.log" "knows 1 metrics, 0 of them still warming up"

start warm
check "nothing warms up in the daemon" try_for 20 value_is warm warm/anomaly/gauge-metrics 'v == 1'
check "not even at first" value_is warm warm/anomaly/gauge-warming 'v == 0'
usual warm "$now" 12 | feed warm
check "what is usual is so at once" try_for 10 value_is warm warm/anomaly/gauge-anomalous 'v == 0'
put warm $((now + 120)) 5000 | feed warm
check "what is not is an anomaly at once" try_for 10 value_is warm warm/anomaly/gauge-anomalous 'v == 1'

"$anomalyctl" train --database "$work/warm/anomaly.db" --from "$work/past.csv" \
  >"$work/again.log" 2>&1
check "an open database is left alone" [ $? = 1 ]
check "and whose it is is told" said "$work/again.log" "process $daemon has it open"
check "SIGTERM ends it" stop "$daemon"
"$anomalyctl" train --database "$work/warm/anomaly.db" --continue "$work/past.csv" \
  >"$work/again.log" 2>&1
check "a closed one is not" [ $? = 0 ]
check "what it knows already is passed over" said "$work/again.log" \
  "not newer than what the database knows: 20000"
check "nothing went wrong" no_trouble "$work/warm.log"
finish
