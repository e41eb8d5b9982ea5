#!/bin/sh
# What collectd's test of the configuration says: good files pass, bad ones are
# refused with file, line and reason.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"

# collectd 5.8 .. 5.12 exits from -t before it has read anything (collectd's
# issue 3216); -T reads, and starts and ends each plugin once, too.
option=-t
echo "NoSuchThing (" >"$work/garbage.conf"
if (run_collectd -t -C "$work/garbage.conf") >"$work/garbage.out.log" 2>&1; then
  echo "# this collectd's -t tests nothing, so it is -T here"
  option=-T
fi

# accepts NAME, refuses NAME PATTERN...
accepts() {
  (run_collectd $option -C "$work/$1.conf") >"$work/$1.out.log" 2>&1
}

refuses() {
  refused=$1
  shift
  not accepts "$refused" || return 1
  cat "$work/$refused".*log >"$work/said"
  said "$work/said" "$@"
}

anomaly_builtin | configuration none
check "no ConfigFile: what is built in" accepts none

printf 'memory_limit = "64M";\n' >"$work/good.cfg"
anomaly_with "$work/good.cfg" | configuration good
check "a good file" accepts good

if [ -f "$ANOMALY_SRCDIR/collectd.conf.d/anomaly.cfg" ]; then
  anomaly_with "$ANOMALY_SRCDIR/collectd.conf.d/anomaly.cfg" | configuration shipped
  check "the shipped file" accepts shipped
fi

printf '# first line\nmemory_limit = "64M";\nmemory_limt = 1;\n' >"$work/unknown.cfg"
anomaly_with "$work/unknown.cfg" | configuration unknown
check "an unknown setting, with file and line" \
  refuses unknown "anomaly plugin: $work/unknown.cfg:3: .*memory_limt.*memory_limit"

printf 'memory_limit = "64M"\n;;(\n' >"$work/syntax.cfg"
anomaly_with "$work/syntax.cfg" | configuration syntax
check "a syntax error, with file and line" refuses syntax "$work/syntax.cfg:[23]: "

printf 'expire_after = "1s";\n' >"$work/range.cfg"
anomaly_with "$work/range.cfg" | configuration range
check "a value out of range, with what would be right" refuses range "$work/range.cfg:1: .*60|1m"

anomaly_with "$work/absent.cfg" | configuration absent
check "a file that is not there" refuses absent "$work/absent.cfg: .*No such file"

anomaly_plugin 'Detector "zscore"' | configuration option
check "an unknown option" refuses option 'no option "Detector" in <Plugin anomaly>.*ConfigFile'
anomaly_plugin 'ConfigFile 5' | configuration number
check "a number for a path" refuses number 'ConfigFile needs one path in quotes'
anomaly_plugin "configfile \"$work/good.cfg\"" | configuration case
check "keys in any case" accepts case
anomaly_plugin "ConfigFile \"$work/good.cfg\"
ConfigFile \"$work/good.cfg\"" | configuration twice
check "ConfigFile twice" refuses twice 'ConfigFile is given twice'
{
  anomaly_plugin "ConfigFile \"$work/good.cfg\""
  anomaly_with "$work/good.cfg"
} | configuration blocks
check "ConfigFile in two blocks" refuses blocks 'ConfigFile is given in two blocks'

finish
