#!/bin/sh
# anomalyctl detect --incidents: what people would be told, and what they would not.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

# Two metrics that bulge together, one of them a record later; a third one on
# its own, near the end.
awk 'BEGIN {
  print "timestamp,cpu-0/cpu-user,load/load:shortterm,df-root/df_complex-used"
  for (i = 0; i < 240; i++) {
    calm = 10 + i % 3
    print 1700000000 + 60 * i "," (i >= 40 && i < 60 ? 90 : calm) "," \
      (i >= 41 && i < 60 ? 80 : calm) "," (i == 235 ? 99 : calm)
  }
}' >host.csv
cat >calm.cfg <<'END'
detectors = ({ name = "zscore"; window = 20; });
warmup = "10m";
rules = ();
END
run detect -c calm.cfg --incidents host.csv
expect_status "incidents are no failure" 0
expect_equal "the header is exactly so" \
  start,end,duration,told,severity,trouble,hosts,metrics,peak_score,host,first,text "$(head -1 out)"
expect_equal "what belongs together is one" 3 "$(wc -l <out)"
expect_equal "it began with its first metric" 2023-11-14T22:53:20Z "$(field 1 1 out)"
expect_equal "it has both metrics" 2 "$(field 8 1 out)"
expect_equal "it is told" 1 "$(field 4 1 out)"
expect_equal "the class of trouble is that of the first cause" resource "$(field 6 1 out)"
expect_equal "the first cause is named" cpu-0/cpu-user "$(field 11 1 out)"
expect_in "and so are those that followed" out 'with 1 more: load/load:shortterm'
expect_equal "the one at the end is open" "" "$(field 2 2 out)"

# As many small ones as there are are told only where all are asked for.
awk 'BEGIN {
  print "timestamp,value"
  for (i = 0; i < 3000; i++)
    print 1700000000 + 60 * i "," (i > 100 && i % 200 == 0 ? 14.3 : 10 + i % 3)
}' >often.csv
told() {
  run detect -c "$1" --incidents often.csv
  awk -F, 'NR > 1 { told += $4 } END { print told + 0 "/" NR - 1 }' out
}
(cat calm.cfg && echo 'notify = "never";') >none.cfg
expect_equal "none is told that nobody is to hear of" 0/14 "$(told none.cfg)"
few=$(told calm.cfg)
expect_equal "few of many are told" yes "$([ "${few%/*}" -lt 7 ] && [ "${few%/*}" -gt 1 ] && echo yes)"
expect_equal "those held back are listed" 14 "${few#*/}"

run detect -c calm.cfg --json host.csv
if [ "$status" = 1 ] && grep -q "without jansson" err; then
  skip "JSON" "built without jansson"
else
  expect_status "--json is fine" 0
  expect_equal "one object for each incident" 2 "$(grep -c '^{.*}$' out)"
  expect_in "it lists the members" out '"members":["localhost/cpu-0/cpu-user","localhost/load/load:shortterm"]'
  expect_in "whether it was told is true or false" out '"told":true'
  expect_in "no end is null" out '"end":null'
fi
finish
