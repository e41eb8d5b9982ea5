/*
 * What is tried while allocations fail. For programs that are linked with
 * ALLOC_FAIL_WRAP.
 */
#ifndef ANOMALY_TESTS_TRIAL_H
#define ANOMALY_TESTS_TRIAL_H

#include <stdbool.h>

/* Only `attempt` lacks memory; it says whether it did what it should. */
struct trial {
  void (*prepare)(void *context);
  bool (*attempt)(void *context);
  void (*check)(void *context, bool good);
};

/*
 * Tries it with the first allocation failing, then the second, until all of them
 * are had, when it must be good; once with all after it failing too, and once with
 * it alone. Behind the first hundred it is every hundredth part further.
 */
void trial_run(const struct trial *trial, void *context);

#endif
