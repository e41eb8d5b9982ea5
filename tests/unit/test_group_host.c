/*
 * The group detector `host` against a vector of its own, and against its slow
 * twin: tests/golden/host.csv holds what host.py finds.
 */
#include "anomaly/status.h"
#include "base/option.h"
#include "engine/group.h"
#include "unit/subject.h"
#include "unit/twin_signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double START = 1700000000;

enum { VECTOR_COLUMNS = 8, VECTOR_ROWS = 10000 };

/* Waves of different lengths; four of them rise for ten rows, one never moves but for two rows. */
static void fill_vector(int64_t i, double *value) {
  for (int64_t j = 0; j < VECTOR_COLUMNS; j++) {
    value[j] = 50 + 10 * sin((double)(i + 40 * j) / (double)(50 + 5 * j)) +
               0.5 * (double)((7919 * i + 104729 * j) % 17);
    if (j < 4 && i >= 9000 && i < 9010)
      value[j] += 60;
  }
  value[7] = i == 8000 || i == 8001 ? 6 : 5;
}

static struct group create_host(void *options, uint32_t columns) {
  const struct group_detector *const detector = group_detector_find("host");
  assert_non_null(detector);
  assert_int_equal(option_set_text(option_find(detector->options, "limit"), options, "1", NULL),
                   STATUS_OK);
  struct group group = group_of(detector, options);
  assert_int_equal(group_grow(&group, columns), STATUS_OK);
  return group;
}

/*
 * The vector was stated for a group that is known after three days, its line falling
 * steadily from one and a half times; here it falls by a tenth with each doubling of age.
 */
static double as_stated(int row, double ratio) {
  const double days = row / 1440.;
  const double stated = 1 + .5 * fmax(1 - days / 3, 0);
  return ratio * (1 - .1 * log2((row + 1) / (14 * 1440.))) / stated;
}

static const struct {
  int row;
  double ratio, sum;
} expected[] = {
    {3000, 0.2831, 4.261},  {8000, 0.7304, 10.517}, {8999, 0.2527, 3.211},
    {9000, 1.1398, 17.609}, {9003, 1.2180, 18.817}, {9009, 1.1887, 18.365},
};

static void test_host_follows_its_vector(void **unused) {
  (void)unused;
  double options[1];
  struct group group = create_host(options, VECTOR_COLUMNS);
  size_t next = 0;
  for (int i = 0; i < VECTOR_ROWS; i++) {
    double value[VECTOR_COLUMNS];
    fill_vector(i, value);
    const struct group_row row = {.time = START + 60. * i, .interval = 60, .value = value};
    struct group_finding finding;
    group_update(&group, &row, &finding);
    assert_int_equal(finding.began, i == 9000);
    assert_true(finding.anomaly || i < 9000 || i > 9009);
    assert_int_equal(finding.ready, i >= 300);
    if (i != expected[next].row)
      continue;
    assert_near(as_stated(i, finding.ratio), expected[next].ratio, 2e-4);
    assert_near(finding.surprise, expected[next].sum, 2e-3);
    next += next + 1 < sizeof expected / sizeof expected[0];
  }
  group_release(&group);
}

static void test_host_blames_its_vector(void **unused) {
  (void)unused;
  static const struct group_blame right[] = {{3, 8.94}, {1, 8.67}, {0, 8.14}, {2, 8.06},
                                             {4, 2.64}, {6, 2.07}, {7, 1.68}};
  double options[1];
  struct group group = create_host(options, VECTOR_COLUMNS);
  for (int i = 0; i <= 9000; i++) {
    double value[VECTOR_COLUMNS];
    fill_vector(i, value);
    const struct group_row row = {.time = START + 60. * i, .interval = 60, .value = value};
    struct group_finding finding;
    group_update(&group, &row, &finding);
  }
  struct group_blame blames[GROUP_BLAMES];
  const size_t count = group_blame(&group, blames);
  assert_int_equal(count, sizeof right / sizeof right[0]);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(blames[i].column, right[i].column);
    assert_near(blames[i].decades, right[i].decades, 6e-3);
  }
  group_release(&group);
}

/* ---- The twin ---- */

enum { COLUMNS_MOST = 12, FIRST_SEED = 1 };

static void busy(struct rand48 *noise, unsigned i, double *value) {
  for (unsigned j = 0; j < 12; j++) {
    value[j] = 40 + 3. * j + 20 * slope(i + 100 * j, 1440) + (1 + j % 3) * rand48_bell(noise);
    if (j < 4 && i >= 12000 && i < 12012)
      value[j] += 60;
    if ((j == 2 || j == 5 || j == 7) && i >= 15000 && i < 15200)
      value[j] -= 35;
    if (j >= 4 && j < 7 && i % 1440 >= 600 && i % 1440 <= 602)
      value[j] += 30;
    value[j] = cents(value[j]);
  }
  value[8] = i == 9000 || i == 9001 || i == 17000 ? 6 : 5;
  value[9] = 3;
  if ((i >= 7000 && i < 7100) || i % 501 == 0)
    value[1] = (double)NAN;
  if (i == 13000)
    value[10] = 1e9;
}

static void sparse(struct rand48 *noise, unsigned i, double *value) {
  for (unsigned j = 0; j < 5; j++) {
    value[j] = 100 + 30 * slope(i, 96) + 5 * rand48_bell(noise);
    if (j < 2 && i >= 2000 && i < 2003)
      value[j] += 200;
    value[j] = j < 3 ? cents(value[j]) : floor(value[j] / 10);
  }
}

static const struct signal {
  const char *name;
  void (*fill)(struct rand48 *noise, unsigned i, double *value);
  uint32_t columns;
  unsigned rows;
  double seconds;
} signals[] = {{"busy", busy, 12, 23040, 60}, {"sparse", sparse, 5, 4000, 900}};
enum { SIGNALS = sizeof signals / sizeof signals[0] };

/* What is found in one row. */
struct found {
  struct group_finding finding;
  struct group_blame blames[GROUP_BLAMES];
  size_t count;
};

/* The caller frees. */
static struct found *run_signal(size_t number) {
  const struct signal *const signal = &signals[number];
  struct found *const found = calloc(signal->rows, sizeof *found);
  assert_non_null(found);
  double options[1];
  struct group group = create_host(options, signal->columns);
  struct rand48 noise = rand48_seeded(number + FIRST_SEED);
  for (unsigned i = 0; i < signal->rows; i++) {
    double value[COLUMNS_MOST];
    signal->fill(&noise, i, value);
    const struct group_row row = {
        .time = START + signal->seconds * i, .interval = signal->seconds, .value = value};
    group_update(&group, &row, &found[i].finding);
    if (found[i].finding.anomaly)
      found[i].count = group_blame(&group, found[i].blames);
  }
  group_release(&group);
  return found;
}

/* `columns` is "number:decades number:decades". */
static void compare_blames(const char *where, const struct found *found, char *columns) {
  size_t count = 0;
  columns[strcspn(columns, "\n")] = '\0';
  for (char *word; (word = strsep(&columns, " ")) != NULL && *word != '\0'; count++) {
    char *end;
    const unsigned long column = strtoul(word, &end, 10);
    const double decades = strtod(end + 1, NULL);
    if (count >= found->count || found->blames[count].column != column)
      fail_msg("%s: blame %zu is not column %lu", where, count, column);
    assert_near(found->blames[count].decades, decades, .02 * decades);
  }
  assert_int_equal(found->count, count);
}

static void compare_row(const struct signal *signal, const struct found *found, const char *row,
                        char *rest) {
  const double ratio = strtod(strsep(&rest, ","), NULL);
  const long anomaly = strtol(strsep(&rest, ","), NULL, 10);
  char where[64];
  (void)snprintf(where, sizeof where, "%s, row %s", signal->name, row);
  if (fabs(found->finding.ratio - ratio) > .01 * ratio + 1e-3)
    fail_msg("%s: ratio %g, the twin has %g", where, found->finding.ratio, ratio);
  assert_int_equal(found->finding.anomaly, anomaly);
  compare_blames(where, found, rest);
}

static void compare_sums(const struct signal *signal, const struct found *found, char *rest) {
  double ratios = 0, alarms = 0, begun = 0;
  for (unsigned i = 0; i < signal->rows; i++) {
    ratios += found[i].finding.ratio;
    alarms += found[i].finding.anomaly;
    begun += found[i].finding.began;
  }
  const double expected_ratios = strtod(strsep(&rest, ","), NULL);
  assert_near(ratios, expected_ratios, 1e-3 * expected_ratios);
  assert_near(alarms, strtod(strsep(&rest, ","), NULL), 0);
  assert_near(begun, strtod(rest, NULL), 0);
}

static size_t find_signal(const char *name) {
  size_t at = 0;
  while (at < SIGNALS && strcmp(signals[at].name, name) != 0)
    at++;
  return at;
}

static void test_host_agrees_with_its_twin(void **unused) {
  (void)unused;
  const char *const source = getenv("ANOMALY_SRCDIR");
  char path[4096], line[512];
  (void)snprintf(path, sizeof path, "%s/tests/golden/host.csv", source == NULL ? "." : source);
  FILE *const file = fopen(path, "r");
  assert_non_null(file);
  struct found *const found[SIGNALS] = {run_signal(0), run_signal(1)};
  unsigned rows = 0;
  assert_non_null(fgets(line, sizeof line, file));
  while (fgets(line, sizeof line, file) != NULL) {
    char *rest = line;
    const size_t at = find_signal(strsep(&rest, ","));
    assert_true(at < SIGNALS);
    const char *const row = strsep(&rest, ",");
    if (strcmp(row, "all") == 0)
      compare_sums(&signals[at], found[at], rest);
    else
      compare_row(&signals[at], &found[at][strtoul(row, NULL, 10)], row, rest);
    rows++;
  }
  (void)fclose(file);
  assert_true(rows > 150);
  for (size_t i = 0; i < SIGNALS; i++)
    free(found[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_host_follows_its_vector),
      cmocka_unit_test(test_host_blames_its_vector),
      cmocka_unit_test(test_host_agrees_with_its_twin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
