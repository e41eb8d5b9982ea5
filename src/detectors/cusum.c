/*
 * Two-sided cumulative sum (Page, 1954, "Continuous inspection schemes"): the
 * deviations from the metric's level beyond `slack` standard deviations are
 * summed up, upwards and downwards. Detects lasting shifts of the level, small
 * ones after a while, and tells when one began; the level is that of the last
 * half day, so that a daily rhythm makes no shifts.
 *
 * How far a sum goes by chance depends on the metric: its line is where it is
 * rare for this one, or, where `interval` is given, the textbook's decision
 * interval.
 */
#include "anomaly/detector.h"
#include "stats/chart.h"
#include "stats/page_sums.h"

static const double MEMORY = 43200; /* seconds */
/* A sum that is large takes some tens of records to come down by a slack each. */
static const double LASTING = 30;

struct cusum_options {
  double slack;
  double interval;
};

struct cusum_state {
  struct chart chart;
  struct page_sums sums;
};

#define FIELD(name_) .name = #name_, .offset = offsetof(struct cusum_options, name_)

static const struct option_row cusum_options[] = {
    {FIELD(slack), .kind = OPTION_REAL, .unit = "standard deviations", .preset = .5, .min = 0,
     .max = 4, .help = "Deviations up to this do not count: half the shift that is to be found"},
    {FIELD(interval), .kind = OPTION_REAL, .unit = "standard deviations", .preset = 0, .min = 0,
     .max = 1e6,
     .help = "Decision interval, the sum that is over the line, in textbooks 4 or 5; 0 takes what "
             "is rare for the metric"},
    OPTION_ROWS_END,
};

static const struct state_row cusum_rows[] = {
    STATE_STRUCTS(struct cusum_state, chart, 1, struct chart, chart_rows),
    STATE_STRUCTS(struct cusum_state, sums, 1, struct page_sums, page_sums_rows),
    STATE_ROWS_END,
};

static size_t cusum_state_size(const void *options) {
  (void)options;
  return sizeof(struct cusum_state);
}

static void cusum_init(void *state, const void *options) {
  (void)options;
  chart_init(&((struct cusum_state *)state)->chart);
}

static void cusum_update(void *state_, const void *options_, const struct observation *now,
                         struct finding *ret) {
  struct cusum_state *const state = state_;
  const struct cusum_options *const options = options_;
  struct chart *const chart = &state->chart;
  struct page_sums *const sums = &state->sums;
  const struct chart_record record = chart_take(chart, now);
  page_sums_add(sums, record.deviation, options->slack, chart->elapsed);
  const struct chart_statistic statistic = {
      .size = page_sums_size(sums), .lasting = LASTING, .limit = options->interval};
  if (chart_judge(chart, &record, &statistic, now, ret))
    ret->reason = page_sums_are_above(sums) ? "on a higher level" : "on a lower level";
  if (ret->ratio > 0)
    ret->since = chart_since(chart, page_sums_began(sums), now);
  if (chart_learn(chart, &record, MEMORY))
    *sums = (struct page_sums){0};
}

static bool cusum_valid(const void *state, const void *options) {
  (void)options;
  const struct cusum_state *const cusum = state;
  return chart_valid(&cusum->chart) && page_sums_valid(&cusum->sums, cusum->chart.elapsed);
}

const struct detector cusum_detector = {
    .name = "cusum",
    .summary = "lasting shifts of the level, small ones too, and when they began",
    .source = "Page, 1954, Continuous inspection schemes",
    .options = cusum_options,
    .options_size = sizeof(struct cusum_options),
    .state = cusum_rows,
    .state_version = 2,
    .state_size = cusum_state_size,
    .init = cusum_init,
    .update = cusum_update,
    .valid = cusum_valid,
};
