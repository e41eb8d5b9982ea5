/*
 * Which host differs from its peers? The columns are one metric of several hosts.
 *
 * What all hosts do is no news: each value counts by its distance from the row's
 * median, and by less where the hosts lie further apart than they usually do.
 * How unusual that distance is, is learned from each host's own past
 * (column_evidence.h), so one that always differs is no news either.
 */
#include "anomaly/group.h"
#include "stats/clamp.h"
#include "stats/group_evidence.h"
#include "stats/median.h"

#include <math.h>

static const double SPREAD_GAIN = 1.0 / 1440;
static const double REACH = 1e300; /* differences of such values are finite */

enum { HOSTS_LEAST = 3 };

struct peers_options {
  double limit;
};

static const struct option_row option_rows[] = {
    {.name = "limit",
     .kind = OPTION_REAL,
     .offset = offsetof(struct peers_options, limit),
     .preset = 1.0,
     .min = 0.1,
     .max = 100.0,
     .help = "evidence that alarms: less alarms more often"},
    OPTION_ROWS_END,
};

struct peers {
  struct group_evidence evidence; /* first: what judges the columns finds its own head */
  double spread;                  /* usual distance of a host from the median */
  uint32_t rows;                  /* behind the spread */
};

static const struct state_row head_rows[] = {
    STATE_STRUCTS(struct peers, evidence, 1, struct group_evidence, group_evidence_rows),
    STATE_FIELD(struct peers, spread, STATE_F64),
    STATE_FIELD(struct peers, rows, STATE_U32),
    STATE_ROWS_END,
};

_Static_assert(offsetof(struct peers, evidence) == 0, "the evidence is the head's beginning");

/* The finite ones of the values; returns how many. */
static size_t take_known(const double *value, uint32_t columns, double *ret_known) {
  size_t count = 0;
  for (uint32_t i = 0; i < columns; i++)
    if (isfinite(value[i]))
      ret_known[count++] = double_clamp(value[i], -REACH, REACH);
  return count;
}

/* How many times as far apart as usual the hosts are, at least 1; learns the spread. */
static double measure_spread(struct peers *peers, double spread) {
  const double usual = peers->spread;
  peers->rows += peers->rows < UINT32_MAX;
  peers->spread += fmax(1.0 / peers->rows, SPREAD_GAIN) * (fmin(spread, REACH) - usual);
  return usual > 0.0 ? double_clamp(spread / usual, 1.0, REACH) : 1.0;
}

/* Distances from the median in units of the row's spread over the usual one. */
static void measure_distances(struct peers *peers, const double *value, uint32_t columns,
                              double *known, size_t count, double *ret_distance) {
  const double center = median_of(known, count);
  for (size_t i = 0; i < count; i++)
    known[i] = fabs(known[i] / 2 - center / 2);
  const double apart = measure_spread(peers, 2 * fmin(median_of(known, count), REACH / 2));
  for (uint32_t i = 0; i < columns; i++)
    ret_distance[i] =
        isfinite(value[i]) ? (double_clamp(value[i], -REACH, REACH) - center) / apart : (double)NAN;
}

static void say_nothing(const struct group_state *state, struct group_finding *ret) {
  const struct peers *const peers = state->head;
  *ret = (struct group_finding){.anomaly = group_alarm_is_fresh(&peers->evidence.alarm),
                                .missing = group_evidence_missing(&peers->evidence)};
}

static void update(const struct group_state *state, const void *opaque, const struct group_row *row,
                   struct group_finding *ret) {
  const struct peers_options *const options = opaque;
  double known[GROUP_COLUMNS_MAX], distance[GROUP_COLUMNS_MAX];
  const size_t count = take_known(row->value, state->columns, known);
  if (count < HOSTS_LEAST) {
    say_nothing(state, ret);
    return;
  }
  measure_distances(state->head, row->value, state->columns, known, count, distance);
  const struct group_row distances = {
      .time = row->time, .interval = row->interval, .value = distance};
  const struct group_judgement judgement = {.top = 1,
                                            .limit = (float)options->limit,
                                            .kind = KIND_PEER,
                                            .reason = "differs from its peers"};
  group_evidence_update(state, &distances, &judgement, ret);
}

static size_t blame(const struct group_state *state, const void *options,
                    struct group_blame ret_blames[GROUP_BLAMES]) {
  (void)options;
  return group_evidence_blame(state, ret_blames);
}

static bool valid(const struct group_state *state, const void *options) {
  (void)options;
  const struct peers *const peers = state->head;
  return group_evidence_valid(state) && peers->spread >= 0.0 && peers->spread <= REACH;
}

const struct group_detector peers_group_detector = {
    .name = "peers",
    .summary = "one of at least three hosts differs from the others more than it usually does",
    .source = "this project",
    .feed = GROUP_OF_VALUES,
    .columns_min = HOSTS_LEAST,
    .options = option_rows,
    .options_size = sizeof(struct peers_options),
    .head_rows = head_rows,
    .column_rows = column_evidence_rows,
    .head_size = sizeof(struct peers),
    .column_size = sizeof(struct column_evidence),
    .state_version = 1,
    .update = update,
    .blame = blame,
    .valid = valid,
};
