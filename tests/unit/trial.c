#include "unit/trial.h"

#include "unit/alloc_fail.h"
#include "unit/unit_test.h"

static void run(void (*fail_at)(unsigned n), const struct trial *trial, void *context) {
  unsigned n = 0;
  for (bool failed = true; failed;) {
    n += 1 + n / 100;
    trial->prepare(context);
    fail_at(n);
    const bool good = trial->attempt(context);
    failed = alloc_has_failed();
    alloc_fail_at(0);
    assert_true(good || failed);
    trial->check(context, good);
  }
  assert_true(n > 1);
}

void trial_run(const struct trial *trial, void *context) {
  run(alloc_fail_at, trial, context);
  run(alloc_fail_once_at, trial, context);
}
