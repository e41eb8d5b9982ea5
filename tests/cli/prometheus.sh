#!/bin/sh
# anomalyctl history http://...: pages, retries, and servers that are none.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

skip_all() {
  echo "1..0 # SKIP $1"
  exit 0
}
[ -n "$PYTHON" ] || skip_all "python3 is not there"
run history http://127.0.0.1:1/
grep -q "built without" err && skip_all "built without libcurl or jansson"
expect_status "a server that is not there is a failure" 1
expect_in "and told" err "http://127.0.0.1:1/: Failed to connect"

cat >types.db <<'END'
load       shortterm:GAUGE:0:5000, midterm:GAUGE:0:5000, longterm:GAUGE:0:5000
if_octets  rx:DERIVE:0:U, tx:DERIVE:0:U
END
"$PYTHON" "$ANOMALY_SRCDIR/tests/cli/prometheus_server.py" port >requests &
server=$!
trap 'kill $server; rm -rf "$folder"' EXIT
tries=100
while [ ! -s port ] && [ $tries -gt 0 ]; do
  sleep 0.1
  tries=$((tries - 1))
done
address=http://127.0.0.1:$(cat port)

# from MOOD ARGUMENT...
from() {
  mood=$1
  shift
  : >requests
  run history --types-db types.db --since 1700000000 "$@" "$address/$mood"
}

from calm --until 1700000101
expect_status "a server" 0
expect_equal "values as they are, NaN and rows that miss are gaps" \
  "0 10  30 70 80 90 100" \
  "$(grep '^web1/load/load:shortterm,' out | cut -d, -f3 | tr '\n' ' ' | sed 's/ $//')"
expect_equal "the interval is the target's" 10 \
  "$(grep '^web1/load/load:shortterm,' out | cut -d, -f5 | sort -u)"
expect_equal "a counter's rate, none over a gap of four" "1 1 1  1 1 1" \
  "$(grep '^web1/interface-eth0/if_octets:rx,' out | cut -d, -f3 | tr '\n' ' ' | sed 's/ $//')"
expect_in "unknown series are told" err "no metric we know: 1 (first: node_unheard_of)"
from calm --until 1700001201 -m '*/cpu-*'
expect_equal "seconds of CPU are a hundred jiffies, by collectd's word" \
  "db1/cpu-0/cpu-wait 100 90" \
  "$(sed 1d out | awk -F, '{ print $1, $3, $5 }' | sort | uniq -c | sort -rn |
    sed -n '1s/^ *[0-9]* //p')"
expect_in "a counter that went back" err "repaired: counters that went back: 1"
expect_equal "only what is wanted is asked for" 1 "$(grep -c query_range requests)"

from calm --interval 1 --until 1700025000 -m '*shortterm'
expect_equal "three pages" 3 "$(grep -c query_range requests)"
expect_equal "no value is lost or doubled" "$((25000 - 30 - 1))" \
  "$(sed 1d out | awk -F, '$3 != ""' | wc -l)"
grep 'skipped: values' err >skipped
expect_nothing "nothing is skipped" skipped

from sulky --until 1700000101
expect_status "a server that is busy for a while" 0
expect_equal "is asked until it answers" 5 "$(grep -c query_range requests)"
from broken
expect_status "a server that fails is a failure" 1
expect_in "and told" err "the server answered 500"
expect_equal "after five tries" 5 "$(wc -l <requests)"
from strict
expect_in "what the server says is told" err "the server answered 400: not so"
expect_equal "and not asked again" 1 "$(wc -l <requests)"
from other
expect_status "another server is a failure" 1
expect_in "and told" err "the answer is not that of a Prometheus server"
from odd
expect_status "series without sense are passed over" 0
from torn -m '*shortterm' --until 1700000200
expect_equal "what is sound in an answer is used" 1 "$(sed 1d out | wc -l)"
expect_in "what is not is told" err "unreadable: values that are no numbers: 3"
finish
