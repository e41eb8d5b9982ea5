#!/bin/sh
# anomalyctl backtest: what is counted, compared and drawn.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

# By hand: three days at a minute, a spike that is labelled and one that is not.
awk 'BEGIN {
  print "timestamp,web1/load/load:shortterm,web2/load/load:shortterm"
  for (i = 0; i < 4320; i++) {
    value = 10 + i * 7919 % 13 / 10
    print 1700006400 + 60 * i "," (i == 3000 || i == 4000 ? 30 : value) "," value
  }
}' >spikes.csv
cat >labels.csv <<'END'
metric,start,end,why
web1/*,1700186400,1700186400,spike
web*,1700247000,1700247060,nothing
END
quick="-d zscore:window=20 -w 1h"
# shellcheck disable=SC2086
run backtest $quick --labels labels.csv spikes.csv
expect_status "a file with labels" 0
expect_in "what was read is told" err "spikes.csv (a CSV file): 8640 values of 2 metrics"
expect_in "what it is over" out "2 metrics of 2 hosts, 8640 values, 2023-11-15T00:00:00Z .. 2023-11-17T23:59:00Z, 0.9 metric weeks"
expect_in "which configuration" out "A: built-in configuration, zscore:window=20"
expect_equal "episodes" 2 "$(row episodes)"
expect_equal "segments of both metrics" 3 "$(row 'labelled segments')"
expect_equal "one is found" 1 "$(row found)"
expect_equal "one episode is false" 1 "$(row 'false episodes')"
expect_equal "recall" 0.333 "$(row 'event recall')"
expect_equal "precision" 0.500 "$(row 'event precision')"
expect_equal "F1" 0.400 "$(row 'event F1')"
expect_equal "delay" 0.0 "$(row 'median delay in values')"
expect_equal "point precision" 0.500 "$(row 'point precision')"
expect_equal "point recall: one of five rows" 0.200 "$(row 'point recall')"
expect_equal "range recall: one of three runs" 0.333 "$(row 'range recall')"
conclude "a NAB score" "$([ "$(row 'NAB standard')" != - ] || cat out)"
expect_in "definitions are printed" out "How it is counted"
expect_in "who led" out "A  zscore"
expect_in "whose rule it was" out \
  "A         2 episodes,          2 values over the line,      2 metrics: plugin \"load\", data_source \"shortterm\" (the rules as shipped:"
expect_in "who is noisiest" out "web1/load/load:shortterm"
conclude "who is quiet is not listed" "$(grep 'web2' out)"
# shellcheck disable=SC2086
run backtest $quick spikes.csv
expect_equal "without labels: episodes" 2 "$(row episodes)"
conclude "without labels: nothing about them" "$(grep -e recall -e NAB -e counted out)"

# Labels as a column
awk -F, 'NR == 1 { print "timestamp,value,Label"; next }
  { print $1 "," $2 "," (NR == 3002 ? 1 : 0) }' spikes.csv >column.csv
# shellcheck disable=SC2086
run backtest $quick --label-column Label column.csv
expect_equal "a column of labels is no metric" "1 metrics of 1 hosts" "$(head -1 out | cut -d, -f1)"
expect_equal "and labels" "1 1 1" "$(row 'labelled segments') $(row found) $(row 'false episodes')"

# Labels as windows of files, as NAB has them: only those of this file count.
mkdir -p data/web
cut -d, -f1,2 column.csv >data/web/spikes.csv
cat >windows.json <<'END'
{
  "web/spikes.csv": [["2023-11-17 01:58:00.000000", "2023-11-17T02:02:00Z"], [1700246400, 1700246460]],
  "pikes.csv": [["2023-11-15", "2023-11-18"]],
  "web/other.csv": [["2023-11-15", "2023-11-18"]]
}
END
# shellcheck disable=SC2086
run backtest $quick --labels windows.json data/web/spikes.csv
if grep -q "without jansson" err; then
  skip "windows of files" "built without jansson"
else
  expect_status "windows of files" 0
  expect_equal "their own" "2 2 0" "$(row 'labelled segments') $(row found) $(row 'false episodes')"
  conclude "the NAB score follows" "$([ "$(row 'NAB standard')" != - ] || cat out)"
  nab=$(row 'NAB standard')
  cd data/web || exit 99
  # shellcheck disable=SC2086
  run backtest $quick --labels ../../windows.json spikes.csv
  expect_equal "from within the folder" "2 $nab" "$(row found) $(row 'NAB standard')"
  cd ../.. || exit 99
  cp data/web/spikes.csv data/web/other.csv
  # shellcheck disable=SC2086
  run backtest $quick --labels windows.json --json data/web/spikes.csv data/web/other.csv
  expect_in "of several files each is judged for itself" out '"metric": "localhost/csv-other.csv/gauge"'
  expect_in "none is late for the other" out '"episode_count": 4.0'
  # shellcheck disable=SC2086
  run backtest $quick --labels windows.json column.csv
  expect_equal "a file of another name has none" 0 "$(row 'labelled segments')"
  for wrong in '{"a.csv": 1}' '{"a.csv": [["2023-11-15"]]}' '{"a.csv": [["soon", "late"]]}' \
    '{"a.csv": [[5, 1]]}' '{"a.csv": [[1, 5]]' '{"a.csv": [], "a.csv": []}'; do
    echo "$wrong" >wrong.json
    run backtest -l wrong.json spikes.csv
    expect_equal "wrong windows are refused: $wrong" "1 1" \
      "$status $(grep -c '^anomalyctl backtest: wrong.json: ' err)"
  done
fi

# Side by side
cat >strict.cfg <<'END'
detectors = ({ name = "zscore"; window = 20; sigma = 100.0; });
warmup = "1h";
rules = ();
END
# shellcheck disable=SC2086
run backtest $quick --against strict.cfg --against zscore:window=20,sigma=90 -l labels.csv spikes.csv
expect_equal "three beside each other" "2 0 0" "$(row episodes)"
expect_in "the second" out "B: strict.cfg"
expect_in "the third" out "C: built-in configuration, zscore:window=20,sigma=90"
cat >rules.cfg <<'END'
detectors = ({ name = "zscore"; window = 20; });
warmup = "1h";
rules = (
  { host = "web1"; calm = 5; },
  { host = "web*"; calm = 6; }
);
END
run backtest -c rules.cfg --against zscore:window=20 spikes.csv
expect_equal "each rule has its metrics" \
  '  A         2 episodes,          2 values over the line,      1 metrics: host "web1" (rules.cfg:4)
  A         0 episodes,          0 values over the line,      1 metrics: host "web*" (rules.cfg:5)
  B         2 episodes,          2 values over the line,      1 metrics: host "web1" (rules.cfg:4)
  B         0 episodes,          0 values over the line,      1 metrics: host "web*" (rules.cfg:5)' \
  "$(sed -n "/^What became of each rule/,/^\$/p" out | grep episodes)"
echo 'detectors = "zscore"; rules = ();' >none.cfg
run backtest -c none.cfg spikes.csv
expect_in "where there is none, every metric has the same" out "2 metrics: every metric"
# shellcheck disable=SC2086
run backtest $quick --sweep zscore.sigma=3,100 -l labels.csv spikes.csv
expect_equal "a sweep over a detector's option" "2 0" "$(row episodes)"
expect_in "its titles" out "B: built-in configuration, zscore:window=20, zscore.sigma = 100"
# shellcheck disable=SC2086
run backtest $quick --sweep hits=1,2,3 spikes.csv
expect_equal "a sweep over a rule's option" "2 0 0" "$(row episodes)"
run backtest --profile consensus --against quiet --against zscore spikes.csv
expect_in "a profile" out "A: built-in configuration, profile consensus"
expect_in "another one" out "B: built-in configuration, profile quiet"
expect_in "a detector goes over it" out "C: built-in configuration, profile consensus, zscore"
row episodes | cut -d' ' -f1 >under_profile
echo 'profile = "consensus";' >consensus.cfg
run backtest -c consensus.cfg spikes.csv
expect_equal "it is as if the file named it" "$(row episodes)" "$(cat under_profile)"
conclude "which is not as without" \
  "$([ "$(cat under_profile)" != 0 ] || echo "nothing is told apart")"
run detect -d zscore:window=20 -w 1h --episodes spikes.csv
sed 1d out | wc -l >detected
# shellcheck disable=SC2086
run backtest $quick -m 'web1/*' spikes.csv
expect_equal "as many as detect has" "$(cat detected)" "$(row episodes)"

# JSON
# shellcheck disable=SC2086
run backtest $quick --json --labels labels.csv spikes.csv
if grep -q "built without jansson" err; then
  skip "JSON is read by others" "built without jansson"
elif [ -n "$PYTHON" ]; then
  cp out report.json
  "$PYTHON" - >out 2>&1 <<'END'
import json
report = json.load(open("report.json"))
trial = report["trials"][0]
print(trial["episode_count"], trial["event_recall"], len(trial["episodes"]),
      trial["episodes"][0]["kind"], trial["episodes"][0]["start"], trial["detectors"][0]["detector"])
print([metric["metric"] for metric in report["metrics"]], report["metrics"][0]["episodes"])
END
  expect_output "JSON is read by others" \
    "2.0 0.3333333333333333 2 spike 1700186400.0 zscore
['web1/load/load:shortterm', 'web2/load/load:shortterm'] [2]"
else
  skip "JSON is read by others" "python3 is not there"
fi

# A page, with names that are markup
{
  echo 'timestamp,"<script>alert(1)</script>&""'"'"'"'
  sed 1d spikes.csv | cut -d, -f1,2
} >markup.csv
printf 'start,end\n1700186400,1700186400\n' >all.csv
# shellcheck disable=SC2086
run backtest $quick -m '*' --labels all.csv --html report.html markup.csv
expect_status "a page" 0
expect_in "it has a plot" report.html '<path class="values"'
expect_in "with the band" report.html '<path class="band"'
expect_in "with scores" report.html '<path class="score t0"'
expect_in "with episodes" report.html 'class="episode t0"'
expect_in "with labels" report.html 'class="label"'
expect_in "names are escaped" report.html '&lt;script&gt;alert(1)'
conclude "all of them" "$(grep '<script' report.html)"
conclude "it wants nothing from elsewhere" "$(grep -nE 'src=|href=|url\(|@import' report.html)"
if [ -n "$PYTHON" ]; then
  sed -n '/<body>/,/<\/body>/p' report.html >body.xml
  conclude "its body is well-formed" "$("$PYTHON" -c 'import xml.dom.minidom
xml.dom.minidom.parse("body.xml")' 2>&1)"
else
  skip "its body is well-formed" "python3 is not there"
fi
run backtest --html nowhere/report.html spikes.csv
expect_status "a page that cannot be written" 1
expect_in "is told" err "nowhere/report.html: No such file"

# The generator's faults, by the shipped configuration
run generate --kind cpu --kind temperature -f spike -f dip -f shift -i 5m -l faults.csv
mv out faulty.csv
run backtest --labels faults.csv faulty.csv
conclude "most of what is generated is found" \
  "$([ "$(row found)" -ge 4 ] || cat out)"
conclude "and little else" "$([ "$(row 'false episodes')" -le 2 ] || cat out)"

# refused NAME STATUS TEXT ARGUMENT...
refused() {
  name=$1
  wanted=$2
  text=$3
  shift 3
  run backtest "$@"
  expect_status "$name: status" "$wanted"
  expect_in "$name: reason" err "$text"
}
refused "no source" 2 "SOURCE... is missing"
refused "source that is none" 1 "nowhere.csv: No such file" nowhere.csv
refused "labels that are none" 1 "nowhere.csv: No such file" -l nowhere.csv spikes.csv
printf 'metric,start\nweb1,1\n' >wrong.csv
refused "labels without end" 1 'must be columns "start" and "end"' -l wrong.csv spikes.csv
printf 'metric,start,end\nweb1,5,1\n' >wrong.csv
refused "labels that end before they start" 1 "line 2: the end is before the start" -l wrong.csv spikes.csv
printf 'metric,start,end\nweb1,soon,1\n' >wrong.csv
refused "labels without times" 1 "line 2: start and end must be times" -l wrong.csv spikes.csv
refused "label column that is none" 1 'there is no column "Label"' --label-column Label spikes.csv
refused "wrong configuration" 1 "nowhere.cfg" -c nowhere.cfg spikes.csv
refused "wrong detector" 2 'did you mean "zscore"?' -d zscor spikes.csv
refused "wrong profile" 2 'no profile "quite"; did you mean "quiet"?' -p quite spikes.csv
refused "wrong rival" 2 '--against: no detector "nonsens"' -a nonsens spikes.csv
refused "sweep of nothing" 2 "must be of the form" --sweep hits spikes.csv
refused "sweep of no option" 2 'rules have no option "hit"' --sweep hit=1 spikes.csv
refused "sweep of no detector" 2 'no rule has a detector "zscore"' --sweep zscore.window=5 spikes.csv
refused "sweep of no option of a detector" 2 'zscore has no option "x"' -d zscore --sweep zscore.x=5 spikes.csv
refused "sweep out of range" 2 "hits must be" --sweep hits=1,0 spikes.csv
refused "two sweeps" 2 "one option can be swept" --sweep hits=1 --sweep calm=1 spikes.csv
refused "too many" 2 "at most 16" --sweep hits=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17 spikes.csv
finish
