/*
 * Missing: a metric that stopped arriving, and its return. Made for this
 * project after the missing-value callbacks and "no data" alarms of monitoring
 * systems.
 *
 * The line is `intervals` times the usual time between two values, at least
 * `minimum`. Usual is the interval that the sender states, else the mean of
 * about the last twenty gaps. A metric that is often late is given twice its
 * greatest usual gap instead where that is more: one gap at most doubles what is
 * known of it, and it is forgotten over a thousand values, so an outage does not
 * teach that outages are usual, while a metric that comes in bursts is left
 * alone after a few of them.
 *
 * A metric is known after 20 gaps and the rule's warm-up: what came for less
 * may well have been meant to end. The value that ends a silence has ratio 0.
 * Silence is judged without learning, so onset is always 0.
 */
#include "anomaly/detector.h"

#include <math.h>

enum { KNOWN_AFTER = 20, GAPS_OF_MEAN = 20 };

static const double LATENESS_MARGIN = 2;
static const double LATENESS_GROWTH = 2;       /* at most, by one gap */
static const double LATENESS_FORGOTTEN = 1000; /* values */
static const double LATEST_TIME = 1e12;

struct missing_options {
  double intervals;
  double minimum;
};

struct missing_state {
  double first_time, last_time;
  double usual;    /* seconds between two values */
  double lateness; /* greatest usual gap over the usual one, >= 1 */
  uint32_t gaps;   /* known so far; stops counting at KNOWN_AFTER */
};

static const struct option_row missing_options[] = {
    {.name = "intervals",
     .kind = OPTION_REAL,
     .unit = "intervals",
     .offset = offsetof(struct missing_options, intervals),
     .preset = 5,
     .min = 1.5,
     .max = 10000,
     .help = "Silence of so many of the metric's usual intervals is over the line"},
    {.name = "minimum",
     .kind = OPTION_DURATION,
     .offset = offsetof(struct missing_options, minimum),
     .preset = 60,
     .min = 1,
     .max = 52 * 604800.,
     .help = "Silence shorter than this is never over the line"},
    OPTION_ROWS_END,
};

static const struct state_row missing_rows[] = {
    STATE_FIELD(struct missing_state, first_time, STATE_F64),
    STATE_FIELD(struct missing_state, last_time, STATE_F64),
    STATE_FIELD(struct missing_state, usual, STATE_F64),
    STATE_FIELD(struct missing_state, lateness, STATE_F64),
    STATE_FIELD(struct missing_state, gaps, STATE_U32),
    STATE_ROWS_END,
};

static size_t missing_state_size(const void *options) {
  (void)options;
  return sizeof(struct missing_state);
}

static void missing_init(void *state, const void *options) {
  (void)options;
  ((struct missing_state *)state)->lateness = 1;
}

/* Seconds of silence at the line. */
static double limit_of(const struct missing_state *state, const struct missing_options *options) {
  const double intervals = fmax(options->intervals, LATENESS_MARGIN * state->lateness);
  return fmax(intervals * state->usual, options->minimum);
}

static bool is_known(const struct missing_state *state, const struct observation *now) {
  return state->gaps >= KNOWN_AFTER && state->last_time - state->first_time >= now->warmup;
}

static void learn_lateness(struct missing_state *state, double gap) {
  const double late = state->usual > 0 ? fmax(gap / state->usual, 1) : 1;
  if (late > state->lateness)
    state->lateness = fmin(late, LATENESS_GROWTH * state->lateness);
  else
    state->lateness -= (state->lateness - late) / LATENESS_FORGOTTEN;
}

/* Once the metric is known, a gap beyond the line counts as one at the line. */
static void learn_mean_gap(struct missing_state *state, const struct missing_options *options,
                           double gap) {
  const double learned = state->gaps < KNOWN_AFTER ? gap : fmin(gap, limit_of(state, options));
  state->usual += (learned - state->usual) / fmin(state->gaps + 1., GAPS_OF_MEAN);
}

static void learn_gap(struct missing_state *state, const struct missing_options *options,
                      double interval, double gap) {
  if (interval > 0)
    state->usual = interval;
  learn_lateness(state, gap);
  if (interval <= 0)
    learn_mean_gap(state, options, gap);
  if (state->gaps < KNOWN_AFTER)
    state->gaps++;
}

static void missing_update(void *state_, const void *options, const struct observation *now,
                           struct finding *ret) {
  struct missing_state *const state = state_;
  if (state->last_time > 0)
    learn_gap(state, options, now->interval, fmax(now->time - state->last_time, 0));
  else
    state->first_time = now->time;
  state->last_time = now->time;
  *ret = finding_none();
  ret->ready = is_known(state, now);
  ret->abstains = true;
}

static void missing_silence(const void *state_, const void *options, const struct observation *now,
                            struct finding *ret) {
  static const double surprise_max = 300;
  const struct missing_state *const state = state_;
  const double silence = now->time - state->last_time;
  *ret = finding_none();
  ret->ready = is_known(state, now);
  if (!ret->ready || silence <= state->usual)
    return;
  ret->ratio = silence / limit_of(state, options);
  ret->since = state->last_time;
  ret->kind = KIND_MISSING;
  /* As if values came at random: the least that can be said. */
  ret->surprise = fmin(silence / state->usual * log10(exp(1)), surprise_max);
  if (ret->ratio >= now->line)
    ret->reason = "no value for longer than is usual between two";
}

static bool is_time(double time) { return time >= 0 && time <= LATEST_TIME; }

static bool missing_valid(const void *state, const void *options) {
  (void)options;
  const struct missing_state *const missing = state;
  return is_time(missing->first_time) && is_time(missing->last_time) && is_time(missing->usual) &&
         missing->lateness >= 1 && missing->lateness <= LATEST_TIME && missing->gaps <= KNOWN_AFTER;
}

const struct detector missing_detector = {
    .name = "missing",
    .summary = "a metric that stopped arriving, and its return",
    .source = "this project",
    .options = missing_options,
    .options_size = sizeof(struct missing_options),
    .state = missing_rows,
    .state_version = 1,
    .state_size = missing_state_size,
    .init = missing_init,
    .update = missing_update,
    .silence = missing_silence,
    .valid = missing_valid,
};
