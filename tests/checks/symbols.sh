#!/bin/sh
# collectd finds the plugin by one name; everything else stays inside.
. "$ANOMALY_SRCDIR/tests/checks/tap.sh"

other_symbols() {
  nm -D --defined-only "$ANOMALY_BUILDDIR/plugin/.libs/anomaly.so" | awk '
    $3 == "module_register" { found = 1; next }
    { print $3 " is exported" }
    END { if (!found) print "module_register is not exported" }'
}

expect_nothing "only module_register is exported" other_symbols
finish
