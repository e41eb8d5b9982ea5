#!/bin/sh
# anomalyctl detect --episodes: one line for each episode.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

# A short bulge, and a spike from which the end of the data is near.
awk 'BEGIN {
  print "timestamp,value"
  for (i = 0; i < 120; i++)
    print 1700000000 + 60 * i "," (i >= 40 && i < 43 ? 12 + i - 40 : i == 115 ? 99 : 10 + i % 2)
}' >two.csv
cat >calm.cfg <<'END'
detectors = ({ name = "zscore"; window = 20; });
warmup = "10m";
hysteresis = 0.8;
rules = ();
END
run detect -c calm.cfg --episodes two.csv
expect_status "episodes are no failure" 0
expect_equal "the header is exactly so" \
  start,end,duration,ended,kind,severity,peak_score,peak_time,peak_value,metric,text "$(head -1 out)"
expect_equal "two episodes, and no rows" 3 "$(wc -l <out)"
expect_equal "times are ISO 8601 in UTC" 2023-11-14T22:54:20Z "$(field 1 1 out)"
expect_equal "the first one ended" recovered "$(field 4 1 out)"
expect_equal "duration is end less start" 660 "$(field 3 1 out)"
expect_equal "the kind is told" spike "$(field 5 1 out)"
expect_equal "the peak has its time" 2023-11-14T22:55:20Z "$(field 8 1 out)"
expect_equal "the peak has its value" 14 "$(field 9 1 out)"
expect_equal "the second one is open at the end" open "$(field 4 2 out)"
expect_equal "so it has no end" "" "$(field 2 2 out)"
expect_equal "but lasts until then" 240 "$(field 3 2 out)"
expect_equal "a strong one is a failure" failure "$(field 6 2 out)"
expect_in "the text is a sentence in quotes" out '"csv/gauge 99 is far above its usual '

run detect -c calm.cfg --episodes -m web1/load/load:shortterm two.csv
expect_equal "the metric is as given" web1/load/load:shortterm "$(field 10 1 out)"
sed '1s/value/a/; s/$/,0/; 1s/,0$/,b/' two.csv >columns.csv
run detect -c calm.cfg --episodes columns.csv
expect_equal "of several columns it is the header" a "$(field 10 1 out)"
expect_equal "each has its own episodes" 3 "$(wc -l <out)"
run detect -c calm.cfg --episodes two.csv
cp out plain
sed 's/^\([0-9]*\),/\1.5,/' two.csv >fraction.csv
run detect -c calm.cfg --episodes fraction.csv
expect_equal "parts of seconds are kept" 2023-11-14T22:54:20.500Z "$(field 1 1 out)"
series 60 >calm.csv
run detect -c calm.cfg --episodes calm.csv
expect_equal "without episodes there is the header" 1 "$(wc -l <out)"
run detect -c calm.cfg --episodes - <two.csv
expect_same "standard input is fine" out plain

run detect -c calm.cfg --episodes --json two.csv
if [ "$status" = 1 ] && grep -q "without jansson" err; then
  skip "JSON" "built without jansson"
else
  expect_status "--json is fine" 0
  expect_equal "one object for each episode" 2 "$(grep -c '^{.*}$' out)"
  expect_in "times are epoch seconds" out '"start":1700002460.0,'
  expect_in "no end is null" out '"end":null'
  expect_in "the end is told" out '"ended":"recovered"'
  printf 'timestamp,"a\\""\303\050"\n' >name.csv
  sed 1d two.csv >>name.csv
  run detect -c calm.cfg --episodes --json name.csv
  expect_in "names are escaped" out '"metric":"a\\\"'
fi
finish
