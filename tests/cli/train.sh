#!/bin/sh
# anomalyctl train: the past into a database; interrupted, and gone on with.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

# known FILE: what a database knows, but for what depends on its seed and the time
known() {
  run export --database "$1" detector_state --json
  sed 's/"id":[^,]*,//; s/"last_updated":[^,]*,//' out | sort
}

run generate -k cpu -k rpm -n 20d -i 5m
mv out past.csv
all="--since 2023-11-01 --database"
# shellcheck disable=SC2086
run train $all whole.db past.csv
expect_status "a file" 0
expect_in "what was read is told" out "past.csv (a CSV file):"
expect_in "and what is known" out "whole.db: knows 2 metrics, 0 of them still warming up"
expect_equal "for its owner only" 600 "$(stat -c %a whole.db)"
run export --database whole.db detector_state --json
expect_equal "and nobody will miss what does not come" 2 "$(grep -c '"trained":1' out)"

# In two halves, and interrupted, it comes to the same.
{
  head -1 past.csv
  sed -n '2,3000p' past.csv
} >first.csv
# shellcheck disable=SC2086
run train $all halves.db --from first.csv
# shellcheck disable=SC2086
run train $all halves.db --continue --from past.csv
expect_status "going on" 0
expect_in "passes over what is known" out "skipped: values not newer than what the database knows"
known whole.db >whole.states
known halves.db >halves.states
expect_equal "states of two metrics" 2 "$(wc -l <whole.states)"
expect_same "to the same states, byte by byte" halves.states whole.states

# Newest first, as some programs write it, it comes to the same, too.
{
  head -1 past.csv
  sed 1d past.csv | sort -r
} >reversed.csv
# shellcheck disable=SC2086
run train $all reversed.db reversed.csv
expect_in "what is upside down is put in order" out \
  "repaired: rows older than one before them, put in order: 5759 (first: reversed.csv, line 3)"
known reversed.db >reversed.states
expect_same "and comes to the same" reversed.states whole.states

mkfifo slow
{
  head -1 past.csv
  sed -n '2,2000p' past.csv
  sleep 30
} >slow &
writer=$!
# shellcheck disable=SC2086
"$anomalyctl" train $all halted.db slow >out 2>err &
trainer=$!
sleep 1
kill -INT $trainer
kill $writer 2>/dev/null
wait $trainer
expect_equal "Ctrl-C ends it" 130 $?
expect_in "says how to go on" err "interrupted; what was learned is kept. To go on, say the same with --continue"
expect_in "and keeps what is done" out "halted.db: knows 2 metrics"
# shellcheck disable=SC2086
run train $all halted.db --continue past.csv
known halted.db >halted.states
expect_same "from which it comes to the same" halted.states whole.states

# A metric that the database knows for less long is learned anew, others stay.
awk -F, 'NR == 1 { print "timestamp,other/test/gauge"; next } { print $1 "," $2 }' past.csv >other.csv
{
  head -1 past.csv
  tail -500 past.csv
} >late.csv
# shellcheck disable=SC2086
run train $all mixed.db late.csv other.csv
# shellcheck disable=SC2086
run train $all mixed.db past.csv
expect_in "others are still there" out "mixed.db: knows 3 metrics"
known mixed.db | grep -v other >mixed.states
expect_same "and these are new" mixed.states whole.states
# shellcheck disable=SC2086
run train $all mixed.db late.csv
known mixed.db | grep -v other >mixed.states
expect_same "a shorter past does not replace a longer one" mixed.states whole.states

# shellcheck disable=SC2086
run train $all chosen.db --metric '*/cpu-*' past.csv
expect_in "globs choose" out "chosen.db: knows 1 metrics"
run train --database recent.db past.csv
expect_in "without --since it is the last 30 days" out "before or after the time that was asked for"
cat >ignore.cfg <<'END'
rules = ({ plugin = "cpu"; ignore = true; });
END
# shellcheck disable=SC2086
run train $all ignored.db --config ignore.cfg past.csv
expect_in "rules decide what is learned" out "rules ignore 1"

# ---- What cannot be ----
run train
expect_status "no source is not understood" 2
expect_in "no source: reason" err "SOURCE... is missing"
run train --database x.db nowhere.csv
expect_status "a source that is none" 1
echo "this is no database, but a text of some length that goes on and on and on and on" >text.db
# shellcheck disable=SC2086
run train $all text.db past.csv
expect_status "a damaged database makes room for a new one" 0
expect_in "and that is told" err "renamed to"
# shellcheck disable=SC2086
run train $all nowhere/x.db past.csv
expect_status "no folder is a failure" 1
expect_in "and told" err "nowhere/x.db: "
run train --config nowhere.cfg --database x.db past.csv
expect_status "no configuration is a failure" 1
finish
