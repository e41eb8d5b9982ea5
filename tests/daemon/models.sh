#!/bin/sh
# Models in a rule: fitted in the background by the real daemon, they alarm, are
# stored, and go on after a restart.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"
anomalyctl=$ANOMALY_BUILDDIR/anomalyctl

cat >"$work/anomaly.cfg" <<END
detectors = ( { name = "ecod"; threshold = 2.0; }, { name = "isolation_forest"; threshold = 2.0; } );
warmup = "5m";
trainer_cpu = 50.0;
checkpoint_interval = "1s";
END
{
  fed_by_socket models
  anomaly_with "$work/anomaly.cfg"
} | configuration models
log=$work/models.log
database=$work/models/anomaly.db
begin=$(($(date +%s) - 20000))

start models
usual web1 $begin 60 | feed models
check "both are fitted in the background" try_for 20 value_is models models/anomaly/gauge-models 'v == 2'
usual web1 $((begin + 600)) 540 | feed models
check "and again" try_for 20 number_is "SELECT count(DISTINCT model) FROM models
  WHERE champion = 1 AND version >= 2 AND subject = 'web1/test-0/gauge-a'" 2
check "no fit has failed" value_is models models/anomaly/derive-model_fits_failed 'v == 0'
put web1 $((begin + 6000)) 150 | feed models
put web1 $((begin + 6010)) 160 | feed models
check "what is odd is an anomaly" try_for 10 value_is models models/anomaly/gauge-anomalous 'v == 1'
usual web1 $((begin + 6020)) 20 | feed models
flush models anomaly
check "its verdicts are by the models" number_is "SELECT count(*) > 0 FROM anomalies
  WHERE voters LIKE '%ecod%' AND value >= 150 AND detectors = 2 AND ready = 2 AND leading IN ('ecod', 'isolation_forest')" 1
"$anomalyctl" label add 'web1/*' --from "$((begin + 5990))" --for 60s --database "$database" \
  >"$work/label.log" 2>&1
flush models anomaly
check "labels say how good they are" number_is \
  "SELECT count(*) > 0 FROM models WHERE champion = 1 AND recall = 1 AND f1 > 0" 1
versions=$(number "SELECT group_concat(model || version) FROM
  (SELECT model, version FROM models WHERE champion = 1 ORDER BY model)")
check "SIGTERM ends it" stop "$daemon"
check "nothing went wrong" no_trouble "$log"

rm -f "$log" "$work/models.sock"
start models
check "the models go on" try_for 10 said "$log" 'fitted models that go on: 2'
check "nothing is fitted for that" value_is models models/anomaly/derive-model_fits 'v == 0'
put web1 $((begin + 6220)) 150 | feed models
check "they know at once what is odd" try_for 10 value_is models models/anomaly/gauge-anomalous 'v == 1'
flush models anomaly
check "they are the same" number_is "SELECT group_concat(model || version) FROM
  (SELECT model, version FROM models WHERE champion = 1 ORDER BY model)" "$versions"
earlier=$(number "SELECT min(id) FROM models WHERE model = 'ecod' AND champion = 0")
version=$(number "SELECT version FROM models WHERE id = $earlier")
"$anomalyctl" models --database "$database" --rollback "$earlier" 2>"$work/rollback.log"
check "an earlier one is asked for" [ $? = 0 ]
flush models anomaly
check "the daemon goes back to it" try_for 10 said "$log" 'models that are gone back to: 1'
check "it is the one in use" number_is \
  "SELECT version FROM models WHERE champion = 1 AND model = 'ecod'" "$version"
"$anomalyctl" models --database "$database" >"$work/versions.csv"
check "people see it" said "$work/versions.csv" \
  '^id,subject,model,version,champion,' "^[0-9]+,web1/test-0/gauge-a,ecod,$version,1,"
kill -9 "$daemon"
wait "$daemon" 2>/dev/null

"$python" -c '
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.execute("UPDATE models SET block = zeroblob(64) WHERE model = ?", ("ecod",))
' "$database"
rm -f "$log" "$work/models.sock"
start models
check "a damaged one is told" try_for 10 said "$log" 'fitted models that go on: 1$' \
  'are damaged, .* and are not used: 1'
usual web1 $((begin + 6230)) 5 | feed models
check "and fitted anew" try_for 20 value_is models models/anomaly/gauge-models 'v == 2'
check "SIGTERM ends that, too" stop "$daemon"
finish
