#!/bin/sh
# anomalyctl forecast: what a metric will do next.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

# A wave of 24 values around 100, an hour apart, for 20 days; one value is missing.
awk 'BEGIN {
  print "timestamp,value"
  for (i = 0; i < 480; i++)
    if (i != 100)
      printf "%d,%.6f\n", 1700000000 + 3600 * i, 100 + 10 * sin(6.283185307 / 24 * i)
}' >wave.csv
run forecast --steps 48 wave.csv
expect_status "a forecast" 0
expect_equal "has a header" "metric,timestamp,forecast,lower,upper" "$(head -1 out)"
expect_equal "and as many rows as are asked for" 48 "$(sed 1d out | wc -l)"
expect_equal "an hour apart, from behind the last value" "1701728000 1701897200" \
  "$(field 2 1 out) $(field 2 48 out)"
conclude "the wave goes on, and lies in its band" "$(awk -F, 'NR > 1 {
  wave = 100 + 10 * sin(6.283185307 / 24 * (478 + NR))
  if (($3 - wave) ^ 2 > .04 || !($4 <= $3 && $3 <= $5)) print "line " NR ": " $0 ", not " wave
}' out)"
expect_in "what was read is told" err "wave.csv (a CSV file): 479 values of 1 metrics"
run forecast wave.csv
expect_equal "24 if not said otherwise" 24 "$(sed 1d out | wc -l)"
run forecast --period 1 -n 48 wave.csv
conclude "without a season there is no wave" "$(awk -F, '
  NR == 2 || NR == 14 { value[NR] = $3 }
  END { if ((value[2] - value[14]) ^ 2 > 25) print value[2], value[14] }' out)"
run generate -k cpu -n 20d -i 5m
mv out cpu.csv
for share in 0.5 0.99; do
  run forecast --coverage $share cpu.csv
  awk -F, 'NR == 2 { print $5 - $4 }' out >"width-$share"
done
conclude "a band that is to hold more is wider" \
  "$(paste width-0.5 width-0.99 | awk '!(2 * $1 < $2)')"

awk -F, -v OFS=, 'NR == 1 { print "timestamp,a,b"; next } { print $1, $2, $2 / 2 }' wave.csv >two.csv
run forecast -n 1 two.csv
expect_equal "each column is a metric" "localhost/csv/gauge:a localhost/csv/gauge:b" \
  "$(sed 1d out | cut -d, -f1 | paste -sd' ' -)"
run forecast -n 1 -m '*:b' two.csv
expect_equal "globs choose" 1 "$(sed 1d out | wc -l)"
mkdir -p tree/web1/test
awk -F, 'NR == 1 { print "epoch,value"; next } { print $1 "," 3600 * NR }' wave.csv >tree/web1/test/derive-2023-11-14
run forecast -n 2 tree
expect_equal "a counter is taken as its rate" 1 "$(awk -F, 'NR == 2 { print ($3 - 1) ^ 2 < .001 }' out)"
run forecast --json -n 1 wave.csv
if grep -q 'without jansson' err; then
  skip "JSON" "built without jansson"
else
  conclude "JSON has the same" \
    "$(grep -qE '^\{"metric":"localhost/csv/gauge","timestamp":1701728000.0,"forecast":[0-9.]+,"lower":[0-9.]+,"upper":[0-9.]+\}$' out || cat out)"
fi

# ---- What cannot be ----
head -20 wave.csv >short.csv
run forecast short.csv two.csv
expect_status "too few values are a failure" 1
expect_in "which is told" err "localhost/csv/gauge: too few values"
expect_equal "others are forecast all the same" 48 "$(sed 1d out | wc -l)"
head -1 wave.csv >empty.csv
run forecast empty.csv two.csv
expect_status "no values are a failure" 1
expect_in "which is told, too" err "empty.csv: there are no values"
expect_equal "and others are forecast" 48 "$(sed 1d out | wc -l)"
mkdir -p once/web1/test
head -2 tree/web1/test/derive-2023-11-14 >once/web1/test/derive-2023-11-14
run forecast once
expect_status "one value of a counter is no rate: a failure" 1
expect_in "which is told as well" err "web1/test/derive: too few values"
{
  cat wave.csv
  echo 9000000000,1
} >far.csv
run forecast -i 1 far.csv
expect_status "a span of too many values is a failure" 1
for wrong in "--steps 0" "--steps x" "--steps -1" "--period 5001" "--coverage 1" "--coverage 0" "--coverage x"; do
  # shellcheck disable=SC2086
  run forecast $wrong wave.csv
  expect_status "$wrong is refused" 2
  expect_in "$wrong: and why" err "${wrong% *}: must be"
done
run forecast
expect_status "no source is not understood" 2
run forecast nowhere.csv
expect_status "a source that is none" 1
finish
