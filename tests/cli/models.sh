#!/bin/sh
# anomalyctl models of a database: what train has fitted, and going back to a version.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

awk 'BEGIN {
  print "timestamp,web1/load/load:short,web1/cpu/cpu"
  for (i = 0; i < 400; i++)
    print 1700000000 + 60 * i "," i * 7919 % 101 "," i * 104729 % 211
}' >past.csv
echo 'detectors = ("ecod", { name = "hbos"; window_size = 500; });' >models.cfg
run train --since 2023-11-01 --config models.cfg --database a.db past.csv
expect_status "a database is made" 0

run models --database a.db
expect_status "models of it" 0
expect_equal "have a header" \
  id,subject,model,version,champion,created,samples,train_from,train_to,input_drift,score_drift,since,precision,recall,f1,crowned,options,bytes,missing \
  "$(head -1 out)"
expect_equal "and a row for each metric and model" 5 "$(wc -l <out)"
expect_in "that says which" out ",web1/cpu/cpu,hbos,"
expect_in "and with which options" out ",window_size = 500,"
run models -d a.db --json
if grep -q "built without jansson" err; then
  skip "JSON" "built without jansson"
else
  expect_in "JSON has the same" out '"subject":"web1/cpu/cpu","model":"ecod"'
fi

run models -d a.db
first=$(sed -n 2p out | cut -d, -f1)
run models -d a.db --rollback "$first"
expect_status "the one in use is none to go back to" 1
expect_in "which is told" err "$first is the champion"
run models -d a.db --rollback 999
expect_status "nor is one that is not there" 1
expect_in "which is told, too" err "there is no model of the id 999"
run models -d a.db --rollback x
expect_status "an id is a number" 2
run models -d a.db ecod
expect_status "a name is of no database" 2
# Too few values for a fit.
head -31 past.csv >few.csv
run detect --config models.cfg few.csv
expect_in "detect says how many values are missing" err "2 of 2 columns have no model yet: 20 values more"
run train --since 2023-11-01 --config models.cfg --database few.db few.csv
expect_in "so does train" out "; 2 of 2 metrics need more values for a model"
run models -d few.db
expect_in "and the list, by metric" out ",web1/cpu/cpu,ecod,0,0,,,,,,,,,,,,,,20"
expect_equal "in a line each" 3 "$(wc -l <out)"
# A model of a group misses rows, until it is fitted.
echo 'rules = (); groups = ( { name = "all"; by = "metric"; detector = "ecod"; members = { host = "web*"; }; } );' >group.cfg
awk -F, -v OFS=, 'NR == 1 { print $1, "web1/cpu/cpu", "web2/cpu/cpu" } NR > 1' past.csv >hosts.csv
head -31 hosts.csv >few.csv
run train --since 2023-11-01 --config group.cfg --database group.db few.csv
run models -d group.db
expect_in "so does a group's model" out ",all/anomaly-all/gauge-cpu_cpu,ecod,0,0,,,,,,,,,,,,,,21"
run train --since 2023-11-01 --config group.cfg --database group.db hosts.csv
run models -d group.db
expect_equal "until it is fitted" "all/anomaly-all/gauge-cpu_cpu,ecod" "$(sed 1d out | cut -d, -f2,3)"
run models -d missing.db
expect_status "a database must be there" 1
run models -d missing.db --rollback 1
expect_status "to be gone back in, too" 1
run export -d a.db models
expect_equal "export has the blocks" 5 "$(wc -l <out)"
finish
