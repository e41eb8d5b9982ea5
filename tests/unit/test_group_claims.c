/*
 * What the group detectors detect, and where they are silent, at their presets on
 * seeded signals.
 */
#include "anomaly/status.h"
#include "base/option.h"
#include "engine/group.h"
#include "unit/signals.h"
#include "unit/unit_test.h"

#include <math.h>
#include <string.h>

enum { HOSTS = 6, METRICS = 20, DAY_ROWS = 1440, KNOWN_ROWS = 14 * DAY_ROWS };

static const double START = 1700006400, MINUTE = 60;

/* Fills one row of a signal. */
typedef void (*fill_row)(struct noise *noise, uint32_t i, double *value);

/* What came of a run. */
struct outcome {
  unsigned alarms; /* begun */
  uint32_t first;  /* row of the first of them */
  uint32_t blamed; /* the first column named there */
  size_t named;    /* columns named there */
  bool last_anomaly;
};

static struct outcome run(const char *name, uint32_t columns, uint32_t rows, uint64_t seed,
                          fill_row fill) {
  const struct group_detector *const detector = group_detector_find(name);
  assert_non_null(detector);
  double options[4];
  option_set_presets(detector->options, options);
  struct group group = group_of(detector, options);
  assert_int_equal(group_grow(&group, columns), STATUS_OK);
  struct noise noise = {seed};
  struct outcome outcome = {0};
  for (uint32_t i = 0; i < rows; i++) {
    double value[METRICS];
    fill(&noise, i, value);
    const struct group_row row = {.time = START + MINUTE * i, .interval = MINUTE, .value = value};
    struct group_finding finding;
    group_update(&group, &row, &finding);
    outcome.last_anomaly = finding.anomaly;
    if (!finding.began || outcome.alarms++ > 0)
      continue;
    struct group_blame blames[GROUP_BLAMES];
    outcome.first = i;
    outcome.named = group_blame(&group, blames);
    outcome.blamed = outcome.named > 0 ? blames[0].column : UINT32_MAX;
  }
  group_release(&group);
  return outcome;
}

/* ---- peers ---- */

static double load_of_all(uint32_t i) {
  return 100 + 60 * sin(2 * acos(-1) * i / DAY_ROWS) + (i % 5000 == 4000 ? 300 : 0);
}

/* All hosts move together, and even jump together; the last one is always different. */
static void fill_peers(struct noise *noise, uint32_t i, double *value) {
  for (uint32_t j = 0; j < HOSTS; j++)
    value[j] = load_of_all(i) + 3 * noise_gaussian(noise) + (j == HOSTS - 1 ? 40 : 0);
}

static void fill_odd_peer(struct noise *noise, uint32_t i, double *value) {
  fill_peers(noise, i, value);
  if (i >= KNOWN_ROWS && i < KNOWN_ROWS + 30)
    value[2] += 30;
}

/* Within what it is every day, but not when it is. */
static void fill_stuck_peer(struct noise *noise, uint32_t i, double *value) {
  fill_peers(noise, i, value);
  if (i >= KNOWN_ROWS)
    value[4] = 100;
}

static void fill_two_peers(struct noise *noise, uint32_t i, double *value) {
  fill_odd_peer(noise, i, value);
}

static void test_peers_say_nothing_where_all_move(void **unused) {
  (void)unused;
  unsigned alarms = 0;
  for (uint64_t seed = 1; seed <= 4; seed++)
    alarms += run("peers", HOSTS, 21 * DAY_ROWS, seed, fill_peers).alarms;
  assert_in_range(alarms, 0, 2); /* in twelve weeks */
}

static void test_peers_name_the_host_that_differs(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 4; seed++) {
    const struct outcome odd = run("peers", HOSTS, KNOWN_ROWS + DAY_ROWS, seed, fill_odd_peer);
    assert_int_equal(odd.alarms, 1);
    assert_in_range(odd.first, KNOWN_ROWS, KNOWN_ROWS + 6);
    assert_int_equal(odd.blamed, 2);
    const struct outcome stuck = run("peers", HOSTS, KNOWN_ROWS + DAY_ROWS, seed, fill_stuck_peer);
    assert_in_range(stuck.first, KNOWN_ROWS, KNOWN_ROWS + 360);
    assert_int_equal(stuck.blamed, 4);
  }
}

static void test_two_hosts_have_no_peers(void **unused) {
  (void)unused;
  assert_int_equal(run("peers", 2, KNOWN_ROWS + DAY_ROWS, 1, fill_two_peers).alarms, 0);
}

/* ---- host_rate ---- */

/* One metric in a hundred rows is over its line, and five of them together every hour. */
static void fill_rates(struct noise *noise, uint32_t i, double *value) {
  for (uint32_t j = 0; j < METRICS; j++)
    value[j] = noise_uniform(noise) < 0.01 || (j < 5 && i % 60 == 0) ? 1 : 0;
}

static void fill_many_odd(struct noise *noise, uint32_t i, double *value) {
  fill_rates(noise, i, value);
  for (uint32_t j = 10; j < 18; j++)
    if (i >= 7 * DAY_ROWS && i < 7 * DAY_ROWS + 10)
      value[j] = 1;
}

static void test_host_rate_knows_what_is_usual(void **unused) {
  (void)unused;
  unsigned alarms = 0;
  for (uint64_t seed = 1; seed <= 4; seed++)
    alarms += run("host_rate", METRICS, 21 * DAY_ROWS, seed, fill_rates).alarms;
  assert_in_range(alarms, 0, 2); /* in twelve weeks */
}

static void test_host_rate_finds_many_odd_metrics(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 4; seed++) {
    const struct outcome odd = run("host_rate", METRICS, 8 * DAY_ROWS, seed, fill_many_odd);
    assert_int_equal(odd.alarms, 1);
    assert_in_range(odd.first, 7 * DAY_ROWS, 7 * DAY_ROWS + 4);
    assert_in_range(odd.blamed, 10, 17);
  }
}

/* ---- host ---- */

static void fill_calm_host(struct noise *noise, uint32_t i, double *value) {
  for (uint32_t j = 0; j < METRICS; j++)
    value[j] = 50 + 20 * sin(2 * acos(-1) * (i + 70. * j) / DAY_ROWS) + 2 * noise_gaussian(noise);
}

/* Six of them move, by less than their daily rhythm. */
static void fill_odd_host(struct noise *noise, uint32_t i, double *value) {
  fill_calm_host(noise, i, value);
  for (uint32_t j = 4; j < 10; j++)
    if (i >= 10 * DAY_ROWS && i < 10 * DAY_ROWS + 30)
      value[j] += 25;
}

static void fill_lasting_host(struct noise *noise, uint32_t i, double *value) {
  fill_calm_host(noise, i, value);
  for (uint32_t j = 4; j < 10; j++)
    if (i >= 10 * DAY_ROWS)
      value[j] += 60;
}

static void test_host_is_silent_where_nothing_is(void **unused) {
  (void)unused;
  unsigned alarms = 0;
  for (uint64_t seed = 1; seed <= 4; seed++)
    alarms += run("host", METRICS, 21 * DAY_ROWS, seed, fill_calm_host).alarms;
  assert_in_range(alarms, 0, 3); /* in twelve weeks */
}

static void test_host_finds_what_several_metrics_show(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 4; seed++) {
    const struct outcome odd = run("host", METRICS, 11 * DAY_ROWS, seed, fill_odd_host);
    assert_int_equal(odd.alarms, 1);
    assert_in_range(odd.first, 10 * DAY_ROWS, 10 * DAY_ROWS + 5);
    assert_in_range(odd.blamed, 4, 9);
    assert_in_range(odd.named, 4, GROUP_BLAMES);
  }
}

static void test_host_accepts_what_lasts(void **unused) {
  (void)unused;
  const struct outcome lasting = run("host", METRICS, 12 * DAY_ROWS, 1, fill_lasting_host);
  assert_int_equal(lasting.first, 10 * DAY_ROWS);
  assert_false(lasting.last_anomaly);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_peers_say_nothing_where_all_move),
      cmocka_unit_test(test_peers_name_the_host_that_differs),
      cmocka_unit_test(test_two_hosts_have_no_peers),
      cmocka_unit_test(test_host_rate_knows_what_is_usual),
      cmocka_unit_test(test_host_rate_finds_many_odd_metrics),
      cmocka_unit_test(test_host_is_silent_where_nothing_is),
      cmocka_unit_test(test_host_finds_what_several_metrics_show),
      cmocka_unit_test(test_host_accepts_what_lasts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
