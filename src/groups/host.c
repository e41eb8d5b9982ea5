/*
 * The default group detector: is this host odd as a whole?
 *
 * Each column turns four simple deviations into decades of surprise, learned
 * from its own past (column_evidence.h). The few columns with most of it are
 * added, quick evidence and lasting evidence apart, and the sum is judged by
 * what such sums usually come to in this group, and at this time of day, so that
 * groups that are noisy or move as one do not shout. An incident touches a few
 * columns and common load moves all of them a little: the sum of all would mix
 * both up. There is no matrix, no training and no refit.
 */
#include "anomaly/group.h"
#include "stats/clamp.h"
#include "stats/column_evidence.h"
#include "stats/day_sums.h"
#include "stats/group_alarm.h"
#include "stats/row_pace.h"
#include "stats/usual_sum.h"

#include <math.h>
#include <string.h>

/* Decades that five columns must show, and the part of the usual sum that comes on top. */
static const float LINE = 20.5F, LINE_EXPONENT = 0.8F, USUAL_WEIGHT = 0.7F;
static const float DAILY_WEIGHT = 0.6F;  /* of what the time of day explains */
static const float YOUNG_WEIGHT = 0.5F;  /* the line of a new group is so much higher */
static const float MEMORIES = 2.0F;      /* of the columns' tails: that of the sums */
static const float SUM_MOST = 16.0F * 5; /* decades of a column, and columns */
static const float BLAMED = 1.0F;        /* decades of a column that is worth a word */

enum {
  TOP_LEAST = 2,
  TOP_MOST = 5,
  WARMUP_ROWS = 300,
  REFRESH_ROWS = 60,
  TAUGHT_ROWS = 4, /* in an alarm, odd values teach in each such row only */
  HOUR_SECONDS = 3600,
  DAY_SECONDS = 86400,
};

struct host_options {
  double limit;
};

static const struct option_row option_rows[] = {
    {.name = "limit",
     .kind = OPTION_REAL,
     .offset = offsetof(struct host_options, limit),
     .preset = 1.0,
     .min = 0.1,
     .max = 100.0,
     .help = "evidence that alarms: 1 is quiet, 0.85 alarms some times a week, 0.7 more often"},
    OPTION_ROWS_END,
};

struct host {
  struct usual_sum quick, lasting;
  struct day_sums day;
  struct group_alarm alarm;
  uint32_t rows;
};

static const struct state_row head_rows[] = {
    STATE_STRUCTS(struct host, quick, 1, struct usual_sum, usual_sum_rows),
    STATE_STRUCTS(struct host, lasting, 1, struct usual_sum, usual_sum_rows),
    STATE_STRUCTS(struct host, day, 1, struct day_sums, day_sums_rows),
    STATE_STRUCTS(struct host, alarm, 1, struct group_alarm, group_alarm_rows),
    STATE_FIELD(struct host, rows, STATE_U32),
    STATE_ROWS_END,
};

/* The largest numbers so far, the largest first; unused places are 0. */
struct top {
  float number[TOP_MOST];
  uint32_t size;
};

static void top_insert(struct top *top, float number) {
  if (number <= top->number[top->size - 1])
    return;
  uint32_t at = top->size - 1;
  for (; at > 0 && top->number[at - 1] < number; at--)
    top->number[at] = top->number[at - 1];
  top->number[at] = number;
}

static float top_sum(const struct top *top) {
  float sum = 0.0F;
  for (uint32_t i = 0; i < top->size; i++)
    sum += top->number[i];
  return sum;
}

static uint32_t top_size(uint32_t columns) {
  const uint32_t size = (columns + 2) / 4;
  return size < TOP_LEAST ? TOP_LEAST : size > TOP_MOST ? TOP_MOST : size;
}

struct sums {
  float quick, lasting;
};

/* Judges and learns all columns. */
static struct sums judge_columns(const struct group_state *state, const struct group_row *row,
                                 const struct row_pace *pace) {
  const struct host *const host = state->head;
  struct column_evidence *const column = state->column;
  const struct evidence_row now = {
      .pace = *pace,
      .hour = (uint32_t)(fmod(row->time, DAY_SECONDS) / HOUR_SECONDS),
      .learn_odd = !group_alarm_is_fresh(&host->alarm) || host->rows % TAUGHT_ROWS == 0,
  };
  struct top quick = {.size = top_size(state->columns)}, lasting = quick;
  for (uint32_t i = 0; i < state->columns; i++) {
    column_evidence_judge(&column[i], &now, i, row->value[i]);
    top_insert(&quick, column[i].quick);
    top_insert(&lasting, column[i].lasting);
  }
  return (struct sums){.quick = top_sum(&quick), .lasting = top_sum(&lasting)};
}

/* Evidence over what alarms in a group like this one. */
static float weigh(struct host *host, const struct group_row *row, const struct row_pace *pace,
                   uint32_t columns, const struct sums *sums) {
  const float daily = day_sums_take(&host->day, row->time, sums->quick);
  const float explained = DAILY_WEIGHT * float_max(daily - host->quick.usual, 0.0F);
  const float line = LINE * powf((float)top_size(columns) / TOP_MOST, LINE_EXPONENT);
  const float quick = (sums->quick - explained) / (line + USUAL_WEIGHT * host->quick.usual);
  const float lasting =
      LASTING_WEIGHT * sums->lasting / (line + USUAL_WEIGHT * host->lasting.usual);
  float ratio = float_max(quick, lasting);
  const float age = (float)host->rows / pace->adult_rows;
  if (age < 1.0F)
    ratio /= 1.0F + YOUNG_WEIGHT * (1.0F - age);
  return host->rows < WARMUP_ROWS ? 0.0F : float_max(ratio, 0.0F);
}

static void learn_sums(struct host *host, const struct row_pace *pace, const struct sums *sums) {
  usual_sum_count(&host->quick, sums->quick, MEMORIES * pace->horizon);
  usual_sum_count(&host->lasting, sums->lasting, MEMORIES * pace->horizon);
  host->rows += host->rows < UINT32_MAX;
  if (host->rows % REFRESH_ROWS != 0)
    return;
  usual_sum_refresh(&host->quick);
  usual_sum_refresh(&host->lasting);
}

static void update(const struct group_state *state, const void *opaque, const struct group_row *row,
                   struct group_finding *ret) {
  const struct host_options *const options = opaque;
  struct host *const host = state->head;
  const struct row_pace pace = row_pace_of(row->interval);
  const struct sums sums = judge_columns(state, row, &pace);
  const bool ready = host->rows >= WARMUP_ROWS;
  const float ratio = weigh(host, row, &pace, state->columns, &sums) / (float)options->limit;
  learn_sums(host, &pace, &sums);
  ret->began = group_alarm_take(&host->alarm, ratio, &ret->anomaly);
  ret->ratio = (double)ratio;
  ret->surprise = ratio > 0.0F ? (double)float_max(sums.quick, sums.lasting) : 0.0;
  ret->kind = ratio > 0.0F ? KIND_GROUP : KIND_NONE;
  ret->reason = ratio >= 1.0F ? "several metrics are unusual at once" : NULL;
  ret->ready = ready;
}

static size_t blame(const struct group_state *state, const void *options,
                    struct group_blame ret_blames[GROUP_BLAMES]) {
  (void)options;
  const struct column_evidence *const column = state->column;
  size_t count = 0;
  for (uint32_t i = 0; i < state->columns; i++) {
    const float decades = column_evidence_weight(&column[i]);
    if (decades < BLAMED)
      continue;
    size_t at = count < GROUP_BLAMES ? count++ : GROUP_BLAMES;
    for (; at > 0 && ret_blames[at - 1].decades < (double)decades; at--)
      if (at < GROUP_BLAMES)
        ret_blames[at] = ret_blames[at - 1];
    if (at < GROUP_BLAMES)
      ret_blames[at] = (struct group_blame){.column = i, .decades = (double)decades};
  }
  return count;
}

static bool valid(const struct group_state *state, const void *options) {
  (void)options;
  const struct host *const host = state->head;
  const struct column_evidence *const column = state->column;
  bool valid = usual_sum_valid(&host->quick) && usual_sum_valid(&host->lasting) &&
               day_sums_valid(&host->day, SUM_MOST) && group_alarm_valid(&host->alarm);
  for (uint32_t i = 0; i < state->columns; i++)
    valid = valid && column_evidence_valid(&column[i]);
  return valid;
}

const struct group_detector host_group_detector = {
    .name = "host",
    .summary = "several metrics of one host unusual at once, judged by the host's own usual",
    .source = "this project",
    .feed = GROUP_OF_VALUES,
    .columns_min = 1,
    .options = option_rows,
    .options_size = sizeof(struct host_options),
    .head_rows = head_rows,
    .column_rows = column_evidence_rows,
    .head_size = sizeof(struct host),
    .column_size = sizeof(struct column_evidence),
    .state_version = 1,
    .update = update,
    .blame = blame,
    .valid = valid,
};
