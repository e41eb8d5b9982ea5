#!/bin/sh
# What anomalyctl says of itself, and of what it does not understand.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

run --help
expect_status "--help is fine" 0
expect_nothing "--help says nothing on stderr" err
for verb in detect backtest train history export generate check detectors models fit score config help; do
  expect_in "--help lists $verb" out "  $verb"
  run "$verb" --help
  expect_status "$verb --help is fine" 0
  expect_in "$verb --help shows how it is called" out "usage: anomalyctl $verb"
  cp out by_option
  run help "$verb"
  expect_same "help $verb is the same" out by_option
  run --help
done
run -h
cp out by_letter
run --help
expect_same "-h is --help" out by_letter
run help
expect_same "help is --help" out by_letter
run --version
expect_status "--version is fine" 0
expect_in "--version has the name" out "anomalyctl (collectd-anomaly) "

run
expect_status "no verb is not understood" 2
expect_nothing "no verb prints nothing on stdout" out
expect_in "no verb shows the verbs" err "  detect"
run dtect
expect_status "a wrong verb is not understood" 2
expect_in "a wrong verb is put right" err 'did you mean "detect"?'
run help nonsense
expect_status "help of a wrong verb is not understood" 2
run frobnicate
expect_in "a verb like no other is named" err 'no verb "frobnicate"'

# refused NAME TEXT ARGUMENT...
refused() {
  name=$1
  text=$2
  shift 2
  run "$@"
  expect_status "$name: status" 2
  expect_in "$name: reason" err "$text"
  expect_in "$name: where help is" err "Try 'anomalyctl $1 --help'."
  expect_nothing "$name: nothing on stdout" out
}
series 3 >calm.csv
refused "no file" "FILE.csv is missing" detect
refused "two files" '"b" is one word too many' detect a b
refused "unknown option" 'did you mean --sensitivity?' detect --sensitivty=high calm.csv
refused "unknown letter" 'no option "-x"' detect -x calm.csv
refused "missing value" "--interval must be followed by a value" detect calm.csv --interval
refused "needless value" "takes no value" detect --incidents=3 calm.csv
refused "wrong choice" "must be one of" detect -s lots calm.csv
refused "wrong interval" "must be a time" detect -i soon calm.csv
refused "no interval" "must be a time" detect -i 0 calm.csv
refused "wrong warm-up" "warmup must be" detect -w never calm.csv
refused "wrong metric" "--metric:" detect -m load calm.csv
refused "metric without plugin" "neither plugin nor type may be empty" detect -m /x calm.csv
refused "wrong detector" 'did you mean "zscore"?' detect -d zscor calm.csv
refused "wrong detector option" 'did you mean "sigma"?' detect -d zscore:sgma=3 calm.csv
refused "detector option without value" "is not of the form" detect -d zscore:sigma calm.csv
refused "detector option out of range" "2 .. 10000 samples" \
  detect -d zscore:window=1 calm.csv
refused "wrong name of a detector" 'did you mean "zscore"?' detectors zscor
refused "config without what" "say one of" config
refused "config with too much" "say one of" config --sample --reference
refused "a wrong metric for check" "--metric:" check -m load

cat >many.txt <<'END'
-d zscore:window=11 -d zscore:window=12 -d zscore:window=13 -d zscore:window=14
-d zscore:window=15 -d zscore:window=16 -d zscore:window=17 -d zscore:window=18
END
# shellcheck disable=SC2046
run detect $(cat many.txt) calm.csv
expect_status "eight detectors are fine" 0
# shellcheck disable=SC2046
refused "nine detectors" "at most 8 detectors" detect $(cat many.txt) -d adaptive calm.csv
finish
