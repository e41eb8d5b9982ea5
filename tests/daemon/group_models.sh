#!/bin/sh
# A model that judges a group: over a restart it says what it says without one; it is listed,
# graded, gone back to, and fitted anew where what is stored is damaged.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"
anomalyctl=$ANOMALY_BUILDDIR/anomalyctl

# configure NAME OPTION...: options of the model
configure() {
  cat >"$work/anomaly.cfg" <<END
detectors = ( { name = "limit"; failure_max = 500.0; } );
rules = ();
trainer_cpu = 50.0;
checkpoint_interval = "1s";
expire_after = "520w";
groups = ( { name = "host"; members = ( { plugin = "test"; } );
  detector = { name = "knn"; threshold = 2.0; $2 }; } );
END
  {
    echo "WriteThreads 1"
    unixsock_plugin "$1"
    anomaly_with "$work/anomaly.cfg"
  } | configuration "$1"
  log=$work/$1.log
  database=$work/$1/anomaly.db
  rm -f "$log" "$work/$1.sock"
}
begin=$(($(date +%s) / 60 * 60 - 60 * 600))

# rows FROM TO: of four metrics of a host, one each minute; some are odd
rows() {
  awk -v from="$1" -v to="$2" -v begin=$begin '
    function noise(a, b,    x) {
      x = sin(a * 12.9898 + b * 78.233) * 43758.5453
      return x - int(x)
    }
    BEGIN {
      for (row = from; row < to; row++)
        for (m = 1; m <= 4; m++)
          printf "PUTVAL \"web1/test-%d/gauge-a\" interval=60 %d:%.4f\n", m, begin + 60 * row,
            100 * m + noise(row, m) + noise(row + .5, m) + (row >= 300 && row % 60 < 3 ? 5 * m : 0)
    }'
}

# verdicts: all that was stored of the verdicts on the group
verdicts() {
  number "SELECT group_concat(time || ' ' || score || ' ' || surprise || ' ' || coalesce(change, ''))
    FROM anomalies WHERE host = 'web1' AND metric = 'anomaly-host/gauge-group' AND voters = 'knn'"
}

# The fit is due with the first value of row 50, and no row is whole after that: whenever the
# trainer comes to it, it is of the same rows.
once="retrain_interval = 100000;"
subject="web1/anomaly-host/gauge-group"

# ---- Without a restart ----
configure one "$once"
start one
rows 0 51 | feed one
check "it is fitted in the background" try_for 20 value_is one one/anomaly/gauge-models 'v == 1'
rows 51 440 | feed one
flush one anomaly
without=$(verdicts)
check "what is odd is an anomaly" number_is "SELECT count(*) > 0 FROM anomalies
  WHERE metric = 'anomaly-host/gauge-group' AND change = 'opened' AND leading = 'knn'" 1
check "SIGTERM ends it" stop "$daemon"
check "nothing went wrong" no_trouble "$log"

# ---- With two ----
configure two "$once"
start two
rows 0 51 | feed two
check "another is fitted" try_for 20 value_is two two/anomaly/gauge-models 'v == 1'
rows 51 250 | feed two
check "SIGTERM ends it, too" stop "$daemon"
again() {
  rm -f "$log" "$work/two.sock"
  start two
  check "the model goes on" try_for 10 said "$log" 'fitted models that go on: 1$'
}
again
rows 250 302 | feed two
check "SIGTERM ends it in the middle of an alarm" stop "$daemon"
again
rows 302 440 | feed two
flush two anomaly
check "nothing is fitted for that" value_is two two/anomaly/derive-model_fits 'v == 0'
check "its verdicts are the same" [ "$(verdicts)" = "$without" ]
check "SIGTERM ends that" stop "$daemon"

# ---- Versions ----
configure two "retrain_interval = 50;"
start two
rows 440 560 | feed two
check "it is fitted again" try_for 20 number_is "SELECT max(version) >= 2 FROM models
  WHERE champion = 1 AND scope = 'group' AND subject = '$subject'" 1
"$anomalyctl" label add 'web1/*' --from "$((begin + 60 * 480))" --for 10m --database "$database" \
  >"$work/label.log" 2>&1
flush two anomaly
check "labels say how good it is" number_is \
  "SELECT count(*) > 0 FROM models WHERE subject = '$subject' AND recall IS NOT NULL" 1
earlier=$(number "SELECT id FROM models WHERE version = 1")
"$anomalyctl" models --database "$database" --rollback "$earlier" 2>"$work/rollback.log"
check "an earlier one is asked for" [ $? = 0 ]
flush two anomaly
check "the daemon goes back to it" try_for 10 said "$log" 'models that are gone back to: 1'
"$anomalyctl" models --database "$database" >"$work/versions.csv"
check "people see it" said "$work/versions.csv" '^id,subject,model,version,champion,' \
  "^[0-9]+,$subject,knn,1,1,"
check "nothing went wrong, again" no_trouble "$log"
kill -9 "$daemon"
wait "$daemon" 2>/dev/null

# ---- Damage ----
"$python" -c '
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.execute("UPDATE models SET block = zeroblob(64)")
' "$database"
rm -f "$log" "$work/two.sock"
start two
check "a damaged one is told" try_for 10 said "$log" 'are damaged, .* and are not used: 1'
rows 560 563 | feed two
check "and fitted anew" try_for 20 value_is two two/anomaly/gauge-models 'v == 1'
check "SIGTERM ends the last" stop "$daemon"
finish
