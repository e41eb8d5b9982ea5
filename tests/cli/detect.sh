#!/bin/sh
# anomalyctl detect: the output that others rely on, and every kind of input.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"
columns=timestamp,value,score,anomaly,expected,lower,upper,kind,onset

# replay FILE ARGUMENT...: by a detector that knows soon what is usual
replay() {
  file=$1
  shift
  run detect --detector zscore:window=20 --warmup 10m "$@" "$file"
}

series 60 40 99 >spike.csv
replay spike.csv
expect_status "a good file is fine" 0
expect_nothing "a good file needs no words" err
expect_equal "the header is exactly so" "$columns" "$(head -1 out)"
expect_equal "one row for each row" 61 "$(wc -l <out)"
cut -d, -f1,2 spike.csv >given
cut -d, -f1,2 out >kept
expect_same "timestamp and value are as given" kept given
conclude "each row has nine fields" "$(awk -F, 'NF != 9' out)"
expect_equal "only the spike is an anomaly" 1700002400 "$(awk -F, '$4 == 1 { print $1 }' out)"
expect_equal "the spike is called so" spike "$(field 8 41 out)"
expect_equal "a calm row has no onset" 0 "$(field 9 40 out)"
conclude "scores are 0 .. 1, and from the line on anomalies" \
  "$(awk -F, 'NR > 1 && ($3 < 0 || $3 >= 1 || ($3 >= .5) != $4)' out)"
expect_equal "the first row knows no band" "" "$(field 5 1 out)"
conclude "the band is around what is expected" \
  "$(awk -F, 'NR > 30 && !($6 < $5 && $5 < $7)' out)"
conclude "nine significant digits at least" \
  "$(awk -F, 'NR > 30 && $3 != 0 && length($3) < 11' out)"
cp out plain

# ---- Order near 1 ----
{
  series 40
  awk 'BEGIN { for (i = 0; i < 20; i++) printf "%d,%.6f\n", 1700002400 + 60 * i, 1e6 * (1 + i / 1e5) }'
} >near.csv
replay near.csv
conclude "scores near 1 stay distinct where the values are" \
  "$(awk -F, '$3 > .99 { rows++; if (seen[$3]++) print "twice: " $3 }
    END { if (rows < 20) print rows " scores near 1" }' out)"

# ---- Forms of time and file ----
awk -F, 'NR == 1 { print; next } { print strftime("%Y-%m-%d %H:%M:%S", $1, 1) "," $2 }' \
  spike.csv >iso.csv 2>/dev/null
if [ "$(wc -l <iso.csv)" = 61 ] && grep -q '2023-11-14' iso.csv; then
  replay iso.csv
  cut -d, -f3- plain >expected_rest
  cut -d, -f3- out >rest
  expect_same "ISO 8601 gives the same verdicts" rest expected_rest
  expect_equal "an ISO time is as given" "2023-11-14 22:13:20" "$(field 1 1 out)"
else
  skip "ISO 8601 gives the same verdicts" "this awk has no strftime"
fi
sed 's/$/\r/' spike.csv >crlf.csv
replay crlf.csv
expect_same "CRLF gives the same output" out plain
sed 's/\([^,]*\),\(.*\)/"\1","\2"/' spike.csv >quoted.csv
replay quoted.csv
expect_same "quotes give the same output" out plain
printf '\357\273\277' | cat - spike.csv >mark.csv
replay mark.csv
expect_same "a byte order mark is passed over" out plain
for name in TimeStamp TIME datetime; do
  sed "1s/timestamp/$name/" spike.csv >renamed.csv
  replay renamed.csv
  expect_same "the first column may be called $name" out plain
done
printf %s "$(cat spike.csv)" >open.csv
replay open.csv
expect_same "the last line may be open" out plain
replay - <spike.csv
expect_same "- is standard input" out plain
# shellcheck disable=SC2002
cat spike.csv | "$anomalyctl" detect -d zscore:window=20 -w 10m - >out
expect_same "a pipe is fine" out plain
replay spike.csv --line-buffered
expect_same "--line-buffered changes nothing" out plain

# ---- The alarm line ----
# alarms LEVEL FILE: rows over the line
alarms() {
  replay "$2" -s "$1"
  cut -d, -f1-3,5-8 out >"scores.$1"
  awk -F, '$4 == 1' out | wc -l
}
series 60 40 11.6 >under.csv
series 60 40 12 >over.csv
expect_equal "just under the line, normal is silent" 0 "$(alarms normal under.csv)"
expect_equal "just under the line, high alarms" 1 "$(alarms high under.csv)"
expect_same "high changes no score" scores.high scores.normal
expect_equal "just over the line, normal alarms" 1 "$(alarms normal over.csv)"
expect_equal "just over the line, quiet is silent" 0 "$(alarms quiet over.csv)"
expect_same "quiet changes no score" scores.quiet scores.normal

# ---- Rows without a verdict ----
blank='0,0,,,,none,0'
cat >odd.csv <<'END'
timestamp,value
1700000000,1
1700000060,
1700000120,nan
1700000180,NaN

1700000240,inf
1700000300,2
1700000300,3
1700000200,4
END
replay odd.csv
expect_status "gaps, late and doubled rows are no failure" 0
expect_output "gaps, late and doubled rows are rows" "$columns
1700000000,1,$blank
1700000060,,$blank
1700000120,nan,$blank
1700000180,NaN,$blank
1700000240,inf,$blank
1700000300,2,$blank
1700000300,3,$blank
1700000200,4,$blank"
expect_in "late and doubled rows are counted" err "passed over: 2 times, lines 9, 10"
awk 'BEGIN {
  print "timestamp,value"
  for (i = 0; i < 60; i++)
    print 1700000000 + 60 * i "," (i >= 40 && i < 50 ? "" : 10 + i % 3)
}' >gap.csv
run detect -d missing -w 10m gap.csv
expect_equal "gaps are silence to those who listen for it" missing "$(field 8 50 out)"
expect_equal "a long silence is an anomaly" 1 "$(field 4 50 out)"
expect_equal "a short one is none" 0 "$(field 4 42 out)"
expect_equal "the value behind it is none" 0 "$(field 4 51 out)"
grep -v ',$' gap.csv >holes.csv
run detect -d missing -w 10m --episodes holes.csv
expect_equal "rows that are not there are silence too" missing "$(field 5 1 out)"
expect_equal "which ends with the next one" 2023-11-14T23:03:20Z "$(field 2 1 out)"

cat >bad.csv <<'END'
timestamp,value
1700000000,1
1700000060
1700000120,2,3
yesterday,4
1700000240,five
1700000300,"a"b
1700000360,7
0,8
1700000480000,9
END
replay bad.csv
expect_status "rows that cannot be read are a failure" 1
expect_equal "but still a row each" 10 "$(wc -l <out)"
expect_equal "an unreadable row is empty behind its time" "1700000060,,$blank" "$(sed -n 3p out)"
expect_equal "a value that is no number is as given" "1700000240,five,$blank" "$(sed -n 6p out)"
expect_equal "broken quotes are quoted" "1700000300,\"\"\"a\"\"b\",$blank" "$(sed -n 7p out)"
expect_in "wrong rows are counted with their lines" err "NUL bytes: 3 times, lines 3, 4, 7"
expect_in "wrong times are" err "ISO 8601: 1 time, line 5"
expect_in "wrong values are" err "no number: 1 time, line 6"
expect_in "impossible times are" err "(milliseconds?): 2 times, lines 9, 10"
{
  echo timestamp,value
  for row in 1 2 3 4 5 6 7 8; do echo "1700000000,$row"; done
} >late.csv
replay late.csv
expect_in "only the first lines are told" err ": 7 times, lines 3, 4, 5, 6, 7 ..."

# ---- Files that are none ----
# unreadable NAME TEXT FILE
unreadable() {
  replay "$3"
  expect_status "$1: status" 1
  expect_in "$1: reason" err "$2"
  expect_nothing "$1: nothing on stdout" out
}
: >empty.csv
printf '1700000000,1\n1700000060,2\n' >headless.csv
printf 'name,value\na,1\n' >named.csv
printf 'timestamp\n1700000000\n' >lonely.csv
printf 'timestamp,value,value\n1700000000,1,2\n' >twins.csv
unreadable "missing file" "No such file" missing.csv
unreadable "folder" "Is a directory" .
unreadable "empty file" "there is no header line" empty.csv
unreadable "no header" "there is no header line" headless.csv
unreadable "no time" 'must be called "timestamp", not "name"' named.csv
unreadable "no value" "no column behind the first one" lonely.csv
unreadable "two columns of one name" 'are the same metric "value"' twins.csv

# ---- Output that cannot be written ----
series 20000 >long.csv
if [ -w /dev/full ]; then
  "$anomalyctl" detect -w 10m long.csv >/dev/full 2>err
  expect_equal "a full disk is a failure" 1 $?
  expect_in "a full disk is told" err "No space left on device"
else
  skip "a full disk is a failure" "there is no /dev/full"
fi
{
  "$anomalyctl" detect -w 10m long.csv 2>err
  echo $? >status
} | head -1 >out
expect_equal "a reader that goes away ends it" 1 "$(cat status)"
expect_nothing "without a word" err

# ---- Warm-up ----
series 60 >calm.csv
run detect calm.csv
expect_status "young data are fine" 0
expect_in "young data are explained" err "all of it warm-up"

# ---- Profiles ----
run detect --profile quiet --warmup 10m calm.csv
expect_status "a profile is taken" 0
run detect --profile quite calm.csv
expect_status "an unknown profile is a mistake of usage" 2
expect_in "an unknown profile is said" err 'no profile "quite"; did you mean "quiet"?'

# ---- Models ----
series 2000 1900 40 >model.csv
run detect --raw --detector ecod:features=value+std,retrain_interval=50 --warmup 1h model.csv
expect_status "a model is a detector too" 0
expect_equal "--raw adds three fields" "$columns,raw,outlier,missing" "$(head -1 out)"
expect_equal "a model says how many values it misses" 49 "$(field 12 1 out)"
expect_equal "it has no raw score before it is fitted" "" "$(field 10 50 out)"
conclude "it has one from then on" "$(awk -F, 'NR > 51 && ($10 == "" || $11 == "" || $12 != 0)' out)"
expect_equal "the spike is an outlier" 1 "$(field 11 1901 out)"
expect_equal "the spike is an anomaly" 1 "$(field 4 1901 out)"
cut -d, -f1-9 out >without
run detect --detector ecod:features=value+std,retrain_interval=50 --warmup 1h model.csv
expect_same "without --raw the rest is the same" out without
run detect --detector ecod:features=value+sdt model.csv
expect_status "an unknown feature is a mistake of usage" 2
expect_in "the features are said" err '"value", "diff", "mean", "std"'
run detectors ecod
expect_in "a model is explained as a detector" out "retrain_interval"
finish
