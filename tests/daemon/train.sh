#!/bin/sh
# The daemon starts warm with what anomalyctl train made of the past.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"
anomalyctl=$ANOMALY_BUILDDIR/anomalyctl

{
  fed_by_socket warm
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


# A metric that the daemon has seen for two minutes, its past, and another one's.
usual young "$now" 12 | feed warm
sed 's|warm/test|young/test|' "$work/past.csv" >"$work/young.csv"
sed 's|warm/test|gone/test|' "$work/past.csv" >"$work/gone.csv"
"$anomalyctl" train --database "$work/warm/anomaly.db" --continue "$work/young.csv" \
  >"$work/again.log" 2>&1
check "an open database is not gone on with" [ $? = 1 ]
check "and whose it is is told" said "$work/again.log" "process $daemon has it open"
"$anomalyctl" train --database "$work/warm/anomaly.db" --from "$work/past.csv" \
  --from "$work/young.csv" --from "$work/gone.csv" >"$work/again.log" 2>&1
check "it takes what is learned" [ $? = 0 ]
check "and whose it is is told then, too" said "$work/again.log" "process $daemon takes it over"
flush warm anomaly
check "the daemon takes two of three over" try_for 10 said "$work/warm.log" \
  'go on with what was learned from the past: 2'
check "and nothing is young any more" value_is warm warm/anomaly/gauge-warming 'v == 0'
check "nobody misses what does not come" [ "$(grep -c 'host = gone' "$work/warm.log")" = 0 ]
put young $((now + 120)) 5000 | feed warm
check "it is an anomaly there, too" try_for 10 value_is warm warm/anomaly/gauge-anomalous 'v == 2'
check "SIGTERM ends it" stop "$daemon"
"$anomalyctl" train --database "$work/warm/anomaly.db" --continue "$work/past.csv" \
  >"$work/again.log" 2>&1
check "a closed one is not" [ $? = 0 ]
check "what it knows already is passed over" said "$work/again.log" \
  "not newer than what the database knows: 20000"
"$anomalyctl" export --database "$work/warm/anomaly.db" trained_state >"$work/left.csv"
check "nothing is left to be taken over" [ "$(wc -l <"$work/left.csv")" = 1 ]
"$anomalyctl" export --database "$work/warm/anomaly.db" baselines >"$work/known.csv"
check "the young metric is known for long" said "$work/known.csv" \
  ',young,test-0/gauge-a,.*,20001,'
check "nothing went wrong" no_trouble "$work/warm.log"
finish
