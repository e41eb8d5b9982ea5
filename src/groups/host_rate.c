/*
 * How many of the host's metrics are over their line, against what is usual for
 * this host?
 *
 * The number is smoothed over some rows, and its surprise is learned from the
 * host's own past: one that has five odd metrics every hour is not told for five.
 * A column is blamed by how seldom it is odd.
 */
#include "anomaly/group.h"
#include "stats/clamp.h"
#include "stats/group_alarm.h"
#include "stats/octave_tail.h"
#include "stats/row_pace.h"
#include "stats/top_blames.h"

#include <math.h>

static const float SMOOTHING = 0.3F;   /* gain of what is odd now */
static const float RATE_LEAST = 1e-4F; /* no metric is odd more seldom */
static const float ODD_LEAST = 1.5F;   /* metrics; one alone is no matter of a group */
static const float ODD_NOW = 0.25F;    /* of a column that has part in what is odd now */
static const float LOG_RATE_MOST = 4.0F;

enum { WARMUP_ROWS = 300, REFRESH_ROWS = 64 };

struct host_rate_options {
  double decades;
};

static const struct option_row option_rows[] = {
    {.name = "decades",
     .kind = OPTION_REAL,
     .unit = "decades",
     .offset = offsetof(struct host_rate_options, decades),
     .preset = 3.0,
     .min = 1.0,
     .max = 16.0,
     .help = "surprise that alarms: 3 is once in a thousand rows"},
    OPTION_ROWS_END,
};

struct host_rate {
  struct octave_tail tail;
  struct group_alarm alarm;
  float odd; /* metrics, smoothed */
  uint32_t rows;
};

static const struct state_row head_rows[] = {
    STATE_STRUCTS(struct host_rate, tail, 1, struct octave_tail, octave_tail_rows),
    STATE_STRUCTS(struct host_rate, alarm, 1, struct group_alarm, group_alarm_rows),
    STATE_FIELD(struct host_rate, odd, STATE_F32),
    STATE_FIELD(struct host_rate, rows, STATE_U32),
    STATE_ROWS_END,
};

struct column_rate {
  float now, usual; /* share of rows in which it is odd: of the last few, and of days */
  uint32_t rows;
};

static const struct state_row column_rows[] = {
    STATE_FIELD(struct column_rate, now, STATE_F32),
    STATE_FIELD(struct column_rate, usual, STATE_F32),
    STATE_FIELD(struct column_rate, rows, STATE_U32),
    STATE_ROWS_END,
};

/* How many columns are odd, each 0 .. 1, of as many as there are; missing ones are as the rest. */
static float count_odd(const struct group_state *state, const struct group_row *row,
                       const struct row_pace *pace) {
  struct column_rate *const column = state->column;
  uint32_t known = 0;
  float odd = 0.0F;
  for (uint32_t i = 0; i < state->columns; i++) {
    if (!isfinite(row->value[i]))
      continue;
    const float value = (float)double_clamp(row->value[i], 0.0, 1.0);
    known++;
    odd += value;
    column[i].rows += column[i].rows < UINT32_MAX;
    column[i].now += SMOOTHING * (value - column[i].now);
    column[i].usual +=
        float_max(1.0F / (float)column[i].rows, pace->slow_gain) * (value - column[i].usual);
  }
  return known == 0 ? 0.0F : odd * (float)state->columns / (float)known;
}

/* The surprise of so many odd metrics; a new host, and one metric alone, have none. */
static float judge(const struct host_rate *host, const struct row_pace *pace) {
  if (host->rows < WARMUP_ROWS || host->odd < ODD_LEAST)
    return 0.0F;
  const float age = float_min((float)host->rows / pace->mature_rows, 1.0F);
  return age * octave_tail_surprise(&host->tail, host->odd);
}

static void update(const struct group_state *state, const void *opaque, const struct group_row *row,
                   struct group_finding *ret) {
  const struct host_rate_options *const options = opaque;
  struct host_rate *const host = state->head;
  const struct row_pace pace = row_pace_of(row->interval);
  host->odd += SMOOTHING * (count_odd(state, row, &pace) - host->odd);
  const float decades = judge(host, &pace);
  const float ratio = decades / (float)options->decades;
  *ret = (struct group_finding){.ratio = (double)ratio,
                                .surprise = (double)decades,
                                .kind = ratio > 0.0F ? KIND_GROUP : KIND_NONE,
                                .reason =
                                    ratio >= 1.0F ? "unusually many metrics are odd at once" : NULL,
                                .ready = host->rows >= WARMUP_ROWS};
  octave_tail_insert(&host->tail, host->odd, (uint32_t)pace.horizon);
  host->rows += host->rows < UINT32_MAX;
  if (host->rows % REFRESH_ROWS == 0)
    octave_tail_refresh(&host->tail);
  ret->missing = host->rows < WARMUP_ROWS ? WARMUP_ROWS - host->rows : 0;
  ret->began = group_alarm_take(&host->alarm, ratio, &ret->anomaly);
}

static size_t blame(const struct group_state *state, const void *options,
                    struct group_blame ret_blames[GROUP_BLAMES]) {
  (void)options;
  const struct column_rate *const column = state->column;
  size_t count = 0;
  for (uint32_t i = 0; i < state->columns; i++) {
    const float rare = -log10f(float_max(column[i].usual, RATE_LEAST));
    if (column[i].now >= ODD_NOW && rare > 0.0F)
      count = top_blames_take(ret_blames, count, i,
                              (double)(column[i].now * float_min(rare, LOG_RATE_MOST)));
  }
  return count;
}

static bool is_share(float share) { return float_within(share, 0.0F, 1.0F); }

static bool valid(const struct group_state *state, const void *options) {
  (void)options;
  const struct host_rate *const host = state->head;
  const struct column_rate *const column = state->column;
  bool valid = octave_tail_valid(&host->tail) && group_alarm_valid(&host->alarm) &&
               float_within(host->odd, 0.0F, GROUP_COLUMNS_MAX);
  for (uint32_t i = 0; i < state->columns; i++)
    valid = valid && is_share(column[i].now) && is_share(column[i].usual);
  return valid;
}

const struct group_detector host_rate_group_detector = {
    .name = "host_rate",
    .summary = "unusually many of a host's metrics over their own lines at once",
    .source = "this project",
    .feed = GROUP_OF_VERDICTS,
    .columns_min = 2,
    .options = option_rows,
    .options_size = sizeof(struct host_rate_options),
    .head_rows = head_rows,
    .column_rows = column_rows,
    .head_size = sizeof(struct host_rate),
    .column_size = sizeof(struct column_rate),
    .state_version = 1,
    .update = update,
    .blame = blame,
    .valid = valid,
};
