#!/bin/sh
# anomalyctl label and silence: what people say goes into the database and comes out again.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

run generate -k cpu -n 20d -i 5m
mv out past.csv
run train --since 2023-11-01 --database a.db past.csv
expect_status "a database is made" 0

run label add 'demo/*' --from 2023-11-20T00:00Z --for 90m --note 'was "odd", twice' \
  --author ada --label disk -d a.db
expect_status "a label" 0
expect_output "is told with its id" \
  "label 1: demo/*, 2023-11-20T00:00:00Z .. 2023-11-20T01:30:00Z"
run label add web1/cpu/cpu -f 1700000000 -t 1700000060 -d a.db
run label list -d a.db
expect_equal "the list has a header" id,metric,start,end,label,note,author,created "$(head -1 out)"
expect_in "and what was said" out \
  '1,demo/*,1700438400,1700443800,disk,"was ""odd"", twice",ada,'
expect_in "and what was not" out '2,web1/cpu/cpu,1700000000,1700000060,anomaly,,'
cp out list.csv
run export labels -d a.db
expect_same "export prints the same" out list.csv
run backtest --labels list.csv past.csv
expect_status "backtest reads it" 0
expect_in "and finds one for the metric" out "labelled segments                            1"
run label remove 1 -d a.db
expect_status "it can be removed" 0
run label list -d a.db
expect_equal "and is gone" 2 "$(wc -l <out)"

USER=grace
export USER
run silence add 'web*' --for 2h --note deploy -d a.db
expect_status "a silence" 0
run silence add '/^db[0-9]+$/' --from 2030-01-01 --to 2030-01-02 -d a.db
run silence list -d a.db
expect_equal "has a header" id,host,start,end,note,author,created "$(head -1 out)"
expect_equal "and begins now, for as long as was said" 7200 \
  "$(awk -F, '$2 == "web*" { print $4 - $3 }' out)"
expect_in "by whom" out ",deploy,grace,"
expect_in "or at a time" out '2,/^db[0-9]+$/,1893456000,1893542400,,grace,'
run silence remove 1 2 -d a.db
expect_status "both can be removed" 0
run silence list -d a.db
expect_equal "and are gone" 1 "$(wc -l <out)"

# refused NAME STATUS TEXT ARGUMENT...
refused() {
  name=$1
  wanted=$2
  text=$3
  shift 3
  run "$@"
  expect_status "$name: status" "$wanted"
  expect_in "$name: reason" err "$text"
  expect_nothing "$name: nothing on stdout" out
}
refused "no word" 2 'say add METRIC | list | remove ID...' label forget -d a.db
refused "no metric" 2 "a host's metrics are HOST/*" label add web1 --from 1h --for 1m -d a.db
refused "no begin" 2 "--from: is missing" label add web1/a/b --for 1m -d a.db
refused "no end" 2 "--to: say either this or --for" label add web1/a/b --from 1h -d a.db
refused "two ends" 2 "--to: say either this or --for" label add a/b/c -f 1h -t 1m --for 1m -d a.db
refused "a bad time" 2 "--from: must be a time" silence add web1 --from noon --for 1m -d a.db
refused "an end that is over" 2 "--to: it must end after it begins" silence add web1 --to 1h -d a.db
refused "no length" 2 "--for: it must end after it begins" silence add web1 --for 0 -d a.db
refused "a bad host" 2 '"/(/":' silence add '/(/' --for 1m -d a.db
refused "no such id" 1 "a.db: there is none of the id 99" label remove 99 -d a.db
refused "no id" 2 '"x" is no id' silence remove x -d a.db
refused "no database" 1 "b.db: No such file or directory" silence add web1 --for 1m -d b.db
echo "some words that are no database at all, however long they may be made to be" >text.db
refused "another file" 1 "text.db: it is no database of this program" label add a/b/c -f 1h --for 1m \
  -d text.db
finish
