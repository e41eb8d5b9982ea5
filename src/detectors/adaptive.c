/*
 * The default detector: how surprising is a value for this one metric?
 *
 * Four kinds of evidence, in decades (-log10 of a tail probability that was
 * learned from this metric alone):
 *  - context (context.h): odd here and now, whether or not it was seen before,
 *  - novelty (novelty.h): far from everything of the last weeks,
 *  - a run (flat_run.h): stuck at one value for longer than ever,
 *  - odd hours (odd_hours.h): for hours not what is usual at that time of day.
 *
 * The alarm line grows with the rate of records, so that there are equally many
 * false alarms per week at 10 s and at 1 h. What estimates a distribution ages
 * by records, what waits for people or for days ages by time. Until a metric has
 * been known for one warm-up only what is blatant alarms: it stays far outside
 * of all it has been (first_range.h), or is stuck for very long. An incident
 * that lasts makes the context forget, so a new level is usual within hours.
 *
 * Values are held as float relative to the first one. What is further away than
 * ORIGIN_REACH is judged as if it were that far, and not learned. Where values
 * stay that far, or vanish beside what was learned, the metric is learned anew.
 */
#include "anomaly/detector.h"
#include "stats/clamp.h"
#include "stats/context.h"
#include "stats/course.h"
#include "stats/day_profile.h"
#include "stats/first_range.h"
#include "stats/flat_run.h"
#include "stats/lasting.h"
#include "stats/novelty.h"
#include "stats/odd_hours.h"
#include "stats/onset.h"
#include "stats/origin.h"
#include "stats/pace.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define STORED_LIMIT 4e18F /* residuals and deviations in reach, with their rounding */
#define EVIDENCE_LIMIT 1e4F
#define GLANCED_RECORDS 64
#define GLANCED_AGE (1.0F / 24.0F) /* warm-ups */
#define DAY 86400
#define WEEK 604800

/* What alarms of one kind of evidence alone. */
static const float NOVELTY_LINE = 20.0F, RUN_LINE = 8.0F, HOUR_LINE = 10.0F;
static const float GLANCED_RUN = 0.5F; /* a run 16 times as long as in a grown metric */
static const float NOVELTY_WEIGHT = 0.3F;
static const float CARRY = 0.5F, CARRY_SECONDS = 150.0F; /* of evidence to the next record */
static const float FREE_INCIDENTS = 7.0F, HABIT_WEIGHT = 0.1F, HABIT_FADES = 0.01F;
static const float ONSET_LINES = 1.5F; /* what is under counts for no onset */

enum {
  AGING_RECORDS = 8000, /* both make the context forget half */
  AGING_SECONDS = WEEK / 2,
};

/*
 * A record touches a line of six of the tails, and all from there to `novelty`.
 * The rest is for new values, new hours and incidents.
 */
struct adaptive {
  struct pareto_tail tails[CONTEXT_TAILS]; /* first, so that each has a cache line of its own */

  struct course course;
  struct origin origin; /* all values below are relative to it */
  struct pace pace;
  uint32_t carry_gap;  /* seconds */
  float carry;         /* weight of the last evidence carry_gap later */
  float last_evidence; /* decades */
  float habit;         /* incidents of about the last week */
  struct lasting lasting;
  struct onset onset;
  struct context context;
  struct flat_run run;
  struct day_hour hour;
  struct novelty novelty;

  struct day_profile profile;
  struct novelty_past past;
  struct odd_hours odd_hours;
  struct first_range first_range;
  uint32_t halved; /* the tails last were; elapsed */
};

_Static_assert(sizeof(struct pareto_tail) == 64, "a tail is one cache line");

static const struct option_row option_rows[] = {OPTION_ROWS_END};

static const struct state_row state_rows[] = {
    STATE_STRUCTS(struct adaptive, tails, CONTEXT_TAILS, struct pareto_tail, pareto_tail_rows),
    STATE_STRUCTS(struct adaptive, course, 1, struct course, course_rows),
    STATE_STRUCTS(struct adaptive, origin, 1, struct origin, origin_rows),
    STATE_STRUCTS(struct adaptive, pace, 1, struct pace, pace_rows),
    STATE_FIELD(struct adaptive, carry_gap, STATE_U32),
    STATE_FIELD(struct adaptive, carry, STATE_F32),
    STATE_FIELD(struct adaptive, last_evidence, STATE_F32),
    STATE_FIELD(struct adaptive, habit, STATE_F32),
    STATE_STRUCTS(struct adaptive, lasting, 1, struct lasting, lasting_rows),
    STATE_STRUCTS(struct adaptive, onset, 1, struct onset, onset_rows),
    STATE_STRUCTS(struct adaptive, context, 1, struct context, context_rows),
    STATE_STRUCTS(struct adaptive, run, 1, struct flat_run, flat_run_rows),
    STATE_STRUCTS(struct adaptive, hour, 1, struct day_hour, day_hour_rows),
    STATE_STRUCTS(struct adaptive, novelty, 1, struct novelty, novelty_rows),
    STATE_STRUCTS(struct adaptive, profile, 1, struct day_profile, day_profile_rows),
    STATE_STRUCTS(struct adaptive, past, 1, struct novelty_past, novelty_past_rows),
    STATE_STRUCTS(struct adaptive, odd_hours, 1, struct odd_hours, odd_hours_rows),
    STATE_STRUCTS(struct adaptive, first_range, 1, struct first_range, first_range_rows),
    STATE_FIELD(struct adaptive, halved, STATE_U32),
    STATE_ROWS_END,
};

/* One value on its way through `update`. */
struct record {
  struct course_record at;
  int32_t hour;    /* since the epoch */
  uint8_t day;     /* modulo 256 */
  float value;     /* relative to the first */
  bool glanced;    /* the metric is not known, but well enough for what is blatant */
  bool hour_known; /* this hour of the day is */
  bool hour_usual; /* and well */
};

/* All but the deviations in decades. */
struct evidence {
  float deviation[CONTEXT_FEATURES];
  float context[CONTEXT_FEATURES];
  float novelty[NOVELTY_KINDS];
  float novelty_sum;
  float context_sum;
  float run;
  float odd_hours;
  float outside;     /* of the range of a young metric, over what is blatant */
  float sum;         /* context, part of novelty, and part of the last record's */
  float line;        /* for the sum */
  bool first_change; /* of a metric that was constant for long */
};

static size_t state_size(const void *options) {
  (void)options;
  return sizeof(struct adaptive);
}

static void set_carry(struct adaptive *state, uint32_t gap) {
  state->carry_gap = gap;
  state->carry = CARRY * expf(-(float)gap / CARRY_SECONDS);
}

static void init(void *opaque, const void *options) {
  (void)options;
  struct adaptive *const state = opaque;
  pace_init(&state->pace);
  set_carry(state, 0);
  context_init(state->tails);
  day_hour_init(&state->hour);
  novelty_init(&state->novelty, &state->past);
  odd_hours_init(&state->odd_hours);
}

static void check_origin(struct adaptive *state, double value) {
  const double size = (double)(fabsf(state->context.center) + state->context.spread);
  if (!origin_outlived(&state->origin, value, state->course.records, size))
    return;
  memset(state, 0, sizeof *state);
  init(state, NULL);
}

static struct record take_record(struct adaptive *state, const struct observation *now) {
  if (state->course.records == 0)
    state->origin.first = now->value;
  struct record record = {.at = course_take(&state->course, now),
                          .value = origin_place(&state->origin, now->value)};
  record.hour = (int32_t)(record.at.time / 3600);
  record.day = (uint8_t)(record.at.time / DAY);
  record.glanced =
      !record.at.ready && record.at.number >= GLANCED_RECORDS && record.at.age >= GLANCED_AGE;
  return record;
}

/* Judges the hour that is over. */
static void change_hour(struct adaptive *state, const struct record *record,
                        struct evidence *evidence) {
  float excess;
  if (day_hour_excess(&state->hour, &state->profile, &excess)) {
    evidence->novelty[NOVELTY_HOUR] = novelty_of_hour(&state->past, excess, record->day);
    evidence->odd_hours = odd_hours_judge(&state->odd_hours, excess, record->at.maturity);
  } else if (state->hour.spoilt != 0) {
    odd_hours_skip(&state->odd_hours);
  }
  if (record->hour / DAY_HOURS != state->hour.number / DAY_HOURS)
    novelty_change_day(&state->novelty, &state->past, record->day);
  day_hour_change(&state->hour, &state->profile, record->hour);
  state->hour.spoilt = state->lasting.open;
}

/* What is known of the hour of the day, once the hour that may be over is judged. */
static void find_hour(struct adaptive *state, struct record *record, struct evidence *evidence) {
  evidence->novelty[NOVELTY_HOUR] = evidence->odd_hours = 0.0F;
  if (record->hour != state->hour.number)
    change_hour(state, record, evidence);
  const float seen = (float)state->hour.seen;
  record->hour_known = seen >= state->pace.hour_records;
  record->hour_usual = seen > 2.0F * state->pace.hour_records;
}

/* What was usual, before the value is learned; nothing was before the first. */
static struct band band_of(const struct adaptive *state, const struct record *record) {
  if (record->at.number == 0)
    return (struct band){.expected = (double)NAN, .lower = (double)NAN, .upper = (double)NAN};
  struct band band = context_band(&state->context, state->tails, &state->hour, record->hour_usual);
  band.expected += state->origin.first;
  band.lower += state->origin.first;
  band.upper += state->origin.first;
  return band;
}

static void judge_novelty(struct adaptive *state, const struct record *record, double value,
                          struct evidence *evidence) {
  const struct novelty_record seen = {
      .number = record->at.number,
      .elapsed = record->at.elapsed,
      .day = record->day,
      .value = record->value,
      .magnitude = (float)double_clamp(fabs(value), 0.0, (double)ORIGIN_REACH),
      .residual = record->value - state->hour.mean,
      .residual_known = record->hour_known && record->at.age >= 1.0F,
      .offset = state->origin.first,
  };
  float *const novelty = evidence->novelty;
  if (novelty_of_record(&state->novelty, &state->past, &seen, novelty))
    state->run.longest /= 2;
  evidence->novelty_sum = novelty_sum(novelty);
}

static void judge_run(struct adaptive *state, const struct record *record,
                      struct evidence *evidence) {
  evidence->run = 0.0F;
  evidence->first_change = false;
  if (record->at.number == 0)
    return;
  const bool constant = state->run.changes == 0;
  const bool same = record->value == state->context.recent[CONTEXT_RECENT_VALUES - 1];
  evidence->run = flat_run_judge(&state->run, same, state->pace.interval);
  evidence->first_change = constant && !same && record->at.ready && record->at.age >= 7.0F;
}

/* Judges the value by everything known before it, then learns it. */
static void judge(struct adaptive *state, const struct record *record, double value,
                  struct evidence *evidence) {
  context_measure(&state->context, &state->hour, record->hour_usual, record->at.number,
                  record->value, evidence->deviation);
  judge_novelty(state, record, value, evidence);
  judge_run(state, record, evidence);
  evidence->outside = record->at.ready
                          ? 0.0F
                          : first_range_judge(&state->first_range, record->value, record->glanced);
  day_hour_learn(&state->hour, record->value, state->pace.hour_records, record->at.number);
  context_judge(&state->context, state->tails, record->value, evidence->deviation,
                evidence->context);
  evidence->context_sum = 0.0F;
  for (int i = 0; i < CONTEXT_FEATURES; i++)
    evidence->context_sum += evidence->context[i];
}

/* Of a value that the origin does not reach nothing is learned: a copy judges it. */
static void judge_within_reach(struct adaptive *state, const struct record *record, double value,
                               struct evidence *evidence) {
  if (origin_reaches(&state->origin, value)) {
    judge(state, record, value, evidence);
    return;
  }
  struct adaptive copy = *state;
  judge(&copy, record, value, evidence);
}

/* Makes the young whisper, and adds what the last record said. */
static void weigh(struct adaptive *state, const struct record *record, struct evidence *evidence) {
  evidence->novelty_sum *= record->at.maturity;
  evidence->novelty[NOVELTY_HOUR] *= record->at.maturity;
  evidence->run *= record->glanced ? GLANCED_RUN : record->at.maturity;
  if (record->at.gap != state->carry_gap)
    set_carry(state, record->at.gap);
  const float own = (evidence->context_sum + NOVELTY_WEIGHT * evidence->novelty_sum) *
                    (record->at.age / (record->at.age + 0.5F));
  evidence->sum = own + state->carry * state->last_evidence;
  state->last_evidence = own;

  state->habit = habit_faded(state->habit, record->at.gap, HABIT_FADES);
  const float excess = float_max(0.0F, state->habit - FREE_INCIDENTS);
  evidence->line = state->pace.line * (1.0F + HABIT_WEIGHT * excess);
}

/* Which evidence speaks loudest, each measured by its own line. */
enum lead {
  LEAD_SUM,
  LEAD_NOVELTY,
  LEAD_RUN,
  LEAD_HOUR,
  LEAD_FIRST_CHANGE,
  LEAD_OUTSIDE,
  LEAD_ODD_HOURS
};

static void compare(float ratio, enum lead lead, float *ret_ratio, enum lead *ret_lead) {
  if (ratio <= *ret_ratio)
    return;
  *ret_ratio = ratio;
  *ret_lead = lead;
}

static enum lead find_lead(const struct evidence *evidence, float *ret_ratio) {
  enum lead lead = LEAD_SUM;
  *ret_ratio = evidence->sum / evidence->line;
  if (evidence->novelty_sum > 0.0F) {
    compare(evidence->novelty_sum / NOVELTY_LINE, LEAD_NOVELTY, ret_ratio, &lead);
    compare(evidence->novelty[NOVELTY_HOUR] / HOUR_LINE, LEAD_HOUR, ret_ratio, &lead);
  }
  if (evidence->run > 0.0F)
    compare(evidence->run / RUN_LINE, LEAD_RUN, ret_ratio, &lead);
  if (evidence->first_change)
    compare(1.0F, LEAD_FIRST_CHANGE, ret_ratio, &lead);
  if (evidence->outside > 0.0F)
    compare(evidence->outside, LEAD_OUTSIDE, ret_ratio, &lead);
  return lead;
}

static void halve_context(struct adaptive *state, const struct record *record) {
  if (context_halve(&state->context, state->tails))
    state->halved = record->at.elapsed;
}

/* An incident that lasts makes the context forget, so that it becomes usual: odd hours are none. */
static void track_incident(struct adaptive *state, const struct record *record, float ratio,
                           float line) {
  const enum lasting_change change = lasting_judge(&state->lasting, &record->at, ratio, line);
  if (change == LASTING_NONE)
    return;
  state->hour.spoilt = 1;
  if (change == LASTING_BEGINS)
    state->habit += 1.0F;
  if (change == LASTING_LASTS)
    halve_context(state, record);
}

static void age_context(struct adaptive *state, const struct record *record) {
  const bool due = state->context.records >= AGING_RECORDS &&
                   record->at.elapsed - state->halved >= AGING_SECONDS;
  if (due || state->context.records >= CONTEXT_RECORDS_MAX)
    halve_context(state, record);
}

static float find_onset(struct adaptive *state, const struct record *record,
                        const struct evidence *evidence) {
  const float over = float_max(0.0F, evidence->sum - ONSET_LINES * evidence->line);
  return onset_judge(&state->onset, evidence->novelty_sum + evidence->run,
                     record->at.ready ? over : 0.0F, record->at.number, record->at.gap);
}

/* Kind, reason and decades of the evidence that leads. */
static void explain(const struct adaptive *state, const struct record *record,
                    const struct evidence *evidence, enum lead lead, struct finding *ret) {
  const bool above = evidence->deviation[CONTEXT_CENTER] > 0.0F;
  ret->kind = above ? KIND_SPIKE : KIND_DIP;
  ret->reason = "right after unusual values";
  switch (lead) {
  case LEAD_SUM:
    ret->surprise = (double)evidence->sum;
    if (NOVELTY_WEIGHT * evidence->novelty_sum > evidence->context_sum)
      novelty_explain(&state->past, record->value, evidence->novelty, above, ret);
    else
      context_explain(evidence->context, evidence->deviation, ret);
    break;
  case LEAD_NOVELTY:
    ret->surprise = (double)evidence->novelty_sum;
    novelty_explain(&state->past, record->value, evidence->novelty, above, ret);
    break;
  case LEAD_HOUR:
    ret->surprise = (double)evidence->novelty[NOVELTY_HOUR];
    novelty_explain(&state->past, record->value, evidence->novelty, above, ret);
    break;
  case LEAD_RUN:
    ret->surprise = (double)evidence->run;
    ret->kind = KIND_FLATLINE;
    ret->reason = "stuck at one value";
    break;
  case LEAD_FIRST_CHANGE:
    ret->surprise = (double)log10f((float)record->at.number);
    ret->kind = KIND_LEVEL_SHIFT;
    ret->reason = "changed for the first time";
    break;
  case LEAD_OUTSIDE:
    ret->surprise = (double)log10f((float)record->at.number);
    ret->reason = "young, and far from all it has been";
    break;
  case LEAD_ODD_HOURS:
    ret->surprise = (double)evidence->odd_hours;
    ret->kind = KIND_PATTERN;
    ret->reason = state->odd_hours.above != 0 ? "for hours above what is usual then"
                                              : "for hours below what is usual then";
    break;
  }
}

static void update(void *opaque, const void *options, const struct observation *now,
                   struct finding *ret) {
  (void)options;
  struct adaptive *const state = opaque;
  check_origin(state, now->value);
  struct record record = take_record(state, now);
  pace_learn(&state->pace, record.at.number, record.at.gap, now->interval);
  struct evidence evidence;
  find_hour(state, &record, &evidence);
  const struct band band = band_of(state, &record);
  judge_within_reach(state, &record, now->value, &evidence);
  weigh(state, &record, &evidence);
  float ratio;
  enum lead lead = find_lead(&evidence, &ratio);
  track_incident(state, &record, ratio, (float)now->line);
  compare(evidence.odd_hours / ODD_HOURS_LINE, LEAD_ODD_HOURS, &ratio, &lead);
  age_context(state, &record);
  *ret = (struct finding){.ratio = (double)ratio,
                          .onset = (double)find_onset(state, &record, &evidence),
                          .expected = band.expected,
                          .lower = band.lower,
                          .upper = band.upper,
                          .ready = record.at.ready};
  if (ratio > 0.0F)
    explain(state, &record, &evidence, lead, ret);
}

static bool valid(const void *opaque, const void *options) {
  (void)options;
  const struct adaptive *const state = opaque;
  return course_valid(&state->course) && origin_valid(&state->origin) && pace_valid(&state->pace) &&
         float_within(state->carry, 0.0F, CARRY) &&
         float_within(state->last_evidence, 0.0F, EVIDENCE_LIMIT) &&
         float_within(state->habit, 0.0F, FLT_MAX) && onset_valid(&state->onset) &&
         context_valid(&state->context, state->tails, STORED_LIMIT) &&
         day_hour_valid(&state->hour, &state->profile, STORED_LIMIT) &&
         novelty_valid(&state->novelty, &state->past, STORED_LIMIT) &&
         odd_hours_valid(&state->odd_hours) && first_range_valid(&state->first_range, STORED_LIMIT);
}

const struct detector adaptive_detector = {
    .name = "adaptive",
    .summary = "whatever is surprising for this metric at this time, learned from its own past",
    .source = "this project",
    .options = option_rows,
    .options_size = 0,
    .state = state_rows,
    .state_version = 5,
    .state_size = state_size,
    .init = init,
    .update = update,
    .valid = valid,
};
