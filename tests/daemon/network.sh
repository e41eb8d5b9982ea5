#!/bin/sh
# One collectd sends to a second one, which raises the alarm of the sender's
# host; what the first one's own plugin says of itself is not watched there.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"
[ -f "$system_plugins/network.so" ] || skip_all "collectd's network plugin is not there"

{
  soon_settings
  echo 'rules = ();'
} >"$work/anomaly.cfg"
port=$(free_port)

{
  fed_by_socket sender
  network_plugin Server "$port"
  anomaly_with "$work/anomaly.cfg"
} | configuration sender
{
  fed_by_socket receiver
  network_plugin Listen "$port"
  anomaly_with "$work/anomaly.cfg"
} | configuration receiver

start receiver
receiver=$daemon
start sender
sender=$daemon
usual web1 1700000000 200 | feed sender
flush sender network
check "the metric arrives" try_for 15 value_is receiver receiver/anomaly/gauge-metrics 'v == 1'
for i in 0 1 2; do
  put web1 $((1700002000 + i * 10)) 900
done | feed sender
flush sender network
check "the receiver alarms, of the sender's host" try_for 15 \
  said "$work/receiver.log" 'severity = FAILURE, host = web1, .*900 is far above'
usual web1 1700002030 40 | feed sender
flush sender network
check "and gives the all-clear" try_for 15 said "$work/receiver.log" 'severity = OKAY, host = web1'
check "the sender's own values arrive" try_for 15 \
  value_is receiver sender/anomaly/gauge-metrics 'v == 1'
check "but are not watched" value_is receiver receiver/anomaly/gauge-metrics 'v == 1'
check "SIGTERM ends the sender" stop "$sender"
check "SIGTERM ends the receiver" stop "$receiver"
check "nothing went wrong with the receiver" no_trouble "$work/receiver.log"
finish
