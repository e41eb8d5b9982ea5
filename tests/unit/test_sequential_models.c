/*
 * Models of sequences find faults that are put into generated metrics, with
 * every option at its preset but for the contamination, and are calm elsewhere.
 */
#include "history/fault.h"
#include "unit/fitting.h"
#include "unit/unit_test.h"

#include <stdlib.h>

enum { INTERVAL = 600, DAYS = 28, ROWS = DAYS * 86400 / INTERVAL, FITTED = ROWS * 3 / 10 };

struct tally {
  size_t faults, found, calm_rows, alarms;
};

struct watched {
  double cells[ROWS], time[ROWS];
  struct fault fault;
};

static void make_series(struct watched *watched, enum generated_kind kind, enum fault_kind fault,
                        uint64_t seed) {
  const double start = GENERATED_START, end = start + DAYS * 86400.;
  watched->fault = (struct fault){.kind = fault};
  assert_true(fault_place(&watched->fault, 1, start, end, INTERVAL, seed));
  struct faulty faulty = faulty_of(generator_of(kind, INTERVAL, seed), &watched->fault, 1);
  for (size_t i = 0; i < ROWS; i++) {
    watched->time[i] = start + INTERVAL * (double)i;
    watched->cells[i] = faulty_next(&faulty);
  }
}

/* A day after the fault what is odd is put down to it still, and not counted. */
static void judge(const struct fitting *fitting, struct watched *watched, struct tally *tally) {
  struct block *const block = fitting_fit(fitting, (struct sheet){watched->cells, FITTED, 1});
  bool found = false;
  for (size_t i = FITTED; i < ROWS; i++) {
    const double *const row = &watched->cells[i];
    const bool alarm = watched_score(block, row) > block_threshold(block);
    const bool begun = watched->time[i] >= watched->fault.start;
    if (begun && watched->time[i] < watched->fault.end + 2 * INTERVAL) {
      found = found || alarm;
    } else if (!begun || watched->time[i] > watched->fault.end + 86400) {
      tally->calm_rows++;
      tally->alarms += alarm;
    }
    watched_learn(block, row);
  }
  tally->faults++;
  tally->found += found;
  block_destroy(block);
}

static struct tally tally_of(const char *model, enum fault_kind fault) {
  static const enum generated_kind kinds[] = {GENERATED_CPU, GENERATED_WEEKLY,
                                              GENERATED_TEMPERATURE, GENERATED_MEMORY};
  struct watched *const watched = malloc(sizeof *watched);
  assert_non_null(watched);
  struct fitting fitting = fitting_create(model_find(model));
  fitting_set(&fitting, "contamination", "0.001");
  struct tally tally = {0};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    for (uint64_t seed = 1; seed <= 3; seed++) {
      if (!fault_suits(fault, kinds[i]))
        continue;
      make_series(watched, kinds[i], fault, seed);
      judge(&fitting, watched, &tally);
    }
  fitting_destroy(&fitting);
  free(watched);
  return tally;
}

/* What must be found of each fault, in parts of twelve, and the alarms in 10,000 calm rows. */
static const struct {
  const char *model;
  size_t found[FAULTS];
  double alarms;
} promises[] = {
    {.model = "matrix_profile",
     .found = {[FAULT_SPIKE] = 12,
               [FAULT_DIP] = 11,
               [FAULT_SHIFT] = 12,
               [FAULT_DRIFT] = 12,
               [FAULT_VARIANCE] = 12},
     .alarms = 100},
    {.model = "stl",
     .found = {[FAULT_SPIKE] = 12,
               [FAULT_DIP] = 12,
               [FAULT_SHIFT] = 12,
               [FAULT_DRIFT] = 12,
               [FAULT_VARIANCE] = 12,
               [FAULT_FLATLINE] = 8},
     .alarms = 10},
};

static void test_faults_are_found(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof promises / sizeof promises[0]; i++)
    for (size_t fault = 0; fault < FAULTS; fault++) {
      if (promises[i].found[fault] == 0)
        continue;
      const struct tally tally = tally_of(promises[i].model, (enum fault_kind)fault);
      if (tally.found * 12 < promises[i].found[fault] * tally.faults)
        fail_msg("%s finds %zu of %zu faults: %s", promises[i].model, tally.found, tally.faults,
                 fault_name((enum fault_kind)fault));
      if ((double)tally.alarms > promises[i].alarms / 1e4 * (double)tally.calm_rows)
        fail_msg("%s: %zu alarms in %zu calm rows", promises[i].model, tally.alarms,
                 tally.calm_rows);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_faults_are_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
