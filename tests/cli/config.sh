#!/bin/sh
# anomalyctl check, detectors and config.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

# ---- check ----
run config --sample
expect_status "config --sample is fine" 0
cp out sample.cfg
run check sample.cfg
expect_status "the sample is without error" 0
expect_equal "the file is named" "sample.cfg: no error" "$(head -1 out)"
sed 1d out >of_sample
cat >empty.cfg </dev/null
run check empty.cfg
sed 1d out >of_builtin
expect_same "the sample says what holds without it" of_sample of_builtin
cat >rules.cfg <<'END'
memory_limit = "64M";
hits = 2;
rules = (
  { plugin = "cpu"; type_instance = "idle"; ignore = true; },
  { plugin = "/^load$/"; hits = 3; detectors = ("adaptive", { name = "zscore"; window = 50; }); }
);
END
run check rules.cfg
expect_status "rules are fine" 0
expect_in "the engine's options are told" out 'memory_limit = "64M"'
expect_in "the rules are counted" out "3 rules:"
expect_in "a rule's selector is told" out 'plugin "cpu", type_instance "idle":'
expect_in "a rule's settings are told" out "  ignore = true"
expect_in "its detectors are, with what is not preset" out "detectors: adaptive, zscore (window = 50)"
run check --metric cpu-0/cpu-idle -m web1/load/load:shortterm rules.cfg
expect_status "--metric is fine" 0
expect_in "an ignored metric is told" out "  ignored"
expect_in "the metric is named" out "web1/load/load:shortterm:"
expect_in "the more specific rule wins" out "  hits = 3"
run check --profile consensus --metric load/load rules.cfg
expect_status "--profile is fine" 0
expect_in "it is as if the file named it" out '  consensus = "majority"'
run check --profile consensus empty.cfg
conclude "without --metric all is told under it" "$(grep -qF '  consensus = "majority"' out || cat out)"
run check --profile consensu
expect_status "an unknown profile is a mistake of usage" 2
expect_in "an unknown profile is told" err 'no profile "consensu"; did you mean "consensus"?'
printf 'hits = 2;\nhist = 3;\n' >wrong.cfg
run check wrong.cfg
expect_status "an unknown name is a failure" 1
expect_in "file and line are told" err "wrong.cfg:2: "
expect_in "what was meant is told" err hits
expect_nothing "nothing is printed" out
run check missing.cfg
expect_status "a missing file is a failure" 1
expect_in "it is named" err missing.cfg
run check
expect_status "without a file the installed or built-in one is checked" 0

# ---- detectors ----
run detectors
expect_status "detectors is fine" 0
for name in adaptive zscore baseline missing limit ewma cusum page_hinkley host peers; do
  conclude "$name is listed with its bytes" \
    "$(awk -v name=$name '$1 == name && $2 > 0 { found = 1 } END { if (!found) print "no line" }' out)"
done
names=$(awk '$2 ~ /^[0-9]+$/ { print $1 }' out)
for name in $names; do
  run detectors "$name"
  expect_in "$name has a source" out "Source:  "
  expect_in "$name has its memory" out " bytes of state"
done
run detectors zscore
expect_in "options have preset and range" out "window"
expect_in "options have their range" out "2 .. 10000 samples"
run detectors --json
if [ "$status" = 1 ] && grep -q "without jansson" err; then
  skip "detectors --json" "built without jansson"
else
  expect_status "detectors --json is fine" 0
  for name in $names; do
    expect_in "$name is there as JSON" out "\"name\": \"$name\""
  done
  run detectors --json zscore
  expect_equal "one alone is an array of one" 1 "$(grep -c '"summary"' out)"
fi
conclude "nothing is coloured but on a terminal" "$(
  "$anomalyctl" detectors | grep "$(printf '\033')"
)"

# ---- config ----
run config --reference
expect_status "config --reference is fine" 0
for name in memory_limit min_rel_deviation adaptive zscore; do
  expect_in "the reference has $name" out "$name"
done
run config --manual
expect_status "config --manual is fine" 0
cp out printed
sed -n '/^\.\\" What follows is printed by: anomalyctl config --manual$/,/^\.\\" That was it\.$/p' \
  "$ANOMALY_SRCDIR/docs/anomaly.cfg.5" | sed '1d;$d' >in_manual
expect_same "docs/anomaly.cfg.5 is up to date (./dev docs)" in_manual printed
finish
