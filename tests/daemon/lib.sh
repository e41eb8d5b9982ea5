# shellcheck shell=sh disable=SC2034
# Sourced by the tests that run the real collectd. Each test has a folder of
# its own under $work, which goes away at its end with every process that the
# test started. Variables of this file: $work, $system_plugins, $our_plugins,
# $test_plugins. A test sets $database, whose numbers are asked for.
set -u
cases=0
started=
handlers=
database=

# Daemons may outlive a SIGTERM by their slowest handler.
clean_up() {
  # shellcheck disable=SC2086
  kill $started $handlers 2>/dev/null
  for process in $started; do
    try_for 15 gone "$process" || kill -9 "$process" 2>/dev/null
  done
  if [ -n "${KEEP_WORK-}" ]; then
    echo "# kept $work"
  else
    rm -rf "$work"
  fi
}

skip_all() {
  echo "1..0 # SKIP $1"
  exit 0
}

finish() {
  echo "1..$cases"
}

# check NAME COMMAND...: one line of TAP; a failure shows the daemons' logs
check() {
  name=$1
  shift
  cases=$((cases + 1))
  if "$@"; then
    echo "ok $cases - $name"
  else
    echo "not ok $cases - $name"
    echo "# failed: $*"
    for shown in "$work"/*.log; do
      [ -f "$shown" ] && tail -n 25 "$shown" | sed "s|^|# ${shown##*/}: |"
    done
  fi
}

skip() {
  cases=$((cases + 1))
  echo "ok $cases - $1 # SKIP $2"
}

not() {
  ! "$@"
}

gone() {
  ! kill -0 "$1" 2>/dev/null
}

# try_for SECONDS COMMAND...: until it succeeds
try_for() {
  tries=$(($1 * 5))
  shift
  while ! "$@"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    sleep 0.2
  done
}

# said FILE PATTERN...: each pattern is in the file
said() {
  file=$1
  shift
  for pattern in "$@"; do
    grep -qE -e "$pattern" "$file" 2>/dev/null || return 1
  done
}

# no_trouble LOG: nothing in it that should not be. (collectd fails to name a
# thread that has ended already, which harms nobody.)
no_trouble() {
  ! grep -vE 'Notification: severity|set_thread_name' "$1" |
    grep -iE 'error|fail|assert|segfault|sanitizer|too old' | sed 's/^/# /' | grep .
}

# Becomes the daemon, with what a plugin built with a sanitizer needs: to be
# called in a subshell or in the background. Freeing plugins' names that its
# own threads may still read is collectd's race, not ours.
run_collectd() {
  preload=
  for sanitizer in asan tsan; do
    if nm -D --undefined-only "$our_plugins/anomaly.so" | grep -q "__${sanitizer}_init"; then
      preload=$(${CC-cc} -print-file-name=lib$sanitizer.so)
    fi
  done
  echo "race:plugin_shutdown_all" >"$work/suppressions"
  exec env LD_PRELOAD="$preload" ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
    TSAN_OPTIONS="suppressions=$work/suppressions" "$collectd" "$@"
}

# configuration NAME: writes $work/NAME.conf, what follows the common part comes from standard input
configuration() {
  mkdir -p "$work/$1"
  cat >"$work/$1.conf" <<END
Hostname "$1"
FQDNLookup false
BaseDir "$work/$1"
PIDFile "$work/$1.pid"
Interval 1
PluginDir "$system_plugins"
LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  File "$work/$1.log"
  Timestamp true
  PrintSeverity true
</Plugin>
$(cat)
END
}

# anomaly_plugin LINE: the lines that load it, with this line in its block
anomaly_plugin() {
  echo "PluginDir \"$our_plugins\""
  echo "LoadPlugin anomaly"
  printf '<Plugin anomaly>\n  %s\n</Plugin>\n' "$1"
  echo "PluginDir \"$system_plugins\""
}

# anomaly_with FILE: the same with a configuration file; anomaly_builtin: without
anomaly_with() {
  anomaly_plugin "ConfigFile \"$1\""
}

anomaly_builtin() {
  anomaly_plugin ""
}

# soon_settings: of an anomaly.cfg that alarms, and tells of it, soon
soon_settings() {
  echo 'detectors = ( "zscore" );'
  echo 'warmup = "5m";'
  echo 'incident_delay = 0;'
}

# unixsock_plugin NAME: the lines that load it; its socket is $work/NAME.sock
unixsock_plugin() {
  echo "LoadPlugin unixsock"
  echo "<Plugin unixsock>"
  echo "  SocketFile \"$work/$1.sock\""
  echo "</Plugin>"
}

# fed_by_socket NAME: the lines of a daemon whose values come by that socket, and stay in order
fed_by_socket() {
  echo "WriteThreads 1"
  unixsock_plugin "$1"
}

# network_plugin WHAT PORT: the lines that make it send there (Server), or listen (Listen)
network_plugin() {
  echo "LoadPlugin network"
  echo "<Plugin network>"
  echo "  $1 \"127.0.0.1\" \"$2\""
  echo "</Plugin>"
}

# free_port: a UDP port that nobody listens at
free_port() {
  "$python" -c 'import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])'
}

# start NAME: the daemon of $work/NAME.conf; its process is in $daemon
start() {
  run_collectd -f -C "$work/$1.conf" >"$work/$1.out.log" 2>&1 &
  daemon=$!
  started="$started $daemon"
  check "$1 starts" try_for 20 said "$work/$1.log" "entering read-loop"
}

# stop PROCESS: ends it as the system would; the exit status is its own
stop() {
  kill "$1" 2>/dev/null
  wait "$1"
}

# ask NAME: sends standard input, line by line, to the socket; prints the answers
ask() {
  "$python" "$here/unixsock.py" "$work/$1.sock"
}

# feed NAME: the same where no answer but success is expected
feed() {
  ask "$1" | grep -v '^0 ' | head -n 3 | sed 's/^/# /'
}

# flush NAME PLUGIN
flush() {
  echo "FLUSH plugin=$2" | ask "$1" >/dev/null
}

# usual HOST TIME COUNT [STEP]: PUTVAL lines of a gauge around 100, one each STEP seconds
usual() {
  awk -v host="$1" -v time="$2" -v count="$3" -v step="${4:-10}" 'BEGIN {
    for (i = 0; i < count; i++)
      printf "PUTVAL \"%s/test-0/gauge-a\" interval=%d %d:%.2f\n",
        host, step, time + i * step, 100 + (i * 7919 % 101) / 50 - 1
  }'
}

# put HOST TIME VALUE [STEP]: one such line
put() {
  echo "PUTVAL \"$1/test-0/gauge-a\" interval=${4:-10} $2:$3"
}

# exec_plugin NAME: the lines that load it; each notification becomes a file of
# $work/NAME.told, as the handler gets it. Further arguments are commands of the handler.
exec_plugin() {
  mkdir -p "$work/$1.told"
  chmod 755 "$work"
  chmod 777 "$work/$1.told"
  {
    echo "#!/bin/sh"
    echo "cat >\"$work/$1.told/.\$\$\" && mv \"$work/$1.told/.\$\$\" \"$work/$1.told/\$\$\""
    [ $# -lt 2 ] || echo "$2"
  } >"$work/$1.handler"
  chmod 755 "$work/$1.handler"
  # The exec plugin runs nothing as root.
  user=$(id -un)
  [ "$(id -u)" -ne 0 ] || user=nobody
  echo "LoadPlugin exec"
  echo "<Plugin exec>"
  echo "  NotificationExec \"$user\" \"$work/$1.handler\""
  echo "</Plugin>"
}

# told NAME PATTERN...: a notification that the handler got has all patterns
told() {
  for file in "$work/$1.told"/*; do
    said_by_file=yes
    for pattern in "$@"; do
      [ "$pattern" = "$1" ] || said "$file" "$pattern" || said_by_file=no
    done
    [ $said_by_file = no ] || return 0
  done
  return 1
}

# value NAME IDENTIFIER: its first data source
value() {
  echo "GETVAL \"$2\"" | ask "$1" | sed -n 's/^[a-z]*=//p' | head -n 1
}

# value_is NAME IDENTIFIER AWK-CONDITION: such as 'v > 0'
value_is() {
  value "$1" "$2" | awk "{ v = \$1 + 0; found = 1 } END { exit !(found && ($3)) }"
}

# number SQL: the first one that $database answers, by a reader of its own
number() {
  "$python" -c '
import sqlite3, sys
print(sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True).execute(sys.argv[2]).fetchone()[0])
' "$database" "$1"
}

# number_is SQL NUMBER
number_is() {
  [ "$(number "$1")" = "$2" ]
}

here=$ANOMALY_SRCDIR/tests/daemon
our_plugins=$ANOMALY_BUILDDIR/plugin/.libs
test_plugins=$ANOMALY_BUILDDIR/tests/daemon/.libs
python=${PYTHON:-$(command -v python3)}
collectd=${COLLECTD:-$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v collectd)}

[ -n "$collectd" ] || skip_all "collectd is not there"
[ -n "$python" ] || skip_all "python3 is not there"
system_plugins=$("$collectd" -h | sed -n 's/^ *Plugin directory *//p')
work=$(mktemp -d "${TMPDIR:-/tmp}/anomaly-test.XXXXXX")
trap clean_up EXIT
trap 'exit 1' INT TERM HUP PIPE
