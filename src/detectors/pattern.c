/*
 * Pattern: does a metric move in a way it usually does not?
 *
 * The shape of the last values is a vector of six: differences over three
 * values (that is, differences smoothed by three), at six places one after the
 * other; Netdata's detector takes the same. What is usual are clusters of such
 * vectors, learned as they come (clusters.h) instead of fitted to a window now
 * and then. Two distances to the nearest usual one are judged by the metric's
 * own past (rarity.h): that of this vector, and the mean of the last few.
 *
 * Level does not matter, only movement. What moves the same way often, such as
 * a reset at every hour, is usual where a threshold on differences would alarm.
 */
#include "anomaly/detector.h"
#include "stats/clamp.h"
#include "stats/clusters.h"
#include "stats/course.h"
#include "stats/lasting.h"
#include "stats/pace.h"
#include "stats/rarity.h"

#include <math.h>
#include <string.h>

#define SIZE_LIMIT 1e15F /* of a difference */
#define STORED_LIMIT 1e17F

enum {
  SMOOTHED = 3,
  RECENT = CLUSTER_LENGTH + SMOOTHED - 1,
  AGING_RECORDS = 4000, /* make visits weigh half */
};

static const float REACH = 2.0F;         /* usual distances, of a cluster */
static const float MEAN_CLIP = 8.0F;     /* usual distances that one counts for in the mean */
static const float USUAL_CLIP = 1000.0F; /* to be learned */
static const float MEAN_MEMORY = 12.0F, USUAL_MEMORY = 5000.0F;
static const float LOST = 1e-4F; /* a usual distance out of all proportion */
static const uint8_t LOST_RECORDS = 64;

struct pattern_state {
  struct rarity of_one, of_mean;
  struct course course;
  struct pace pace;
  struct lasting lasting;
  double recent[RECENT]; /* values, oldest first */
  float mean, usual;     /* distance of late; over long */
  uint32_t aged;         /* record */
  uint8_t lost;          /* records in a row beside which the usual distance is out of proportion */
  struct clusters clusters;
};

static const struct option_row pattern_options[] = {OPTION_ROWS_END};

static const struct state_row pattern_rows[] = {
    STATE_STRUCTS(struct pattern_state, of_one, 1, struct rarity, rarity_rows),
    STATE_STRUCTS(struct pattern_state, of_mean, 1, struct rarity, rarity_rows),
    STATE_STRUCTS(struct pattern_state, course, 1, struct course, course_rows),
    STATE_STRUCTS(struct pattern_state, pace, 1, struct pace, pace_rows),
    STATE_STRUCTS(struct pattern_state, lasting, 1, struct lasting, lasting_rows),
    STATE_ARRAY(struct pattern_state, recent, STATE_F64, RECENT),
    STATE_FIELD(struct pattern_state, mean, STATE_F32),
    STATE_FIELD(struct pattern_state, usual, STATE_F32),
    STATE_FIELD(struct pattern_state, aged, STATE_U32),
    STATE_FIELD(struct pattern_state, lost, STATE_U8),
    STATE_STRUCTS(struct pattern_state, clusters, 1, struct clusters, clusters_rows),
    STATE_ROWS_END,
};

static size_t state_size(const void *options) {
  (void)options;
  return sizeof(struct pattern_state);
}

static void init(void *opaque, const void *options) {
  (void)options;
  struct pattern_state *const state = opaque;
  rarity_init(&state->of_one);
  rarity_init(&state->of_mean);
  pace_init(&state->pace);
}

/* The vector of shape with this value at its end; the value is then a recent one. */
static void take_shape(struct pattern_state *state, double value, float *ret_shape) {
  const double limit = (double)SIZE_LIMIT;
  for (int i = 0; i < CLUSTER_LENGTH; i++) {
    const double later = i + SMOOTHED < RECENT ? state->recent[i + SMOOTHED] : value;
    ret_shape[i] = (float)double_clamp(later - state->recent[i], -limit, limit);
  }
  memmove(state->recent, state->recent + 1, (RECENT - 1) * sizeof state->recent[0]);
  state->recent[RECENT - 1] = value;
}

static float clipped(const struct pattern_state *state, float distance, float clip) {
  return state->usual > 0.0F ? float_min(distance, clip * state->usual) : distance;
}

/* What wild first values leave behind would else take weeks to fade. */
static void check_usual(struct pattern_state *state, float distance) {
  const bool lost = distance > 0.0F && distance < LOST * state->usual;
  state->lost = lost ? (uint8_t)(state->lost + 1) : 0;
  if (state->lost < LOST_RECORDS)
    return;
  memset(&state->clusters, 0, sizeof state->clusters);
  state->mean = state->usual = distance;
  state->lost = 0;
}

static void learn(struct pattern_state *state, const struct course_record *record,
                  const float *shape, const struct cluster_place *place) {
  const float number = (float)state->of_one.records;
  const float distance = clipped(state, place->distance, USUAL_CLIP);
  state->usual += (distance - state->usual) / float_min(number, USUAL_MEMORY);
  clusters_learn(&state->clusters, shape, place, REACH * state->usual);
  check_usual(state, place->distance);
  if (record->number - state->aged < AGING_RECORDS)
    return;
  state->aged = record->number;
  clusters_halve(&state->clusters);
}

static void forget(struct pattern_state *state, const struct course_record *record) {
  rarity_halve(&state->of_one, record->elapsed);
  rarity_halve(&state->of_mean, record->elapsed);
  clusters_halve(&state->clusters);
}

/* The stronger of the two surprises, each by its line; returns its ratio. */
static float compare(struct pattern_state *state, const struct course_record *record,
                     float distance, float *ret_decades) {
  const float excess = float_max(state->mean - state->usual, 0.0F);
  const float of_one = rarity_judge(&state->of_one, distance, record->elapsed);
  const float of_mean = rarity_judge(&state->of_mean, excess, record->elapsed);
  /* Neighbours in time share their values: there are fewer chances than records. */
  const float ratio_of_one = of_one / rarity_line(CLUSTER_LENGTH * state->pace.interval);
  const float ratio_of_mean = of_mean / rarity_line(MEAN_MEMORY * state->pace.interval);
  *ret_decades = ratio_of_mean > ratio_of_one ? of_mean : of_one;
  return float_max(ratio_of_one, ratio_of_mean);
}

static void judge(struct pattern_state *state, const struct course_record *record, float distance,
                  double line, struct finding *ret) {
  const float gain = 1.0F / float_min((float)state->of_one.records + 1.0F, MEAN_MEMORY);
  state->mean += gain * (clipped(state, distance, MEAN_CLIP) - state->mean);
  float decades;
  float ratio = compare(state, record, distance, &decades);
  ratio = record->ready ? ratio : 0.0F;
  const enum lasting_change change = lasting_judge(&state->lasting, record, ratio, (float)line);
  if (change == LASTING_LASTS)
    forget(state, record);
  if (ratio <= 0.0F)
    return;
  ret->ratio = (double)ratio;
  ret->surprise = (double)decades;
  ret->onset = change == LASTING_BEGINS ? (double)ratio : 0.0;
  ret->kind = KIND_PATTERN;
  ret->reason = "moves in an unusual way";
}

static void update(void *opaque, const void *options, const struct observation *now,
                   struct finding *ret) {
  (void)options;
  struct pattern_state *const state = opaque;
  const struct course_record record = course_take(&state->course, now);
  pace_learn(&state->pace, record.number, record.gap, now->interval);
  *ret = finding_none();
  ret->ready = record.ready;
  float shape[CLUSTER_LENGTH];
  take_shape(state, now->value, shape);
  if (record.number < RECENT)
    return;
  const struct cluster_place place = clusters_find(&state->clusters, shape);
  judge(state, &record, place.distance, now->line, ret);
  learn(state, &record, shape, &place);
}

static bool valid(const void *opaque, const void *options) {
  (void)options;
  const struct pattern_state *const state = opaque;
  for (int i = 0; i < RECENT; i++)
    if (!isfinite(state->recent[i]))
      return false;
  return rarity_valid(&state->of_one) && rarity_valid(&state->of_mean) &&
         course_valid(&state->course) && pace_valid(&state->pace) &&
         float_within(state->mean, 0.0F, STORED_LIMIT) &&
         float_within(state->usual, 0.0F, STORED_LIMIT) &&
         clusters_valid(&state->clusters, STORED_LIMIT);
}

const struct detector pattern_detector = {
    .name = "pattern",
    .summary = "movements of the last nine values that are unlike those before",
    .source = "this project, after Netdata's k-means; MacQueen, 1967, Some methods for "
              "classification and analysis of multivariate observations",
    .options = pattern_options,
    .options_size = 0,
    .state = pattern_rows,
    .state_version = 1,
    .state_size = state_size,
    .init = init,
    .update = update,
    .valid = valid,
};
