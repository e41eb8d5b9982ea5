#!/bin/sh
# What is printed from the option rows and what is written down are the same.
. "$ANOMALY_SRCDIR/tests/checks/tap.sh"
anomalyctl=$ANOMALY_BUILDDIR/anomalyctl

# Models that are only there with a library.
optional_models="ocsvm"

models() {
  "$anomalyctl" models | awk 'NR > 1 && NF > 2 && $2 ~ /^[0-9]+$/ { print $1 }'
}

# built_part: its input without what it says of models that were not built
built_part() {
  absent=$(for name in $optional_models; do
    models | grep -qx "$name" || printf ' %s' "$name"
  done)
  if [ -z "$absent" ]; then
    cat
    return
  fi
  awk -v names="$absent " '
    /^##/ { section = $1 == "###" && index(names, " " $2 " ") }
    /^$/ { paragraph = 0 }
    $1 == "#" && index(names, " " $2 " ") { paragraph = 1 }
    !section && !paragraph' | cat -s | sed '${/^$/d}'
}

# same_as FILE COMMAND...
same_as() {
  file=$1
  shift
  written=$(mktemp)
  built_part <"$file" >"$written"
  "$@" | built_part | diff -u "$written" - || echo "./dev docs writes $file anew"
  rm -f "$written"
}

verbs() {
  "$anomalyctl" --help | sed -nE 's/^  ([a-z]+)( .*)?$/\1/p'
}

options_missing_in_manual() {
  [ -n "$(verbs)" ] || echo "anomalyctl --help lists no verb"
  for verb in "" $(verbs); do
    # shellcheck disable=SC2086
    "$anomalyctl" $verb --help 2>&1 | grep -oE -e '--[a-z][a-z-]+' | sort -u
  done | sort -u | while read -r option; do
    # The manual writes a dash as \- or as -.
    sed 's/\\-/-/g' docs/anomalyctl.1 | grep -qF -e "$option" ||
      echo "$option is not in docs/anomalyctl.1"
  done
}

verbs_missing_in_manual() {
  verbs | while read -r verb; do
    grep -qw -e "$verb" docs/anomalyctl.1 || echo "$verb is not in docs/anomalyctl.1"
  done
}

# Both as NAME (TYPE), one a line.
metadata() {
  tr '\n' ' ' <plugin/notify.c | grep -oE 'note_(string|double|count)\([^";]*"[A-Za-z]+"' |
    sed -E 's/note_(.*)\(.*"(.*)"/\2 (\1)/; s/\(double\)/(number)/; s/\(count\)/(whole number)/'
}

metadata_of_manual() {
  sed -n '/^\.SH NOTIFICATIONS$/,/^\.SH [^N]/p' docs/anomaly.cfg.5 |
    awk -F '[()]' '/^\.BR .*\([a-z ]+\)"$/ {
      names = split($1, name, /[ ,"]+/)
      for (i = 2; i <= names; i++) if (name[i] != "") print name[i] " (" $2 ")"
    }'
}

metadata_not_in_manual() {
  [ -n "$(metadata)" ] || echo "plugin/notify.c adds no metadata"
  documented=$(metadata_of_manual)
  metadata | while read -r name; do
    printf '%s\n' "$documented" | grep -qxF "$name" || echo "$name is not in docs/anomaly.cfg.5"
  done
}

metadata_only_in_manual() {
  added=$(metadata)
  metadata_of_manual | while read -r name; do
    printf '%s\n' "$added" | grep -qxF "$name" || echo "$name is not in plugin/notify.c"
  done
}

# As gauge-metrics, one a line; derive-values_NAME comes from the engine's list of results.
values() {
  tr '\n' ' ' <plugin/publish.c | grep -oE 'publish_gauge\("[a-z]+", *"[a-z_]+"|publish_count\("[a-z_]+"' |
    sed -E 's/publish_gauge\("(.*)", *"(.*)"/\1-\2/; s/publish_count\("(.*)"/derive-\1/'
  sed -nE 's/^ *\[(OBSERVED|REFUSED)[A-Z_]*\] = "(.*)",$/derive-values_\2/p' src/engine/engine.c
}

values_of_manual() {
  sed -n '/^\.SH VALUES$/,/^\.SH [^V]/p' docs/anomaly.cfg.5 | sed 's/\\-/-/g' |
    grep -E '^\.BR? (gauge|derive|bytes|percent)-' | grep -oE '[a-z]+-[a-z_]+'
}

values_and_manual_differ() {
  [ "$(values | wc -l)" -gt 40 ] || echo "plugin/publish.c publishes next to nothing"
  { values && values_of_manual; } | sort | uniq -c | awk '$1 != 2 {
    print $2 " is in one of plugin/publish.c and docs/anomaly.cfg.5 only" }'
}

# Every detector has its words, and but for those that cannot be measured so its row in each table.
detectors_not_compared() {
  "$anomalyctl" detectors | awk 'NF == 0 { exit } NR > 1 { print $1 }' | while read -r name; do
    grep -qx "### $name" docs/detectors.md || echo "$name has no words in docs/detectors.md"
    case $name in
      limit | missing) ;;
      *)
        [ "$(grep -cF "| \`$name\` |" docs/detectors.md)" = 4 ] ||
          echo "$name is not in all four tables of docs/detectors.md"
        ;;
    esac
  done
}

# Those of groups come after an empty line and a heading.
group_detectors_not_described() {
  "$anomalyctl" detectors | awk 'NF == 0 { groups = NR } groups && NR > groups + 1 { print $1 }' |
    while read -r name; do
      grep -qx "## $name" docs/groups.md || echo "$name has no words in docs/groups.md"
    done
}

models_not_described() {
  models | while read -r name; do
    grep -qx "### $name" docs/models.md || echo "$name has no words in docs/models.md"
    grep -qF "| \`$name\` |" docs/models.md ||
      echo "$name is not in the table of docs/models.md: ./dev bench models --markdown $name"
  done
}

# What is installed to load the plugin names the file that anomalyctl checks.
another_configuration_is_loaded() {
  checked=$("$anomalyctl" check --help | sed -n 's/^Without FILE it is \(.*\),$/\1/p')
  grep -qxF "  ConfigFile \"$checked\"" "$ANOMALY_BUILDDIR/collectd.conf.d/anomaly.conf" ||
    echo "anomaly.conf does not name $checked"
}

# mandoc knows no month of tomorrow and no distribution; its style hints are not faults.
manual_faults() {
  for manual in docs/*.[1-9]; do
    "$MANDOC" -T lint -W warning "$manual"
  done
}

expect_nothing "collectd.conf.d/anomaly.cfg is what anomalyctl prints" \
  same_as collectd.conf.d/anomaly.cfg "$anomalyctl" config --sample
expect_nothing "collectd.conf.d/anomaly.conf loads that" another_configuration_is_loaded
expect_nothing "docs/options.md is what anomalyctl prints" \
  same_as docs/options.md "$anomalyctl" config --reference
expect_nothing "docs/detectors.md compares every detector" detectors_not_compared
expect_nothing "docs/groups.md has every group detector" group_detectors_not_described
expect_nothing "docs/models.md has every model" models_not_described
expect_nothing "the manual has every verb" verbs_missing_in_manual
expect_nothing "the manual has every long option" options_missing_in_manual
expect_nothing "the manual has all metadata of notifications" metadata_not_in_manual
expect_nothing "the manual has no other metadata" metadata_only_in_manual
expect_nothing "the manual has the values of the plugin, and no others" values_and_manual_differ
if [ -n "$MANDOC" ]; then
  expect_nothing "mandoc accepts the manuals" manual_faults
else
  skip_check "mandoc accepts the manuals" "mandoc is not there"
fi
finish
