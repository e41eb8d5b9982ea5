#!/bin/sh
# A central collectd hears of several hosts over the network: what belongs
# together is told once, what explains it is said, and nothing is a storm.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"
[ -f "$system_plugins/network.so" ] || skip_all "collectd's network plugin is not there"

port=$(free_port)

cat >"$work/anomaly.cfg" <<END
warmup = "5m";
incident_delay = 3;
detectors = ( "zscore" );
rules = (
  { type = "uptime"; ignore = true; },
  { plugin = "limited"; detectors = ( { name = "limit"; failure_max = 500.0; } ); }
);
END
{
  fed_by_socket sender
  network_plugin Server "$port"
} | configuration sender
{
  fed_by_socket central
  network_plugin Listen "$port"
  exec_plugin central
  echo "PluginDir \"$our_plugins\""
  echo "LoadPlugin anomaly"
  echo "<Plugin anomaly>"
  echo "  ConfigFile \"$work/anomaly.cfg\""
  echo "  MaintenanceFile \"$work/maintenance\""
  echo "</Plugin>"
  echo "PluginDir \"$system_plugins\""
} | configuration central
log=$work/central.log
begin=1700000000
hosts="web1 web2 web3 db1 db2"
metrics="test-0/gauge-a test-1/gauge-b load/gauge"

# values HOST METRIC TIME COUNT [VALUE]: PUTVAL lines around 100, or of VALUE
values() {
  awk -v name="$1/$2" -v time="$3" -v count="$4" -v value="${5:-0}" 'BEGIN {
    for (i = 0; i < count; i++)
      printf "PUTVAL \"%s\" interval=10 %d:%.2f\n", name, time + i * 10,
        (value > 0 ? value : 100 + (i * 7919 % 101) / 50 - 1)
  }'
}

# calm TIME COUNT: so many ordinary values of every metric
calm() {
  for host in $hosts; do
    for metric in $metrics; do
      values "$host" "$metric" "$1" "$2"
    done
  done
}

# sent: what standard input says goes to the sender, and over the network
sent() {
  feed sender
  flush sender network
}

# told_count PATTERN: notifications in the log that have it
told_count() {
  grep -cE "Notification: severity = .*$1" "$log"
}

notifications() {
  told_count ''
}

start central
central=$daemon
start sender
calm $begin 200 | sent
check "every metric arrives" try_for 30 value_is central central/anomaly/gauge-metrics 'v >= 15'
check "of every host" try_for 10 value_is central central/anomaly/gauge-hosts 'v >= 5'
odd=$((begin + 2000))

# ---- One host: one incident, the first cause first ----
for metric in $metrics; do
  values web1 "$metric" $odd 3 130
done | sent
check "three metrics of a host are one notification" try_for 20 told central '^Severity: FAILURE$' \
  '^Host: web1$' '^Members: 3$' '^MemberMetrics: web1/[^ ]* web1/[^ ]* web1/[^ ]*$' \
  '^Trouble: [a-z]*$' '^Hosts: 1$' '130 is far above .*, with 2 more: '
check "and no more" [ "$(notifications)" -eq 1 ]
check "the values say so" try_for 10 value_is central central/anomaly/gauge-incidents_told_open 'v == 1'
check "each metric's alarm is counted" value_is central central/anomaly/gauge-episodes_open 'v == 3'
calm $((odd + 30)) 20 | sent
check "its end is told once" try_for 20 told central '^Severity: OKAY$' '^Host: web1$' \
  '^Members: 3$' '3 metrics of web1 are usual again after '
check "and no more, again" [ "$(notifications)" -eq 2 ]

# ---- All hosts: one incident over hosts ----
all=$((odd + 300))
for host in $hosts; do
  values "$host" test-0/gauge-a $all 3 130
done | sent
check "trouble of all hosts at once is one notification" try_for 20 told central '^Host: central$' \
  '^Plugin: anomaly$' '^TypeInstance: hosts$' '^Hosts: 5$' '^Members: 5$' 'on 5 hosts at once'
check "and no more, of hosts" [ "$(notifications)" -eq 3 ]
calm $((all + 30)) 20 | sent
check "its end is told once, too" try_for 20 told central '^Severity: OKAY$' '^TypeInstance: hosts$' \
  '5 hosts are usual again'

# ---- A boot explains what comes with it ----
boot=$((all + 400))
{
  values web2 uptime/uptime $((boot - 40)) 4 90000
  values web2 uptime/uptime $boot 1 20
  values web2 test-0/gauge-a $boot 2 900
} | sent
check "a boot is said to be behind it, and it is a warning" try_for 20 told central \
  '^Severity: WARNING$' '^Host: web2$' "^HostBooted: $((boot - 20))$" 'the host was booted at '
values web2 test-0/gauge-a $((boot + 20)) 20 | sent
check "it ends" try_for 20 told central '^Severity: OKAY$' '^Host: web2$'

# ---- Maintenance ----
echo "db*" >"$work/maintenance"
check "maintenance is noticed" try_for 10 said "$log" "maintenance by .*/maintenance: nothing new"
before=$(notifications)
quiet=$((boot + 600))
{
  values db1 test-0/gauge-a $quiet 3 900
  values db2 test-0/gauge-a $quiet 3 900
} | sent
check "the values show it" try_for 20 value_is central central/anomaly/gauge-incidents_open 'v == 2'
values db2 test-0/gauge-a $((quiet + 30)) 20 | sent
check "and its end" try_for 20 value_is central central/anomaly/gauge-incidents_open 'v == 1'
check "but nobody is told" [ "$(notifications)" -eq "$before" ]
rm "$work/maintenance"
check "what still goes on is told after it" try_for 10 told central '^Severity: FAILURE$' '^Host: db1$'
check "what is over is not" [ "$(told_count 'host = db2')" -eq 0 ]
values db1 test-0/gauge-a $((quiet + 30)) 20 | sent
check "and its end is told" try_for 20 told central '^Severity: OKAY$' '^Host: db1$'

# ---- A metric that flaps, and a limit ----
before=$(told_count 'host = web3')
flap=$((quiet + 600))
for i in 0 1 2 3 4 5; do
  {
    values web3 test-0/gauge-a $((flap + i * 300)) 3 900
    values web3 test-0/gauge-a $((flap + i * 300 + 30)) 20
  } | sent
  sleep 4
done
check "a metric that flaps is told twice, and one end" \
  [ "$(told_count 'host = web3')" -le $((before + 4)) ]
check "the rule is told" try_for 10 told central '^Host: web3$' \
  'number 2 in a day, so it ends after at least 15 min'
values web1 limited/gauge $((flap + 3000)) 2 600 | sent
check "a limit that was passed is told" try_for 20 told central '^Severity: FAILURE$' \
  '^Plugin: limited$' '^Detectors: limit$'

# ---- Over midnight ----
midnight=1700006400
{
  values db2 test-0/gauge-a $((midnight - 30)) 6 900
  values db2 test-0/gauge-a $((midnight + 30)) 20
} | sent
check "an incident goes on over midnight" try_for 20 told central '^Severity: OKAY$' '^Host: db2$' \
  "^StartTime: $((midnight - 30))$" '^Duration: [1-9][0-9]*$'
check "as one" [ "$(told_count 'host = db2')" -eq 2 ]

# ---- A daily job ----
values job1 test-0/gauge-a $begin 200 | sent
for day in 0 1 2; do
  {
    values job1 test-0/gauge-a $((odd + day * 86400)) 3 900
    values job1 test-0/gauge-a $((odd + day * 86400 + 30)) 20
  } | sent
  [ $day = 2 ] || check "day $day of a daily job is told" try_for 20 told central '^Severity: OKAY$' \
    '^Host: job1$' "^StartTime: $((odd + day * 86400))$"
done
check "the second day says what comes of it" told central '^Host: job1$' 'as at this time yesterday'
sleep 5
check "the third day is not told" [ "$(told_count 'host = job1')" -eq 4 ]

# ---- A clock that steps ----
before=$(notifications)
values db1 test-1/gauge-b $((flap + 90000)) 30 | sent
values db2 test-1/gauge-b $((flap - 90000)) 30 | sent
sleep 4
check "clocks that step are no storm" [ "$(notifications)" -le $((before + 1)) ]
check "SIGTERM ends it" stop "$central"
grep -v 'Value too old' "$log" >"$work/rest"
check "nothing went wrong" no_trouble "$work/rest"
finish
