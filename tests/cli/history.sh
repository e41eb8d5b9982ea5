#!/bin/sh
# anomalyctl history: what is read out of files, and what is said of what was not.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"
header=metric,timestamp,value,kind,interval

# ---- A CSV file ----
cat >file.csv <<'END'
timestamp,web1/load/load:shortterm,words,other
1700000000,1,a,5
1700000060,2,b,
1700000060,3,c,6
1700000030,4,d,7
1700000120,x,e,8
soon,1,1,1
1700000180,1
1700000240,5,f,nan
END
run history file.csv
expect_status "a file with faults is a failure" 1
expect_output "but all that can be read is read" "$header
web1/load/load:shortterm,1700000000,1,gauge,0
localhost/csv/gauge:other,1700000000,5,gauge,0
web1/load/load:shortterm,1700000030,4,gauge,0
localhost/csv/gauge:other,1700000030,7,gauge,0
web1/load/load:shortterm,1700000060,2,gauge,0
localhost/csv/gauge:other,1700000060,,gauge,0
localhost/csv/gauge:other,1700000120,8,gauge,0
web1/load/load:shortterm,1700000240,5,gauge,0
localhost/csv/gauge:other,1700000240,,gauge,0"
expect_in "it is told what was used" err \
  "file.csv (a CSV file): 7 values of 2 metrics, 2023-11-14T22:13:20Z .. 2023-11-14T22:17:20Z"
expect_in "gaps" err "used: gaps: no value came: 2 (first: localhost/csv/gauge:other at 1700000060)"
expect_in "doubled values" err "repaired: values with the same time as the one before: 2"
expect_in "rows out of order" err \
  "repaired: rows older than one before them, put in order: 1 (first: file.csv, line 5)"
expect_in "a column that is none" err \
  "skipped: columns or series that are no metric we know: 1 (first: file.csv, column words)"
expect_in "bad values" err "unreadable: values that are no numbers: 1 (first: file.csv, line"
expect_in "bad times" err "unreadable: times that are none: 1 (first: file.csv, line 7)"
expect_in "bad rows" err "unreadable: rows that cannot be read: 1 (first: file.csv, line 8)"
run history --metric '*/load' --metric '*other' --since 1700000100 --until 2023-11-14T22:17:00Z file.csv
expect_output "globs and times choose" "$header
localhost/csv/gauge:other,1700000120,8,gauge,0"
run history --interval 60 -m 'web1/*' file.csv
expect_equal "the interval is told" 60 "$(field 5 1 out)"
printf 'timestamp,a\n%s,1\n%s,2\n' "$(($(date +%s) - 7200))" "$(($(date +%s) - 60))" >now.csv
run history --since 1h now.csv
expect_equal "so long before now" 2 "$(field 3 1 out)"
run history file.csv now.csv
expect_equal "two places" 2 "$(grep -c 'a CSV file' err)"

# ---- The folder of collectd's csv plugin ----
cat >types.db <<'END'
gauge      value:GAUGE:U:U
if_octets  rx:DERIVE:0:U, tx:DERIVE:0:U
counter    value:COUNTER:U:U
# broken   value:DERIVE
broken     value:NONSENSE:0:U
END
mkdir -p csv/web1/interface-eth0 csv/web1/test csv/web-2/test csv/.hidden/a
printf 'epoch,rx,tx\n1700000000.500,10,100\n1700000010.500,20,90\n' \
  >csv/web1/interface-eth0/if_octets-2023-11-14
printf 'epoch,rx,tx\n1700000020.500,30,95\n1700000030.500,1.500000,nan\n' \
  >csv/web1/interface-eth0/if_octets-2023-11-15
printf 'epoch,value\n1700000000,7\n1700000010,8.000000\n' >csv/web1/test/gauge-a-b-2023-11-14
printf 'epoch,value\n1700000000,18446744073709551615\n' >csv/web1/test/counter-2023-11-14
printf 'epoch,value\n1700000000,5\n' >csv/web1/test/broken-2023-11-14
printf 'epoch,value\n1700000000,6\n' >csv/web-2/test/gauge-dateless
printf 'epoch,value\n1700000000,9\n' >csv/web1/test/gauge-2023-11-14
printf 'epoch,value\n1700000010,9\n' >csv/web1/test/gauge-x-2023-11-13
printf 'epoch,value\n1700000020,9\n' >csv/web1/test/gauge-2023-11-15
printf 'hello\n' >csv/web1/test/note
mkdir csv/web1/test/folder
echo stray >csv/stray
run history --types-db types.db csv
expect_status "a tree" 0
expect_output "in order of time for each metric, counters as they count" "$header
web-2/test/gauge-dateless,1700000000,6,gauge,0
web1/interface-eth0/if_octets:rx,1700000000.5,10,derive,0
web1/interface-eth0/if_octets:tx,1700000000.5,100,derive,0
web1/interface-eth0/if_octets:rx,1700000010.5,20,derive,0
web1/interface-eth0/if_octets:tx,1700000010.5,90,derive,0
web1/interface-eth0/if_octets:rx,1700000020.5,30,derive,0
web1/interface-eth0/if_octets:tx,1700000020.5,95,derive,0
web1/interface-eth0/if_octets:rx,1700000030.5,1.5,gauge,0
web1/interface-eth0/if_octets:tx,1700000030.5,,gauge,0
web1/test/broken,1700000000,5,derive,0
web1/test/counter,1700000000,18446744073709551615,counter,0
web1/test/gauge,1700000000,9,gauge,0
web1/test/gauge,1700000020,9,gauge,0
web1/test/gauge-a-b,1700000000,7,gauge,0
web1/test/gauge-a-b,1700000010,8,gauge,0
web1/test/gauge-x,1700000010,9,gauge,0"
expect_in "it is told what it is" err "csv (the folder of collectd's csv plugin): 15 values of 8 metrics"
expect_in "a counter that went back" err "repaired: counters that went back: 1 (first: web1/interface-eth0/if_octets:tx at"
expect_in "other files" err "skipped: files of another kind: 3"
run history --types-db types.db -m 'web1/*:tx' csv
expect_equal "one data source of two" 4 "$(sed 1d out | wc -l)"
mkdir -p swapped/web1/test
printf 'epoch,value\n1700000010,2\n1700000000,1\n1700000030,4\n1700000020,3\n' \
  >swapped/web1/test/derive-2023-11-14
run history swapped
expect_output "rows that swapped places are put in order" "$header
web1/test/derive,1700000000,1,derive,0
web1/test/derive,1700000010,2,derive,0
web1/test/derive,1700000020,3,derive,0
web1/test/derive,1700000030,4,derive,0"
expect_in "and that is told" err \
  "put in order: 2 (first: swapped/web1/test/derive-2023-11-14, line 3)"
mkdir empty
run history empty
expect_status "an empty folder is a failure" 1
expect_in "and told" err "no file HOST/PLUGIN-INSTANCE/TYPE-INSTANCE-DATE"
run history --types-db nowhere.db csv
expect_status "a types.db that is not there is a failure" 1
expect_in "and told" err "nowhere.db: No such file"
if [ "$(id -u)" -ne 0 ]; then
  chmod 0 csv/web1/test/counter-2023-11-14
  run history --types-db types.db csv
  expect_status "a file that cannot be read is a failure" 1
  expect_in "and told" err "unreadable: files that cannot be read: 1"
else
  skip "a file that cannot be read is a failure" "root reads everything"
fi

# ---- What is no source ----
run history nowhere.csv
expect_status "no file" 1
expect_in "no file: reason" err "nowhere.csv: No such file"
run history
expect_status "no source" 2
run history --since whenever file.csv
expect_status "no time" 2
expect_in "no time: reason" err "--since: must be a time such as 2024-01-31, or one before now"
run history --interval never file.csv
expect_status "no interval" 2

# ---- RRD files that are none ----
mkdir -p rrd/web1/test
echo hello >rrd/web1/test/gauge.rrd
run history rrd
expect_status "a file that is no RRD is a failure" 1
if [ -n "$RRDTOOL" ]; then
  expect_in "and told" err "files that cannot be read: 1 (first: rrd/web1/test/gauge.rrd)"
else
  expect_in "and what is missing" err "rrdtool cannot be run"
fi
PATH=/nowhere run history rrd
expect_in "without rrdtool" err "rrdtool cannot be run: No such file or directory (Debian:"
finish
