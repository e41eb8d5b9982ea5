#!/bin/sh
# anomalyctl detect --group --model: rows judged by a model that is fitted as they go by.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

# table FIRST LAST FROM: b and d follow a and c but in three rows from row FROM on, where each of
# a and b alone is usual; d leaves what it was, too
table() {
  awk -v first="$1" -v last="$2" -v from="$3" '
    function noise() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
    BEGIN {
      seed = 7
      print "timestamp,a,b,c,d,label"
      for (i = 0; i < last; i++) {
        x = noise() + noise() + noise() - 1.5
        y = noise() - .5
        odd = i >= from && i < from + 3
        b = (odd ? 1.5 - x : x) + noise() / 5
        d = (odd ? 2 - y : y) + noise() / 5
        if (i >= first)
          printf "%d,%.5f,%.5f,%.5f,%.5f,%d\n", 1700006400 + 60 * i, 1000 * x, b, y, d, odd
      }
    }'
}

# ---- What it finds ----
table 0 2000 1900 >whole.csv
for model in knn lof mcd pca suod; do
  run detect --group --model "$model" whole.csv
  expect_status "$model runs" 0
  expect_nothing "$model needs no words" err
  expect_equal "$model has a row for each row" 2001 "$(wc -l <out)"
  expect_equal "$model alarms with the first odd row, and nothing before" 1700120400 \
    "$(awk -F, '$3 == 1 { print $1; exit }' out)"
  expect_equal "$model names what left the others first" d \
    "$(awk -F '"' '/^1700120400,/ { print $2 }' out | cut -d' ' -f1)"
  expect_equal "$model is quiet again after it" 0 "$(tail -80 out | awk -F, '$3 == 1' | wc -l)"
done
run detect --group --model mcd whole.csv
expect_equal "the header is exactly so" timestamp,score,anomaly,reason "$(head -1 out)"
conclude "scores are 0 .. 1" "$(awk -F, 'NR > 1 && ($2 < 0 || $2 >= 1)' out)"
conclude "who alarms first is over the line" "$(awk -F, '$1 == 1700120400 && $2 < .5' out)"
conclude "what is usual has no reason" "$(awk -F, '$2 < .5 && $3 == 0 && $4 != ""' out)"
conclude "shares are largest first, and no more than the whole" \
  "$(awk -F '"' '/^1700120400,/ { print $2 }' out | tr ',' '\n' |
    awk '$2 !~ /^[01]\.[0-9][0-9]$/ || (NR > 1 && $2 > last) { print } { last = $2; sum += $2 }
      END { if (sum < .9 || sum > 1.02) print "sum", sum }')"
cp out expected
run detect --group --model mcd whole.csv
expect_same "it says the same each time" out expected

# ---- What was seen before ----
table 0 1900 9999 >train.csv
table 1900 2000 1900 >test.csv
for model in mcd half_space_trees; do
  run detect --group --model "$model" whole.csv
  tail -100 out >expected
  run detect --group --model "$model" --train train.csv test.csv
  expect_equal "$model: the file's own rows alone are printed" 101 "$(wc -l <out)"
  sed 1d out >own
  expect_same "$model: with its past it is the same as in one file" own expected
done
cp expected scores
conclude "a model that learns has something to say" \
  "$(awk -F, '$2 > 0 { n++ } END { if (n == 0) print "no score" }' scores)"
run detect --group --model mcd test.csv
conclude "of a short file it is said that nothing can alarm" \
  "$(grep -q 'all of it is warm-up' err || cat err)"
awk -F, -v OFS=, '{ print $0, NR == 1 ? "fresh" : 1000 * NR }' test.csv >more.csv
run detect --group --model mcd --train train.csv more.csv
expect_status "a column that comes later is fine" 0
expect_equal "the others still alarm" 1 "$(sed -n 2p out | cut -d, -f3)"
conclude "and it is not to blame before it is known" "$(sed -n 2,40p out | grep fresh)"
awk -F, -v OFS=, 'NR > 1 { $2 = ""; if (NR % 50 == 0) $3 = $4 = $5 = "" } 1' whole.csv >gone.csv
run detect --group --model knn gone.csv
expect_status "missing values are fine" 0
expect_equal "what is left still alarms" 1 "$(awk -F, '/^1700120400,/ { print $3 }' out)"

# ---- Options ----
# first_scored OPTIONS: the first row with a score above 0
first_scored() {
  "$anomalyctl" detect --group --model "knn:$1" whole.csv |
    awk -F, 'NR > 1 && $2 > 0 { print NR - 1; exit }'
}
conclude "min_samples moves the first score" \
  "$(echo "$(first_scored min_samples=50) $(first_scored min_samples=500)" |
    awk '!($1 > 178 && $1 < 400 && $2 > 628)')"
run detect --group --model knn:threshold=30 whole.csv
expect_equal "threshold moves the line" 0 "$(awk -F, '$3 == 1' out | wc -l)"
for options in window_size=100 retrain_interval=7 standardise=never; do
  run detect --group --model knn whole.csv
  cp out expected
  run detect --group --model "knn:$options" whole.csv
  expect_status "$options is fine" 0
  conclude "$options changes scores" "$(cmp -s out expected && echo the same)"
done
run detect --group --model knn:standardise=always whole.csv
expect_same "columns are standardised unless told otherwise" out expected
run detect --group --json --model mcd whole.csv
if grep -q 'without jansson' err; then
  skip "JSON has the shares" "built without jansson"
else
  conclude "JSON has the shares" "$(grep -q '1700120400.*"anomaly":true.*"share":0' out || head -2 out)"
  expect_equal "and how many rows are missing at first" 50,1 \
    "$(sed -n 's/.*"missing":\([0-9]*\).*/\1/p' out | sed -n '1p;$p' | paste -sd, -)"
fi
awk -F, -v OFS=, 'NR > 1 { $2 = $3 = $4 = $5 = 1 } 1' whole.csv >flat.csv
run detect --group --model mcd flat.csv
expect_status "rows that are all alike are fine" 0
expect_equal "and no alarm" 0 "$(awk -F, '$3 == 1' out | wc -l)"

# ---- What is wrong ----
# refused WORDS ARGUMENTS...: is refused with these words
refused() {
  words=$1
  shift
  run detect "$@" whole.csv
  expect_status "$* is refused" 2
  conclude "$* is explained" "$(grep -q -e "$words" err || cat err)"
}
refused 'did you mean "ecod"' --group --model ecos
refused 'did you mean "window_size"' --group --model ecod:window_sise=100
refused 'did you mean "n_neighbors"' --group --model knn:n_neighbours=3
refused 'option=value' --group --model ecod:threshold
refused 'min_samples is more than window_size' --group --model ecod:min_samples=200,window_size=100
refused 'min_samples' --group --model ecod:min_samples=1
refused 'detector' --group --model ecod --detector host
refused 'see --group' --model ecod
finish
