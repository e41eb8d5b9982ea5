#!/bin/sh
# anomalyctl generate: the same file for the same seed, faults where the labels say.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

run generate --labels labels.csv
expect_status "without options" 0
expect_nothing "without a word" err
expect_equal "a server and a machine" \
  "timestamp,demo/cpu-0/percent-user,demo/memory/memory-used,demo/interface-eth0/if_octets:rx,\
factory/sensors-line1/temperature,factory/sensors-line1/humidity,factory/sensors-line1/pressure,\
factory/sensors-line1/fanspeed" "$(head -1 out)"
expect_equal "28 days at a minute" 40321 "$(wc -l <out)"
expect_equal "each fault is there" \
  "dip drift flatline gap missing_peak shift spike variance" \
  "$(sed 1d labels.csv | cut -d, -f4 | sort -u | tr '\n' ' ' | sed 's/ $//')"
expect_equal "labels have a header" metric,start,end,fault "$(head -1 labels.csv)"
cp out first
cp labels.csv first_labels
run generate --labels labels.csv
expect_same "the same again" out first
expect_same "the same labels again" labels.csv first_labels
run generate --seed 2
conclude "another seed, other values" "$(cmp -s out first && echo "the same")"

run detect --incidents first
expect_status "detect reads it" 0
expect_nothing "without a complaint" err
conclude "and finds something" "$([ "$(wc -l <out)" -gt 7 ] || cat out)"

run generate --kind rpm -f spike -f gap --interval 10 --length 2d --start 2024-01-01 -l labels.csv
expect_equal "its first row" 1704067200 "$(field 1 1 out)"
expect_equal "its last row" 1704239990 "$(field 1 17280 out)"
gap_start=$(date -u -d "$(grep gap labels.csv | cut -d, -f2)" +%s)
gap_end=$(date -u -d "$(grep gap labels.csv | cut -d, -f3)" +%s)
expect_equal "values are missing where the label says" \
  "$(seq "$gap_start" 10 "$gap_end")" "$(awk -F, '$2 == "" { print $1 }' out)"
spike=$(date -u -d "$(grep spike labels.csv | cut -d, -f2)" +%s)
conclude "the spike is where the label says" \
  "$(awk -F, -v at="$spike" 'NR > 1 && $2 > 1560 && !($1 >= at && $1 < at + 120)' out)"
expect_equal "and it is there" 12 "$(awk -F, '$2 > 1560' out | sed 1d | wc -l)"
run generate -k cpu -k cpu -f none -n 1h -l labels.csv
expect_equal "two of a kind are two hosts" \
  timestamp,demo/cpu-0/percent-user,demo2/cpu-0/percent-user "$(head -1 out)"
expect_equal "no faults, no labels" 1 "$(wc -l <labels.csv)"
conclude "two of a kind are not the same" "$(awk -F, 'NR > 1 && $2 == $3' out)"

for kind in $("$anomalyctl" generate --help | tr -d '.,' | awk '/^Kinds:/, /^Faults:/' |
  sed 's/^Kinds://; /^Faults:/d'); do
  run generate --kind "$kind" -n 20d -i 5m
  expect_status "$kind can be made" 0
done

# refused NAME TEXT ARGUMENT...
refused() {
  name=$1
  text=$2
  shift 2
  run generate "$@"
  expect_status "$name: status" 2
  expect_in "$name: reason" err "$text"
  expect_nothing "$name: nothing on stdout" out
}
refused "unknown kind" 'did you mean "humidity"?' -k humidty
refused "unknown fault" "there are none, spike, dip" -f bang
refused "no interval" "--interval: must be a time" -i 0
refused "wrong length" "--length: must be a time" -n long
refused "wrong start" "--start: must be a time" --start soon
refused "wrong seed" "--seed: must be a whole number" --seed -1
refused "no room for faults" "too short for so many faults" -n 1d
refused "too many rows" "more than 1e9 rows" -i 0.1 -n 200w
run generate --labels nowhere/labels.csv
expect_status "labels that cannot be written" 1
expect_in "are told" err "nowhere/labels.csv: No such file"
expect_nothing "before any row" out
finish
