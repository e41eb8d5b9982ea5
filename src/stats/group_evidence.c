#include "stats/group_evidence.h"

#include "stats/clamp.h"
#include "stats/row_pace.h"
#include "stats/top_blames.h"

#include <math.h>

/* Decades that five columns must show, and the part of the usual sum that comes on top. */
static const float LINE = 20.5F, LINE_EXPONENT = 0.8F, USUAL_WEIGHT = 0.7F;
static const float DAILY_WEIGHT = 0.6F; /* of what the time of day explains */
static const float YOUNG_WEIGHT = 0.1F; /* the line is so much higher for each halving of age */
static const float MEMORIES = 2.0F;     /* of the columns' tails: that of the sums */
static const float SUM_MOST = 16.0F * GROUP_EVIDENCE_TOP; /* decades of a column, and columns */
static const float BLAMED = 1.0F; /* decades of a column that is worth a word */

enum {
  WARMUP_ROWS = 300,
  REFRESH_ROWS = 60,
  TAUGHT_ROWS = 4, /* in an alarm, odd values teach in each such row only */
  HOUR_SECONDS = 3600,
  DAY_SECONDS = 86400,
};

const struct state_row group_evidence_rows[] = {
    STATE_STRUCTS(struct group_evidence, quick, 1, struct usual_sum, usual_sum_rows),
    STATE_STRUCTS(struct group_evidence, lasting, 1, struct usual_sum, usual_sum_rows),
    STATE_STRUCTS(struct group_evidence, day, 1, struct day_sums, day_sums_rows),
    STATE_STRUCTS(struct group_evidence, alarm, 1, struct group_alarm, group_alarm_rows),
    STATE_FIELD(struct group_evidence, rows, STATE_U32),
    STATE_ROWS_END,
};

/* The largest numbers so far, the largest first; unused places are 0. */
struct top {
  float number[GROUP_EVIDENCE_TOP];
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

struct sums {
  float quick, lasting;
};

/* Judges and learns all columns. */
static struct sums judge_columns(const struct group_state *state, const struct group_row *row,
                                 const struct row_pace *pace, uint32_t top) {
  const struct group_evidence *const group = state->head;
  struct column_evidence *const column = state->column;
  const struct evidence_row now = {
      .pace = *pace,
      .hour = (uint32_t)(fmod(row->time, DAY_SECONDS) / HOUR_SECONDS),
      .learn_odd = !group_alarm_is_fresh(&group->alarm) || group->rows % TAUGHT_ROWS == 0,
  };
  struct top quick = {.size = top}, lasting = quick;
  for (uint32_t i = 0; i < state->columns; i++) {
    column_evidence_judge(&column[i], &now, i, row->value[i]);
    top_insert(&quick, column[i].quick);
    top_insert(&lasting, column[i].lasting);
  }
  return (struct sums){.quick = top_sum(&quick), .lasting = top_sum(&lasting)};
}

/* Evidence over what alarms in a group like this one. */
static float weigh(struct group_evidence *group, const struct group_row *row,
                   const struct row_pace *pace, uint32_t top, const struct sums *sums) {
  const float daily = day_sums_take(&group->day, row->time, sums->quick);
  const float explained = DAILY_WEIGHT * float_max(daily - group->quick.usual, 0.0F);
  const float line = LINE * powf((float)top / GROUP_EVIDENCE_TOP, LINE_EXPONENT);
  const float quick = (sums->quick - explained) / (line + USUAL_WEIGHT * group->quick.usual);
  const float lasting =
      LASTING_WEIGHT * sums->lasting / (line + USUAL_WEIGHT * group->lasting.usual);
  float ratio = float_max(quick, lasting);
  const float age = (float)(group->rows + 1) / pace->adult_rows;
  if (age < 1.0F)
    ratio /= 1.0F - YOUNG_WEIGHT * log2f(age);
  return group->rows < WARMUP_ROWS ? 0.0F : float_max(ratio, 0.0F);
}

static void learn_sums(struct group_evidence *group, const struct row_pace *pace,
                       const struct sums *sums) {
  usual_sum_count(&group->quick, sums->quick, MEMORIES * pace->horizon);
  usual_sum_count(&group->lasting, sums->lasting, MEMORIES * pace->horizon);
  group->rows += group->rows < UINT32_MAX;
  if (group->rows % REFRESH_ROWS != 0)
    return;
  usual_sum_refresh(&group->quick);
  usual_sum_refresh(&group->lasting);
}

void group_evidence_update(const struct group_state *state, const struct group_row *row,
                           const struct group_judgement *judgement, struct group_finding *ret) {
  struct group_evidence *const group = state->head;
  const struct row_pace pace = row_pace_of(row->interval);
  const struct sums sums = judge_columns(state, row, &pace, judgement->top);
  const float ratio = weigh(group, row, &pace, judgement->top, &sums) / judgement->limit;
  ret->ready = group->rows >= WARMUP_ROWS;
  learn_sums(group, &pace, &sums);
  ret->missing = group_evidence_missing(group);
  ret->began = group_alarm_take(&group->alarm, ratio, &ret->anomaly);
  ret->ratio = (double)ratio;
  ret->surprise = ratio > 0.0F ? (double)float_max(sums.quick, sums.lasting) : 0.0;
  ret->kind = ratio > 0.0F ? judgement->kind : KIND_NONE;
  ret->reason = ratio >= 1.0F ? judgement->reason : NULL;
}

uint32_t group_evidence_missing(const struct group_evidence *group) {
  return group->rows < WARMUP_ROWS ? WARMUP_ROWS - group->rows : 0;
}

size_t group_evidence_blame(const struct group_state *state,
                            struct group_blame ret_blames[GROUP_BLAMES]) {
  const struct column_evidence *const column = state->column;
  size_t count = 0;
  for (uint32_t i = 0; i < state->columns; i++) {
    const float decades = column_evidence_weight(&column[i]);
    if (decades >= BLAMED)
      count = top_blames_take(ret_blames, count, i, (double)decades);
  }
  return count;
}

bool group_evidence_valid(const struct group_state *state) {
  const struct group_evidence *const group = state->head;
  const struct column_evidence *const column = state->column;
  bool valid = usual_sum_valid(&group->quick) && usual_sum_valid(&group->lasting) &&
               day_sums_valid(&group->day, SUM_MOST) && group_alarm_valid(&group->alarm);
  for (uint32_t i = 0; i < state->columns; i++)
    valid = valid && column_evidence_valid(&column[i]);
  return valid;
}
