#!/bin/sh
# anomalyctl detect: several columns, identities, and the rules that they meet.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

# Three columns: calm, with a spike, constant; and each alone.
awk 'BEGIN {
  print "timestamp,calm,spike,still"
  for (i = 0; i < 60; i++) {
    value = 10 + i * 7919 % 13 / 10
    print 1700000000 + 60 * i "," value "," (i == 40 ? 99 : value) ",5"
  }
}' >three.csv
sensible="-d zscore:window=20 -w 10m"
# shellcheck disable=SC2086
run detect $sensible three.csv
expect_status "several columns are fine" 0
expect_equal "the metric comes first" \
  metric,timestamp,value,score,anomaly,expected,lower,upper,kind,onset "$(head -1 out)"
expect_equal "one row for each value" 181 "$(wc -l <out)"
expect_equal "rows come in the order of the columns" "calm spike still calm" \
  "$(sed -n 2,5p out | cut -d, -f1 | tr '\n' ' ' | sed 's/ $//')"
expect_equal "only the spike is an anomaly" "spike,1700002400" \
  "$(awk -F, '$5 == 1 { print $1 "," $2 }' out)"
cp out together
for column in calm spike still; do
  number=$(head -1 three.csv | tr ',' '\n' | grep -n "^$column$" | cut -d: -f1)
  cut -d, -f "1,$number" three.csv >"$column.csv"
  # shellcheck disable=SC2086
  run detect $sensible "$column.csv"
  grep "^$column," together | cut -d, -f2- >of_column
  sed 1d out >alone
  expect_same "$column is judged as if it were alone" of_column alone
  cp out first_way
  # shellcheck disable=SC2086
  run detect $sensible --column "$column" three.csv
  expect_same "--column $column takes it alone" out first_way
done
# shellcheck disable=SC2086
run detect $sensible --column spike --column calm three.csv
expect_equal "columns come in the order they are asked for" "spike calm" \
  "$(sed -n 2,3p out | cut -d, -f1 | tr '\n' ' ' | sed 's/ $//')"
run detect --column spik three.csv
expect_status "a column that is not there is a failure" 1
expect_in "and is put right" err 'did you mean "spike"?'
printf 'timestamp,a,b\n1700000000,x,1\n' >half.csv
run detect half.csv
expect_equal "a bad value leaves its neighbour alone" 3 "$(wc -l <out)"
printf 'timestamp,a,b\n1700000000,1,2\n1700000000,1,2\n' >again.csv
run detect again.csv
expect_in "a line is told once for all its columns" err "passed over: 2 times, line 3"
printf 'timestamp,a\n' >none.csv
run detect none.csv
expect_status "no rows are fine" 0
expect_equal "and give the header" 1 "$(wc -l <out)"

# ---- Rules ----
cat >rules.cfg <<'END'
detectors = ({ name = "zscore"; window = 20; });
warmup = "10m";
rules = (
  { plugin = "cpu"; type_instance = "idle"; ignore = true; },
  { plugin = "disk"; plugin_instance = "sda"; type = "latency"; data_source = "spike"; ignore = true; },
  { plugin = "load"; sensitivity = "quiet"; }
);
END
# alarms ARGUMENT...: rows over the line
alarms() {
  run detect -c rules.cfg "$@"
  awk -F, 'NR > 1 && ($4 == 1 || $5 == 1)' out | wc -l
}
expect_equal "a metric that no rule ignores is watched" 1 "$(alarms -m cpu-0/cpu-user spike.csv)"
expect_equal "a metric that a rule ignores is not" 0 "$(alarms -m cpu-0/cpu-idle spike.csv)"
run detect -c rules.cfg -m web1/cpu-0/cpu-idle spike.csv
expect_status "to ignore is no failure" 0
expect_in "it is told" err "a rule ignores 1 of 1 columns"
expect_equal "its rows are there" 61 "$(wc -l <out)"
expect_equal "the host may be there" 0 "$(alarms -m web1/cpu-0/cpu-idle spike.csv)"
expect_equal "instances may have dashes and slashes" 1 "$(alarms -m web1/cpu-0/cpu-idle-0/x spike.csv)"
expect_equal "the header is the data source of several columns" 0 \
  "$(alarms -m disk-sda/latency three.csv)"
expect_equal "but not of one that has an identity" 1 "$(alarms -m disk-sda/latency:read spike.csv)"
expect_equal "a data source is seen" 0 "$(alarms -m disk-sda/latency:spike spike.csv)"
sed '1s/.*/timestamp,cpu-0\/cpu-user,cpu-0\/cpu-idle,load\/load:shortterm/' three.csv >named.csv
expect_equal "a header may be an identity: ignored" 0 "$(alarms named.csv)"
sed '1s/.*/timestamp,cpu-0\/cpu-idle,cpu-0\/cpu-user,load\/load:shortterm/' three.csv >named.csv
expect_equal "a header may be an identity: watched" 1 "$(alarms named.csv)"
expect_equal "its name is the metric" cpu-0/cpu-idle "$(field 1 1 out)"

# ---- The command line goes over the file ----
series 60 40 12 >over.csv
expect_equal "the rule's sensitivity holds" 0 "$(alarms -m load/load over.csv)"
expect_equal "but --sensitivity goes over it" 1 "$(alarms -m load/load -s normal over.csv)"
expect_equal "so does --detector" 0 "$(alarms -m cpu-0/cpu-user -d missing spike.csv)"
series 3000 2900 99 >long.csv
run detect -c rules.cfg -m cpu-0/cpu-user -d adaptive long.csv
expect_equal "the file's warm-up holds" 1 "$(field 4 2901 out)"
expect_equal "but --warmup goes over it" 0 "$(alarms -m cpu-0/cpu-user -d adaptive -w 9w long.csv)"

# ---- Configurations that are none ----
run detect -c missing.cfg spike.csv
expect_status "no configuration is a failure" 1
expect_in "it is named" err missing.cfg
printf 'warmup = "10m";\nsensitivity = "loud";\n' >wrong.cfg
run detect -c wrong.cfg spike.csv
expect_status "a wrong configuration is a failure" 1
expect_in "file and line are told" err "wrong.cfg:2: "
expect_nothing "nothing is printed" out
printf 'timestamp,%0200d\n' 0 >wide.csv
run detect wide.csv
expect_status "a name that is too long is a failure" 1
expect_in "it is told" err "longer than 127 bytes"
finish
