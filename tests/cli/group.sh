#!/bin/sh
# anomalyctl detect --group: several columns judged together.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

# table FIRST LAST STEP FROM: seven columns; four of them jump for ten rows from row FROM on
table() {
  awk -v first="$1" -v last="$2" -v step="$3" -v from="$4" 'BEGIN {
    print "timestamp,cpu,load,disk,net,mem,swap,quiet,test,label"
    for (i = first; i < last; i++) {
      line = 1700006400 + step * i
      for (j = 0; j < 7; j++) {
        value = 50 + 10 * sin((i + 40 * j) / (50 + 5 * j)) + ((7919 * i + 104729 * j) % 17) / 2
        line = line sprintf(",%.4f", value + (j < 4 && i >= from && i < from + 10 ? 60 : 0))
      }
      print line ",1," (i >= from && i < from + 10)
    }
  }'
}

table 0 6000 60 5900 >whole.csv
run detect --group whole.csv
expect_status "a good file is fine" 0
expect_nothing "a good file needs no words" err
expect_equal "the header is exactly so" timestamp,score,anomaly,reason "$(head -1 out)"
expect_equal "one row for each row" 6001 "$(wc -l <out)"
expect_equal "the time is as given" 1700006460 "$(sed -n 3p out | cut -d, -f1)"
conclude "scores are 0 .. 1" "$(awk -F, 'NR > 1 && ($2 < 0 || $2 >= 1)' out)"
expect_equal "the incident alarms with its first row, and nothing before" 1700360400 \
  "$(awk -F, '$3 == 1 { print $1; exit }' out)"
conclude "who alarms first is over the line" "$(awk -F, '$1 == 1700360400 && $2 < .5' out)"
expect_equal "the reason names the columns that jumped first" "cpu disk load net" \
  "$(awk -F '"' '/^1700360400,/ { print $2 }' out | tr ',' '\n' | head -4 | awk '{ print $1 }' |
    sort | tr '\n' ' ' | sed 's/ $//')"
conclude "each name has its decades, largest first" \
  "$(awk -F '"' '/^1700360400,/ { print $2 }' out | tr ',' '\n' |
    awk '$2 !~ /^[0-9]+\.[0-9][0-9]$/ || (NR > 1 && $2 > last) { print } { last = $2 }')"
conclude "what is usual has no reason" "$(awk -F, '$2 < .5 && $3 == 0 && $4 != ""' out)"
tail -101 out >last

# ---- What was seen before ----
table 0 5900 60 9999 >train.csv
table 5900 6000 60 5900 >test.csv
run detect --group --train train.csv test.csv
expect_status "a file may have a past" 0
expect_equal "only the file's own rows are printed" 101 "$(wc -l <out)"
sed 1d out >own
sed 1d last >expected
expect_same "with its past it is the same as in one file" own expected
run detect --group test.csv
expect_status "a short file is fine" 0
conclude "of a short file it is said that nothing can alarm" \
  "$(grep -q 'all of it is warm-up' err || cat err)"

# ---- What is a column ----
cut -d, -f1-8 whole.csv >bare.csv
run detect --group whole.csv
cp out expected
run detect --group bare.csv
expect_same "label and test are no columns" out expected
run detect --group --column cpu --column load whole.csv
expect_equal "chosen columns alone have a part" "" \
  "$(sed 1d out | grep -E 'disk|net|mem|swap|quiet')"
awk -F, -v OFS=, '{ $2 = ""; if (NR == 1) $2 = "cpu"; print }' test.csv >gone.csv
run detect --group --train train.csv gone.csv
expect_status "a column that is gone is fine" 0
expect_equal "what is left still alarms" 1 "$(sed -n 2p out | cut -d, -f3)"
awk -F, -v OFS=, '{ print $0, NR == 1 ? "fresh" : NR }' test.csv >more.csv
run detect --group --train train.csv more.csv
expect_status "a column that comes later is fine" 0
sed 1d out >found
sed 1d last >expected
expect_same "and says nothing yet" found expected

# ---- Rows that come faster than one a minute, or anew ----
table 0 36000 10 35400 >fast.csv
run detect --group fast.csv
expect_equal "fast rows are all there" 36001 "$(wc -l <out)"
expect_equal "they are judged with the last one of a minute" 1700360450 \
  "$(awk -F, '$3 == 1 { print $1; exit }' out)"
table 0 100 60 0 >again.csv
run detect --group --train train.csv again.csv
expect_status "a file may begin before its past ends" 0
conclude "and that is said" "$(grep -q 'it is taken as 5 days later' err || cat err)"
expect_equal "it is judged all the same" 1 "$(sed -n 2p out | cut -d, -f3)"

# ---- Output ----
run detect --group - <whole.csv
expect_equal "standard input is read" 6001 "$(wc -l <out)"
sed 's/,load,/,"load, of five",/' whole.csv >quoted.csv
run detect --group quoted.csv
expect_equal "a name with a comma is quoted with the rest" 1 \
  "$(grep -c '"[^"]*load, of five [0-9.]*[^"]*"' out | awk '{ print ($1 > 0) }')"
run detect --group --json whole.csv
if grep -q 'without jansson' err; then
  skip "JSON is an object for each row" "built without jansson"
else
  conclude "JSON is an object for each row" "$(python3 -c '
import json, sys
rows = [json.loads(line) for line in open("out")]
assert len(rows) == 6000
alarms = [row for row in rows if row["anomaly"]]
assert alarms[0]["timestamp"] == "1700360400" and alarms[0]["score"] > 0.5
assert {blame["column"] for blame in alarms[0]["reason"][:4]} == {"cpu", "load", "disk", "net"}
assert all(blame["decades"] >= 1 for row in alarms for blame in row["reason"])
' 2>&1)"
fi

# ---- What there is ----
run detectors
conclude "the group detectors are listed" "$(for name in host host_rate peers; do
  grep -q "^$name " out || echo "$name"
done)"
run detectors host
expect_status "one is explained" 0
conclude "with its option and what it takes" "$(grep -q '^limit ' out || cat out
  grep -q 'each group, and [0-9]* for each' out || cat out)"
for name in host host_rate peers; do
  run detect --group --detector "$name" whole.csv
  expect_status "$name runs" 0
  expect_equal "$name has a row for each row" 6001 "$(wc -l <out)"
done

# ---- What is wrong ----
{
  sed -n 1,500p whole.csv
  echo '1700006400,1,2,3,4,5,6,7,0,0'
  echo 'soon,1,2,3,4,5,6,7,0,0'
  echo '1700200000,1,2'
  echo '1700200060,1,2,three,4,5,6,7,0,0'
} >bad.csv
run detect --group bad.csv
expect_status "bad rows are a failure" 1
expect_equal "each has its row all the same" 504 "$(wc -l <out)"
conclude "each is told with its line" "$(for words in 'not newer .* line 501' 'time neither .* line 502' \
  'wrong number .* line 503' 'no number.* line 504'; do grep -q "$words" err || echo "$words"; done)"
expect_equal "they have no score" "0,0,|0,0,|0,0," \
  "$(sed -n 501,503p out | cut -d, -f2- | tr '\n' '|' | sed 's/|$//' | sed 's/,$/,/')"
echo 'timestamp,label' >none.csv
run detect --group none.csv
expect_status "a file without columns is a failure" 1
echo 'timestamp,a,a' >twice.csv
run detect --group twice.csv
conclude "columns of one name are refused" "$(grep -q 'two columns "a"' err || cat err)"
for arguments in "--detector hots" "--detector host:limit=0" "--warmup 1h" "--incidents"; do
  # shellcheck disable=SC2086
  run detect --group $arguments whole.csv
  expect_status "$arguments is refused" 2
done
run detect --train train.csv test.csv
expect_status "a past is for groups" 2
run detect --group no-such-file.csv
expect_status "a file that is not there is a failure" 1
finish
