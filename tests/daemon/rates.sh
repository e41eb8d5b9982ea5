#!/bin/sh
# The engine's rates are those of collectd's cache, on the same feed.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"

types=$(strings -n 6 "$collectd" | grep '/types\.db$' | head -n 1)
[ -f "$types" ] || types=/usr/share/collectd/types.db
[ -f "$types" ] || skip_all "types.db is not there"
cat >"$work/types.db" <<END
bounded_counter value:COUNTER:0:1000
free_derive     value:DERIVE:U:U
bounded_gauge   value:GAUGE:-10:10
mixture         c:COUNTER:U:U, g:GAUGE:0:100, d:DERIVE:0:U, a:ABSOLUTE:0:U
END
{
  echo "WriteThreads 1"
  echo "TypesDB \"$types\" \"$work/types.db\""
  unixsock_plugin rates
  echo "PluginDir \"$test_plugins\""
  echo "LoadPlugin rate_probe"
} | configuration rates

# values TYPE VALUE...: one each 10 s
values() {
  type=$1
  time=1700000000
  shift
  for value in "$@"; do
    echo "PUTVAL \"web1/test/$type\" interval=10 $time:$value"
    time=$((time + 10))
  done
}

start rates
{
  values gauge 1 -2.5 1e300 U 7
  values bounded_gauge 1 11 -11 10 -10 U 3
  values counter 100 200 200 5000000000 10 20
  values counter-wraps_at_32 4294967290 4294967295 4 4294967000 0
  values counter-wraps_at_64 18446744073709551610 18446744073709551615 4 18446744073709551000 0
  values bounded_counter 0 100 20000 20100 5
  values derive 100 200 50 60 9223372036854775807 0
  # Differences beyond 63 bits overflow in collectd, with no defined result.
  values free_derive 0 100 -100 4000000000000000000 -4000000000000000000 5
  values absolute 0 5 10 18446744073709551615 1
  values mixture 1:2:3:4 11:20:13:40 5:200:1:0 5:U:1:7
  # Times of every length, some late, some with fractions.
  for time in 1700000000 1700000000.5 1700000003.123 1700000003.123 1700000001 1700604803 1700604803.001; do
    echo "PUTVAL \"web1/times/derive\" interval=10 $time:$((counter = ${counter-0} + 12345))"
    echo "PUTVAL \"web1/times/counter\" interval=10 $time:$counter"
    echo "PUTVAL \"web1/times/absolute\" interval=10 $time:$counter"
  done
  # A long series of numbers without a pattern.
  awk 'BEGIN {
    srand(7)
    for (i = 0; i < 500; i++)
      printf "PUTVAL \"web1/random/counter\" interval=10 %.3f:%.0f\n",
        1700000000 + i * 10 + rand(), rand() * 4294967295
  }'
} | feed rates
# The probe counts what the write thread has worked off.
all_compared() {
  flush rates rate_probe
  said "$work/rates.log" 'rate_probe: (5[7-9]|[6-9])[0-9]+ equal'
}
check "all values are compared" try_for 15 all_compared
check "none is different" not grep -m 5 -E 'rate_probe: .* is |rate_probe: .*, [1-9][0-9]* different' "$work/rates.log"
check "late values were among them" said "$work/rates.log" ' 6 late'
check "SIGTERM ends it" stop "$daemon"
finish
