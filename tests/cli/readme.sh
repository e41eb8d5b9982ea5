#!/bin/sh
# What README.md shows of anomalyctl on generated data works as it stands there.
# shellcheck source=tests/cli/cli.sh
. "$ANOMALY_SRCDIR/tests/cli/cli.sh"

mkdir bin
cat >bin/anomalyctl <<END
#!/bin/sh
exec "$anomalyctl" "\$@"
END
chmod +x bin/anomalyctl
PATH=$folder/bin:$PATH
sed -n 's/^    \(anomalyctl .*\)/\1/p' "$ANOMALY_SRCDIR/README.md" >commands
expect_equal "there are commands" 3 "$(wc -l <commands)"
while read -r command; do
  sh -c "$command" >out 2>err </dev/null
  status=$?
  expect_status "$command" 0
  case $command in
    *backtest*) cp out report ;;
  esac
done <commands
expect_in "detect comes last and tells something" out ",1,failure,"
expect_in "the page has plots" report.html '<path class="values"'
expect_in "and what is labelled" report.html 'class="label"'
cp report out
conclude "more is found than missed" "$([ "$(row found)" -gt $(($(row 'labelled segments') / 2)) ] || cat out)"
finish
