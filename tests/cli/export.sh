#!/bin/sh
# anomalyctl export: tables of the database, for other programs.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

awk 'BEGIN {
  print "timestamp,\"web1/load/load-a,b:short\",web1/cpu/cpu"
  for (i = 0; i < 100; i++)
    print 1700000000 + 60 * i "," i ",5"
}' >past.csv
run train --since 2023-11-01 --database a.db past.csv
expect_status "a database is made" 0

run export --database a.db
expect_status "without a table" 0
expect_output "its tables are listed" "anomalies
baselines
detector_state
incident_members
incidents
labels
meta
model_versions
models
silences
trained_state"
run export --database a.db baselines
expect_status "a table" 0
expect_equal "has a header" \
  id,host,metric,mean,stddev,min_value,max_value,sample_count,percentile_95,percentile_99,first_seen,last_seen,last_updated,missing,learning \
  "$(head -1 out)"
expect_equal "and a row for each metric, and for the host's group" 4 "$(wc -l <out)"
expect_equal "numbers are numbers" 'web1,"load/load-a,b:short",49.5' \
  "$(grep load out | cut -d, -f2-5)"
conclude "rows are in order" "$(sed 1d out | cut -d, -f1 | sort -nc 2>&1)"
run export -d a.db detector_state
expect_in "bytes are hexadecimal digits" out ",416e6f6d"
run export -d a.db meta --json
if grep -q "built without jansson" err; then
  skip "JSON" "built without jansson"
elif [ -n "$PYTHON" ]; then
  run export -d a.db baselines --json
  cp out rows.json
  "$PYTHON" - >out 2>&1 <<'END'
import json
for row in sorted(map(json.loads, open("rows.json")), key=lambda row: row["metric"]):
    print(row["host"], row["metric"], row["mean"], row["sample_count"], row["first_seen"])
END
  expect_output "JSON is read by others" "web1 anomaly-host/gauge-group 0.0 99 1700000030.0
web1 cpu/cpu 5.0 100 1700000000.0
web1 load/load-a,b:short 49.5 100 1700000000.0"
else
  skip "JSON" "python3 is not there"
fi

# refused NAME TEXT ARGUMENT...
refused() {
  name=$1
  text=$2
  shift 2
  run export "$@"
  expect_status "$name: status" 1
  expect_in "$name: reason" err "$text"
  expect_nothing "$name: nothing on stdout" out
}
echo "some words that are no database at all, however long they may be made to be" >text.db
refused "no table" 'there is no table "nothing"' -d a.db nothing
refused "a query in place of a table" "there is no table" -d a.db 'meta"; DROP TABLE meta; --'
refused "an inner table" "there is no table" -d a.db sqlite_schema
refused "no database" "nowhere.db: No such file" -d nowhere.db baselines
refused "a file that is none" "no database of this program" -d text.db baselines
expect_equal "nothing is made" "" "$(ls nowhere.db 2>/dev/null)"
expect_in "nothing is set aside" text.db "some words"
if [ -n "$PYTHON" ]; then
  "$PYTHON" -c 'import sqlite3; sqlite3.connect("other.db").execute("CREATE TABLE t (a)")'
  refused "another program's database" "no database of this program" -d other.db t
else
  skip "another program's database" "python3 is not there"
fi
finish
