#!/bin/sh
# Groups of anomaly.cfg on the command line: detect, backtest, train and check have them.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

cat >groups.cfg <<'END'
detectors = ({ name = "limit"; failure_max = 500.0; });
rules = ();
groups = (
  { name = "host"; members = ( { plugin = "/^(cpu|load|disk)$/"; } ); exclude = { type_instance = "idle"; }; },
  { name = "web"; by = "metric"; detector = { name = "peers"; limit = 0.9; };
    members = ( { plugin = "apache"; } ); notify = "always"; }
);
END

# Three hosts for five days, a row each 5 minutes: on web2 three metrics are odd at once, later web3 differs.
awk '
  function noise(a, b, c,    x) {
    x = sin(a * 12.9898 + b * 78.233 + c * 37.719) * 43758.5453
    return x - int(x)
  }
  BEGIN {
    metrics = split("cpu-0/gauge-user cpu-0/gauge-idle load/gauge disk-sda/gauge-ops apache/gauge", metric)
    printf "timestamp"
    for (h = 1; h <= 3; h++)
      for (m = 1; m <= metrics; m++)
        printf ",web%d/%s", h, metric[m]
    print ""
    for (row = 0; row < 1560; row++) {
      printf "%d", 1700000000 + 300 * row
      for (h = 1; h <= 3; h++)
        for (m = 1; m <= metrics; m++) {
          value = 100 + 2 * noise(row, h, m) + 2 * noise(row + .5, m, h)
          if (h == 2 && m < 5 && row >= 1440 && row < 1446)
            value += 9
          if (h == 3 && m == 5 && row >= 1500 && row < 1510)
            value += 30
          printf ",%.4f", value
        }
      print ""
    }
  }' >hosts.csv

run check groups.cfg
expect_in "check lists groups" out "2 groups:"
expect_in "and what judges them" out "  detector: peers (limit = 0.9)"
expect_in "and their members" out '  members: plugin "apache"'
expect_in "and what is none" out '  exclude: type_instance "idle"'
expect_in "and what they set" out '  notify = "always"'
run check --metric web1/load/gauge groups.cfg
expect_in "a metric knows its groups" out "  member of group host"
run check --metric web1/cpu-0/gauge-idle groups.cfg
conclude "what is excluded is no member" "$(grep member out)"

run detect --config groups.cfg --episodes hosts.csv
expect_status "detect has groups" 0
expect_equal "one alarm each" 3 "$(wc -l <out)"
expect_in "of a host" out ",web2/anomaly-host/gauge-group,\"group host: several metrics are unusual at once: "
expect_in "and of the host that differs" out ",web3/anomaly-web/gauge-apache_gauge,\"group web of apache_gauge: differs from its peers: web3 "
conclude "no member is named that is none" "$(grep -o 'gauge-idle.*' out)"

# The same as files of collectd's csv plugin, one for each metric.
for column in $(seq 2 16); do
  name=$(head -1 hosts.csv | cut -d, -f"$column")
  mkdir -p "tree/$(dirname "$name")"
  (echo epoch,value && awk -F, -v OFS=, -v column="$column" 'NR > 1 { print $1, $column }' hosts.csv) >"tree/$name"
done
run backtest -c groups.cfg hosts.csv
conclude "backtest has groups" "$(grep -q '^  A  host  *1 episodes' out || cat out)"
conclude "of both kinds" "$(grep -q '^  A  peers  *1 episodes' out || cat out)"
expect_in "they count as no metrics" out "15 metrics of 3 hosts"
cp out side_by_side
run backtest -c groups.cfg tree
expect_same "one metric after another is the same" out side_by_side

cat >labels.csv <<'END'
metric,start,end
web2/cpu-0/*,1700432000,1700433500
web3/apache/*,1700450000,1700452700
END
run backtest -c groups.cfg --labels labels.csv --html page.html hosts.csv
expect_in "groups are counted" out "15 metrics of 3 hosts, 4 groups, 23400 values"
conclude "what is labelled of a member is labelled of its group" \
  "$(grep -q '^group labelled segments  *2$' out || cat out)"
conclude "both are found" "$(grep -q '^group event recall  *1.000$' out || cat out)"
conclude "and nothing else" "$(grep -q '^group event precision  *1.000$' out || cat out)"
conclude "metrics are counted without them" "$(grep -q '^found  *0$' out || cat out)"
conclude "rows over the line have what led to them" \
  "$(grep -q '^  A  host  *1 episodes,  *[1-9][0-9]* values' out || cat out)"
expect_in "groups are among the noisiest" out "  web2/anomaly-host/gauge-group"
expect_in "those over hosts too" out "  web/anomaly-web/gauge-apache_gauge"
expect_equal "each has a plot" 19 "$(grep -c '<svg' page.html)"
conclude "with its episode" \
  "$(sed -n '/<title>web.anomaly-web/,/<.svg>/p' page.html | grep -q 'class="episode' || echo none)"
conclude "and what is labelled" \
  "$(sed -n '/<title>web2.anomaly-host/,/<.svg>/p' page.html | grep -q 'class="label' || echo none)"

# One trial has groups, and one has not.
echo 'detectors = ({ name = "limit"; failure_max = 500.0; }); rules = (); groups = ();' >none.cfg
run backtest -c none.cfg --against groups.cfg --labels labels.csv --html page.html hosts.csv
conclude "each trial has rows of its own" "$(grep -q '^group found  *0  *2$' out || cat out)"
expect_equal "the plots are those of the one that has" 19 "$(grep -c '<svg' page.html)"

run backtest -c groups.cfg --labels labels.csv --json hosts.csv
if grep -q "built without jansson" err; then
  skip "JSON has groups" "built without jansson"
elif [ -n "$PYTHON" ]; then
  cp out report.json
  "$PYTHON" - >out 2>&1 <<'END'
import json
report = json.load(open("report.json"))
print(report["trials"][0]["group_event_f1"], len(report["metrics"]), len(report["groups"]))
print(report["groups"][0]["metric"], report["groups"][0]["rows"] > 1500, report["groups"][0]["episodes"])
END
  expect_output "JSON has groups" "1.0 15 4
web2/anomaly-host/gauge-group True [1]"
else
  skip "JSON has groups" "python3 is not there"
fi

run train --since 2023-11-01 --config groups.cfg --database learned.db tree
expect_in "train has groups" out "learned.db: knows 15 metrics"
run export detector_state --database learned.db
expect_equal "and keeps them" 4 "$(grep -c 'anomaly-' out)"
finish
