#!/bin/sh
# Handlers that take their time, one in collectd's own thread and one run by
# exec: values go on meanwhile.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"

{
  soon_settings
  echo 'rules = ();'
} >"$work/anomaly.cfg"
{
  fed_by_socket slow
  exec_plugin slow "exec sleep 30"
  anomaly_with "$work/anomaly.cfg"
  echo "PluginDir \"$test_plugins\""
  echo "LoadPlugin slow_handler"
  echo "PluginDir \"$system_plugins\""
  echo "LoadPlugin csv"
  echo "<Plugin csv>"
  echo "  DataDir \"$work/csv\""
  echo "</Plugin>"
} | configuration slow
log=$work/slow.log

# observed COUNT: so many values were judged, by the newest row
observed() {
  cat "$work"/csv/slow/anomaly/derive-values_observed-* 2>/dev/null |
    awk -F, -v count="$1" 'END { exit !($2 >= count) }'
}

start slow
usual web1 1700000000 200 | feed slow
put web1 1700002000 900 | feed slow
check "the handler in our thread is at work" try_for 10 said "$log" "slow_handler: begins"
usual web2 1700000000 3000 | feed slow
check "values go on meanwhile" try_for 8 observed 3201
check "the handler is still at work" not said "$log" "slow_handler: ends"
check "it ends" try_for 20 said "$log" "slow_handler: ends"
check "exec's handler is at work" try_for 10 told slow '^Severity: FAILURE$'
handlers=$(ls "$work/slow.told")
usual web3 1700000000 3000 | feed slow
check "values go on meanwhile, again" try_for 20 observed 6201
check "that handler is still at work" kill -0 "$handlers"

# The end does not wait for ever, and takes nothing away under a handler at work.
handler_begins() {
  [ "$(grep -c 'slow_handler: begins' "$log")" -eq 2 ]
}
put web2 1700030000 900 | feed slow
check "the handler is at work once more" try_for 10 handler_begins
check "SIGTERM ends it" stop "$daemon"
check "the log says what it waited for" said "$log" "notifications still wait after 5 s"
check "the handler came to its end" [ "$(grep -c 'slow_handler: ends' "$log")" -eq 2 ]
check "nothing went wrong" no_trouble "$log"
finish
