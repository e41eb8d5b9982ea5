#!/bin/sh
# anomalyctl models, fit and score: models on the command line.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

# table ROWS [PLACE]: two columns that go together, but in row PLACE
table() {
  awk -v rows="$1" -v place="${2:--1}" 'BEGIN {
    print "timestamp,load,cpu,label"
    for (i = 0; i < rows; i++) {
      load = 1 + (i + 40) * 7919 % 101 / 100
      print 1700000000 + 60 * i "," load "," (i == place ? 99 : 10 * load) "," (i == place)
    }
  }'
}
table 200 >train.csv
table 20 7 >test.csv

# ---- What there is ----
run models
expect_status "models is fine" 0
expect_in "models has a headline" out "MODEL"
expect_in "models lists a model" out "ecod"
expect_equal "each model of the list has bytes and a line" 0 \
  "$(awk 'NR > 1 && ($2 < 1 || NF < 4)' out | wc -l)"
names=$(awk 'NR > 1 { print $1 }' out)
for name in $names; do
  run models "$name"
  expect_status "models $name is fine" 0
  expect_in "models $name has a source" out "Source:  "
  expect_in "models $name has the options of every model" out "contamination"
done
run models ecd
expect_status "a wrong model is not understood" 2
expect_in "a wrong model is put right" err 'did you mean "ecod"?'

# ---- Scores ----
run score --model ecod --train train.csv test.csv
expect_status "score is fine" 0
expect_nothing "score says nothing on stderr" err
expect_equal "the headline" "row,score,anomaly" "$(head -1 out)"
expect_equal "a row for each row" 21 "$(wc -l <out)"
expect_equal "rows are counted from 0" "0 19" "$(awk -F, 'NR == 2 || NR == 21 { print $1 }' out | tr '\n' ' ' | sed 's/ $//')"
expect_equal "what stands out has the largest score" 7 \
  "$(sed 1d out | sort -t, -k2,2gr | head -1 | cut -d, -f1)"
expect_equal "and is an anomaly" 1 "$(field 3 8 out)"
cp out plain
run score -m ecod:contamination=0.000001 -t train.csv train.csv
expect_equal "with no contamination no row of the training is one" 0 "$(grep -c ',1$' out)"
run score -m ecod:contamination=0.2 -t train.csv train.csv
expect_equal "contamination is their share" 40 "$(grep -c ',1$' out)"

run score --alone -m ecod -t train.csv test.csv
conclude "alone, rows are not ranked among each other" "$(cmp -s out plain && echo "they are")"

awk -F, 'BEGIN { OFS = "," } { print $3, "x" (NR == 1 ? "" : NR), $4, $2 }' test.csv |
  sed 's/,x\([0-9]*\),/,\1,/; 1s/,,/,more,/' >other.csv
run score -m ecod -t train.csv other.csv
expect_same "columns are matched by name, in any order" out plain
run score -m ecod -t train.csv - <test.csv
expect_same "- is standard input" out plain
run score -m ecod -t - test.csv <train.csv
expect_same "so it is for --train" out plain
for name in $names; do
  run score -m "$name" -t train.csv test.csv
  expect_status "$name: status" 0
  expect_equal "$name: rows" 21 "$(wc -l <out)"
  expect_equal "$name: each score is a number, each label 0 or 1" 0 "$(awk -F, \
    'NR > 1 && ($2 !~ /^-?[0-9.]+(e[-+][0-9]+)?$/ || $3 !~ /^[01]$/)' out | wc -l)"
  run score --alone -m "$name" -t train.csv test.csv
  cp out of_model
  run fit -m "$name" -o saved.model train.csv
  expect_status "$name: fit" 0
  run score -l saved.model test.csv
  expect_same "$name: a saved model scores the same" out of_model
done

gzip -k test.csv train.csv
run score -m ecod -t train.csv.gz test.csv.gz
if grep -q "without zlib" err; then
  skip "compressed files are unpacked" "built without zlib"
else
  expect_same "compressed files are unpacked" out plain
  head -c 100 test.csv.gz >cut.csv.gz
  run score -m ecod -t train.csv cut.csv.gz
  expect_status "one that is cut short is a failure" 1
  expect_in "which is told" err "cut.csv.gz: the file is cut: it ends in the middle"
  {
    head -c 60 test.csv.gz
    echo "words in the middle of it"
    tail -c +90 test.csv.gz
  } >damaged.csv.gz
  for verb in "score -m ecod -t train.csv" detect "detect --group" history; do
    # shellcheck disable=SC2086
    run $verb damaged.csv.gz
    expect_status "$verb: one that is damaged is a failure" 1
    expect_in "$verb: which is told" err ": its compressed data are damaged"
  done
  run detect test.csv.gz
  expect_equal "detect reads them too" 61 "$(wc -l <out)"
fi

# ---- Why ----
run score --explain -m ecod -t train.csv test.csv
expect_equal "--explain has a column more" "row,score,anomaly,columns" "$(head -1 out)"
expect_equal "the column that stands out is the first" cpu \
  "$(field 4 8 out | cut -d= -f1)"
expect_equal "shares come to 1" 1.00 \
  "$(field 4 8 out | tr ';' '\n' | awk -F= '{ sum += $2 } END { printf "%.2f", sum }')"
sed '1s/cpu/"a,b"/' train.csv >quoted.csv
run score -e -m ecod -t quoted.csv quoted.csv
expect_equal "a name with a comma is quoted" '"' "$(sed -n 2p out | cut -d, -f4- | cut -c 1)"
run models --json
if [ "$status" = 1 ] && grep -q "without jansson" err; then
  skip "--json" "built without jansson"
else
  expect_equal "models --json has them all" "$names" "$("$PYTHON" -c '
import json
for model in json.load(open("out")):
    assert model["bytes"] > 0 and model["source"] and model["options"]
    print(model["name"])')"
  run score -e --json -m ecod -t train.csv test.csv
  expect_equal "score --json says the same" "" "$("$PYTHON" -c '
import json
plain = [line.split(",") for line in open("plain").read().split()[1:]]
rows = [json.loads(line) for line in open("out")]
if len(rows) != len(plain):
    print(len(rows), "rows")
for row, (number, score, anomaly) in zip(rows, plain):
    if (row["row"], row["score"], row["anomaly"]) != (int(number), float(score), anomaly == "1"):
        print(row, score, anomaly)
if rows[7]["columns"][0]["column"] != "cpu":
    print(rows[7])')"
fi

# ---- Missing values, and what is no table ----
printf 'load,cpu\n,\n1.5,nan\n' >missing.csv
run score -m ecod -t train.csv missing.csv
expect_status "missing values are fine" 0
expect_equal "and scored" 3 "$(wc -l <out)"

# fails NAME TEXT ARGUMENT...: exit status 1, and why
fails() {
  name=$1
  text=$2
  shift 2
  run "$@"
  expect_status "$name: status" 1
  expect_in "$name: reason" err "$text"
}
printf 'load,cpu\n1,2\n3,none\n' >text.csv
awk 'BEGIN { for (row = 0; row < 3; row++)
  for (i = 1; i <= 300; i++) printf "%s%s", row ? row : "c" i, i < 300 ? "," : "\n" }' >wide.csv
for name in pca mcd; do
  fails "$name: too many columns" "300 columns; $name takes at most 256" \
    score -m "$name" -t wide.csv wide.csv
done
fails "text in a test cell" 'text.csv: line 3, column "cpu": "none" is no number' \
  score -m ecod -t train.csv text.csv
fails "text in a training cell" 'text.csv: line 3, column "cpu"' score -m ecod -t text.csv test.csv
expect_nothing "which prints nothing" out
printf 'load,cpu\n1,2,3\n' >wide.csv
fails "a row too wide" "wide.csv: line 2: not a row of 2 fields" score -m ecod -t train.csv wide.csv
printf 'load,cpus\n1,2\n' >renamed.csv
fails "a missing column" 'there is no column "cpu"; did you mean "cpus"?' \
  score -m ecod -t train.csv renamed.csv
printf 'load,cpu\n' >none.csv
fails "no rows to score" "none.csv: there are no rows" score -m ecod -t train.csv none.csv
fails "no rows to fit to" "none.csv: there are no rows" score -m ecod -t none.csv test.csv
printf 'Label,TIMESTAMP,train,test\n1,2,1,0\n' >no_feature.csv
fails "no feature" "there is no column beside" score -m ecod -t no_feature.csv test.csv
printf 'a,b,a\n1,2,3\n' >twice.csv
fails "a column twice" 'column "a" is there twice' score -m ecod -t twice.csv test.csv
: >empty.csv
fails "no header" "empty.csv: there is no header line" score -m ecod -t train.csv empty.csv
fails "no file" "absent.csv: No such file" score -m ecod -t train.csv absent.csv

# ---- Models in files ----
run fit -m ecod:contamination=0.05 -o ecod.model train.csv
expect_in "fit says what it made" out "ecod.model: ecod of 200 rows and 2 columns"
expect_equal "only the owner may read it" 600 "$(stat -c %a ecod.model)"
expect_equal "nothing is left beside it" ecod.model "$(echo ecod.model*)"
fails "a folder that is not there" "absent/x.model: No such file" fit -m ecod -o absent/x.model train.csv
mkfifo pipe.model
fails "what is no file" "pipe.model: is no file that could be replaced" fit -m ecod -o pipe.model train.csv
conclude "stays what it is" "$([ -p pipe.model ] || echo "it was replaced")"
: >behind.model
ln -s behind.model link.model
run fit -m ecod -o link.model train.csv
expect_equal "a link is followed" "link.model behind.model" "$(find link.model -type l) $(find behind.model -size +0)"
echo kept >kept.model
fails "a fit that fails" "no number" fit -m ecod -o kept.model text.csv
expect_equal "leaves what was there" kept "$(cat kept.model)"
fails "what is no model" "train.csv: is no model file, or is damaged" score -l train.csv test.csv
head -c 300 ecod.model >cut.model
fails "half a model" "is no model file, or is damaged" score -l cut.model test.csv
fails "a model of nothing" "is no model file" score -l empty.csv test.csv
fails "a folder" "is no model file" score -l . test.csv
"$PYTHON" -c '
bytes = bytearray(open("ecod.model", "rb").read())
bytes[-200] ^= 1
open("flipped.model", "wb").write(bytes)
bytes[8] += 1
open("later.model", "wb").write(bytes)'
fails "a flipped bit" "is no model file, or is damaged" score -l flipped.model test.csv
fails "another version" "is of another version" score -l later.model test.csv
fails "its columns" 'there is no column "cpu"' score -l ecod.model renamed.csv

# ---- Words ----
# refused NAME TEXT ARGUMENT...: exit status 2, and why
refused() {
  name=$1
  text=$2
  shift 2
  run "$@"
  expect_status "$name: status" 2
  expect_in "$name: reason" err "$text"
  expect_nothing "$name: nothing on stdout" out
}
refused "no model" "say --model and --train, or --load" score test.csv
refused "no training" "say --model and --train, or --load" score -m ecod test.csv
refused "both" "no --model, no --train" score -m ecod -l ecod.model test.csv
refused "standard input twice" "at once" score -m ecod -t - -
refused "a wrong model for score" 'did you mean "ecod"?' score -m ecdo -t train.csv test.csv
refused "a wrong option" 'did you mean "contamination"?' score -m ecod:contaminaton=1 -t train.csv test.csv
refused "a wrong value" "contamination must be" score -m ecod:contamination=0.7 -t train.csv test.csv
refused "an option without value" "is not of the form" score -m ecod:contamination -t train.csv test.csv
refused "fit without a model" "--model is missing" fit -o x.model train.csv
refused "fit without a file" "--output is missing" fit -m ecod train.csv
finish
