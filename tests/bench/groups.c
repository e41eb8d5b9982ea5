/* What one row costs a group detector, and one column in memory: `./dev bench cost`. */
#include "anomaly/status.h"
#include "base/option.h"
#include "bench/replay.h"
#include "engine/group.h"
#include "evaluate/events.h"
#include "history/generate.h"

#include <stdio.h>
#include <stdlib.h>

enum { TABLE = 4096, ROUNDS = 7, WARM_ROWS = 20000, ROUND_VALUES = 400000, COLUMNS_MOST = 250 };

static const double START = 1700006400, INTERVAL = 60;

/* A group and the values that its columns take theirs from. */
struct load {
  struct group group;
  double table[TABLE];
  double value[COLUMNS_MOST];
  uint64_t row;
};

/* One row; `judge` false is the same work without the group. */
static double run_row(struct load *load, bool judge) {
  const uint32_t columns = load->group.state.columns;
  const bool verdicts = load->group.detector->feed == GROUP_OF_VERDICTS;
  for (uint32_t i = 0; i < columns; i++) {
    const double value = load->table[(load->row + 311 * i) % TABLE];
    load->value[i] = verdicts ? value > 90 : value;
  }
  const struct group_row row = {
      .time = START + INTERVAL * (double)load->row, .interval = INTERVAL, .value = load->value};
  struct group_finding finding = {0};
  if (judge) {
    group_update(&load->group, &row, &finding);
    load->row++;
  }
  return finding.ratio;
}

static double run_round(struct load *load, bool judge) {
  const uint64_t rows = ROUND_VALUES / load->group.state.columns;
  volatile double sum = 0; /* so that no work can be left out */
  const double start = cpu_seconds();
  for (uint64_t i = 0; i < rows; i++)
    sum = sum + run_row(load, judge);
  return (cpu_seconds() - start) * 1e9 / (double)(rows * load->group.state.columns);
}

static void measure(struct load *load) {
  double round[ROUNDS];
  for (uint32_t i = 0; i < WARM_ROWS; i++)
    run_row(load, true);
  for (int i = 0; i < ROUNDS; i++)
    round[i] = run_round(load, true) - run_round(load, false);
  const double median = event_median(round, ROUNDS); /* sorts them */
  const uint32_t columns = load->group.state.columns;
  printf("%-10s%9u%12.1f%9.1f%9.1f%12.2f%10.0f\n", load->group.detector->name, columns, median,
         round[0], round[ROUNDS - 1], median * columns / 1e3,
         (double)group_memory(&load->group) / columns);
}

static bool measure_size(struct load *load, const struct group_detector *detector,
                         uint32_t columns) {
  void *options = calloc(1, detector->options_size + 1);
  load->group = group_of(detector, options);
  load->row = 0;
  const bool good = options != NULL && group_grow(&load->group, columns) == STATUS_OK;
  if (good) {
    option_set_presets(detector->options, options);
    measure(load);
  }
  group_release(&load->group);
  free(options);
  return good;
}

int main(void) {
  static const uint32_t columns[] = {5, 38, COLUMNS_MOST};
  static struct load load;
  struct generator generator = generator_of(GENERATED_CPU, INTERVAL, 1);
  for (size_t i = 0; i < TABLE; i++)
    load.table[i] = generator_next(&generator);
  printf("\ngroup detectors\n%-10s%9s%12s%9s%9s%12s%10s\n", "detector", "columns", "ns/column",
         "least", "most", "us/row", "bytes");
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++)
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
      if (!measure_size(&load, *at, columns[i]))
        return EXIT_FAILURE;
  return EXIT_SUCCESS;
}
