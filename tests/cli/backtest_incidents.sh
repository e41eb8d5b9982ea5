#!/bin/sh
# anomalyctl backtest: what people would have been told, from metrics that come one after another.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

# Two weeks at five minutes. On web1 two metrics jump together, and later nothing
# comes for two hours; on web2 one metric jumps three times, another is often a
# little odd.
awk 'BEGIN {
  print "timestamp,web1/load/gauge-a,web1/load/gauge-b,web1/load/gauge-c,web2/load/gauge-a,web2/load/gauge-b"
  for (i = 0; i < 4032; i++) {
    calm = 10 + i * 7919 % 13 / 10
    jump = i >= 1000 && i < 1006 ? 30 : calm
    odd = i > 600 && i % 200 == 50 ? 15.5 : calm
    small = i == 1500 || i == 2500 || i == 3500 ? 25 : calm
    if (i >= 3000 && i < 3024)
      print 1700006400 + 300 * i ",,,," small "," odd
    else
      print 1700006400 + 300 * i "," jump "," jump + 1 "," calm "," small "," odd
  }
}' >hosts.csv
cat >both.cfg <<'END'
detectors = ({ name = "zscore"; window = 50; sigma = 10.0; }, "missing");
warmup = "1d";
rules = ();
END

# The same as files of collectd's csv plugin, one for each metric.
for column in 2 3 4 5 6; do
  name=$(head -1 hosts.csv | cut -d, -f$column)
  mkdir -p "tree/$(dirname "$name")"
  sed '1s/.*/epoch,value/' hosts.csv | awk -F, -v OFS=, -v column=$column \
    'NR > 1 { $2 = $column == "" ? "nan" : $column } { print $1, $2 }' >"tree/$name"
done

run backtest -c both.cfg hosts.csv
expect_status "a file with two hosts" 0
expect_in "hosts are counted" out "5 metrics of 2 hosts"
expect_equal "incidents told" 7 "$(row 'incidents told')"
expect_equal "by host and week" 1.750 "$(row 'incidents told per host and week')"
expect_equal "lesser ones are held back" 15 "$(row 'incidents held back')"
expect_equal "of more episodes, one of them of the hosts' group" 26 "$(row episodes)"
expect_equal "the noisiest hosts are told" "2.50 web2,1.00 web1" \
  "$(sed -n '/^Most incidents told/,/^$/p' out | sed -n 's/^ *\([0-9.]*\)  */\1 /p' | paste -sd,)"
cp out from_file
run backtest -c both.cfg tree
expect_in "they come one after another" err "the folder of collectd's csv plugin"
expect_same "metric by metric it is the same" out from_file

(cat both.cfg && echo 'notify = "never";') >never.cfg
(cat both.cfg && echo 'incidents_per_week = 0;') >all.cfg
run backtest -c both.cfg --against never.cfg --against all.cfg tree
expect_equal "each trial has its own" "7 0 22" "$(row 'incidents told')"
expect_equal "what nobody is to hear of is held back" 22 "$(row 'incidents held back' | cut -d' ' -f2)"

# What detect says of the same file, word by word.
run detect -c both.cfg --incidents hosts.csv
awk 'NR > 1' out | sort >told
conclude "a silent host is one incident" "$(grep -q 'web1.*3 of 3 metrics\|web1 .*silent' told || cat told)"
run backtest -c both.cfg --html report.html tree
expect_in "the page has what is told" report.html "<h2>What A would have told</h2>"
expect_in "and by host" report.html "<tr><td>web2</td><td>2.50</td></tr>"
conclude "text by text" "$(grep '^[^,]*,[^,]*,[^,]*,1,' told |
  sed 's/^\([^,]*,\)\{11\}//; s/^"//; s/"$//' | while read -r text; do
  sed 's/&lt;/</g' report.html | grep -qF -e "$text" || echo "not in the page: $text"
done)"
run backtest -c both.cfg --json tree
if grep -q "built without jansson" err; then
  skip "JSON has the same incidents" "built without jansson"
elif [ -n "$PYTHON" ]; then
  cp out report.json
  run detect -c both.cfg --json hosts.csv
  cp out lines.json
  "$PYTHON" - >out 2>&1 <<'END'
import json
report = json.load(open("report.json"))
keys = "start", "end", "told", "severity", "trouble", "hosts", "metrics", "peak_score", "host", "first", "text"
brief = lambda incident: [incident[key] for key in keys]
there = sorted(brief(json.loads(line)) for line in open("lines.json"))
here = [brief(incident) for incident in report["trials"][0]["incidents"]]
print("the same" if here == there else "%s\n%s" % (here, there))
print([(host["host"], host["told"]) for host in report["hosts"]])
END
  expect_output "JSON has the same incidents" "the same
[('web2', [5]), ('web1', [2])]"
else
  skip "JSON has the same incidents" "python3 is not there"
fi
finish
