/*
 * Variance: is the spread of a metric larger or smaller than it usually is?
 *
 * The size of the differences from value to value, exponentially weighted over
 * some `window` records (MacGregor and Harris, 1993), is compared with its mean
 * over some thousands. Differences do not see level and drift (von Neumann,
 * 1941), and a single one counts for no more than a few usual ones: an outlier
 * is no spread. How rare the quotient is, up and down, is learned from the
 * metric's own past (rarity.h), where a spread that comes and goes is at home.
 */
#include "anomaly/detector.h"
#include "stats/clamp.h"
#include "stats/course.h"
#include "stats/lasting.h"
#include "stats/pace.h"
#include "stats/rarity.h"

#include <math.h>

#define SIZE_LIMIT 1e140 /* of a difference */

static const double QUICK_CLIP = 8;    /* usual sizes that one difference counts for */
static const double USUAL_CLIP = 1000; /* to be learned */
static const double FLOOR = 0.05;      /* of the usual size, where the logarithm ends */
static const double USUAL_MEMORY = 5000;
static const double LOST = 1e-4; /* a usual size out of all proportion */
static const uint8_t LOST_RECORDS = 64;

struct variance_options {
  uint32_t window;
};

struct variance_state {
  struct rarity wider, narrower;
  struct course course;
  struct pace pace;
  struct lasting lasting;
  double last;  /* value */
  double quick; /* size of differences, of late */
  double usual; /* the same, over long */
  uint8_t lost; /* records in a row beside which the usual size is out of proportion */
};

static const struct option_row variance_option_rows[] = {
    {.name = "window",
     .kind = OPTION_COUNT,
     .unit = "samples",
     .offset = offsetof(struct variance_options, window),
     .preset = 30,
     .min = 4,
     .max = 10000,
     .help = "How many of the last values the present spread is taken from"},
    OPTION_ROWS_END,
};

static const struct state_row variance_rows[] = {
    STATE_STRUCTS(struct variance_state, wider, 1, struct rarity, rarity_rows),
    STATE_STRUCTS(struct variance_state, narrower, 1, struct rarity, rarity_rows),
    STATE_STRUCTS(struct variance_state, course, 1, struct course, course_rows),
    STATE_STRUCTS(struct variance_state, pace, 1, struct pace, pace_rows),
    STATE_STRUCTS(struct variance_state, lasting, 1, struct lasting, lasting_rows),
    STATE_FIELD(struct variance_state, last, STATE_F64),
    STATE_FIELD(struct variance_state, quick, STATE_F64),
    STATE_FIELD(struct variance_state, usual, STATE_F64),
    STATE_FIELD(struct variance_state, lost, STATE_U8),
    STATE_ROWS_END,
};

static size_t state_size(const void *options) {
  (void)options;
  return sizeof(struct variance_state);
}

static void init(void *opaque, const void *options) {
  (void)options;
  struct variance_state *const state = opaque;
  rarity_init(&state->wider);
  rarity_init(&state->narrower);
  pace_init(&state->pace);
}

static double clipped(const struct variance_state *state, double size, double clip) {
  return state->usual > 0 ? fmin(size, clip * state->usual) : size;
}

/* What wild first values leave behind would else take weeks to fade. */
static void check_usual(struct variance_state *state) {
  const bool lost = state->quick > 0 && state->quick < LOST * state->usual;
  state->lost = lost ? (uint8_t)(state->lost + 1) : 0;
  if (state->lost < LOST_RECORDS)
    return;
  state->usual = state->quick;
  state->lost = 0;
}

static void learn(struct variance_state *state, const struct variance_options *options,
                  double size) {
  const double number = state->wider.records + 1.;
  const double quick_gain = fmax(1 / number, 2. / (options->window + 1.));
  const double usual_gain = fmax(1 / number, 1 / USUAL_MEMORY);
  state->quick += quick_gain * (clipped(state, size, QUICK_CLIP) - state->quick);
  state->usual += usual_gain * (clipped(state, size, USUAL_CLIP) - state->usual);
  check_usual(state);
}

/* Natural logarithm of the present spread over the usual one. */
static float excess_of(const struct variance_state *state) {
  if (state->usual <= 0)
    return 0.0F;
  return (float)log((state->quick / state->usual + FLOOR) / (1 + FLOOR));
}

/* Neighbours in time share most of their window: there are fewer chances than records. */
static float line_of(const struct variance_state *state, const struct variance_options *options) {
  return rarity_line(0.5F * (float)options->window * state->pace.interval);
}

static void judge(struct variance_state *state, const struct variance_options *options,
                  const struct course_record *record, double line, struct finding *ret) {
  const float excess = excess_of(state);
  const float wider = rarity_judge(&state->wider, float_max(excess, 0.0F), record->elapsed);
  const float narrower = rarity_judge(&state->narrower, float_max(-excess, 0.0F), record->elapsed);
  const float decades = wider + narrower;
  const float ratio = record->ready ? decades / line_of(state, options) : 0.0F;
  const enum lasting_change change = lasting_judge(&state->lasting, record, ratio, (float)line);
  if (change == LASTING_LASTS) {
    rarity_halve(&state->wider, record->elapsed);
    rarity_halve(&state->narrower, record->elapsed);
  }
  if (ratio <= 0.0F)
    return;
  ret->ratio = (double)ratio;
  ret->surprise = (double)decades;
  ret->onset = change == LASTING_BEGINS ? (double)ratio : 0.0;
  ret->kind = KIND_VARIANCE;
  ret->reason = excess > 0.0F ? "varies more than usual" : "varies less than usual";
}

static void update(void *opaque, const void *options, const struct observation *now,
                   struct finding *ret) {
  struct variance_state *const state = opaque;
  const struct course_record record = course_take(&state->course, now);
  pace_learn(&state->pace, record.number, record.gap, now->interval);
  *ret = finding_none();
  ret->ready = record.ready;
  if (record.number > 0) {
    learn(state, options, fmin(fabs(now->value - state->last), SIZE_LIMIT));
    judge(state, options, &record, now->line, ret);
  }
  state->last = now->value;
}

static bool valid(const void *opaque, const void *options) {
  (void)options;
  const struct variance_state *const state = opaque;
  return rarity_valid(&state->wider) && rarity_valid(&state->narrower) &&
         course_valid(&state->course) && pace_valid(&state->pace) && isfinite(state->last) &&
         state->quick >= 0 && state->quick <= SIZE_LIMIT && state->usual >= 0 &&
         state->usual <= SIZE_LIMIT;
}

const struct detector variance_detector = {
    .name = "variance",
    .summary = "a spread from value to value that is larger or smaller than usual",
    .source =
        "MacGregor and Harris, 1993, The exponentially weighted moving variance; von Neumann, "
        "1941, Distribution of the ratio of the mean square successive difference",
    .options = variance_option_rows,
    .options_size = sizeof(struct variance_options),
    .state = variance_rows,
    .state_version = 1,
    .state_size = state_size,
    .init = init,
    .update = update,
    .valid = valid,
};
