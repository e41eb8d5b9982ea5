#include "cli/feed.h"

#include <math.h>

double cadence_silent_from(const struct cadence *cadence, double time) {
  const double wait = 2 * cadence->step;
  return wait > 0 && wait < time - cadence->last_time ? cadence->last_time + wait : (double)NAN;
}

/*
 * As collectd says after two intervals that a value is missing, and again and
 * again until it comes: here ever more seldom, as the rows may be far apart.
 */
static void judge_silence(struct engine *engine, const struct metric_id *id,
                          struct cadence *cadence, double time) {
  const double step = time - cadence->last_time;
  if (!isnan(cadence_silent_from(cadence, time)))
    for (double silent = 2 * cadence->step; silent < step; silent *= 2)
      engine_silence(engine, id, cadence->last_time + silent, NULL);
  if (step <= 0)
    return;
  cadence->step = cadence->last_time > 0 ? step : 0;
  cadence->last_time = time;
}

bool is_gap(const struct sample *sample) {
  return sample->kind == VALUE_GAUGE && isnan(sample->value.gauge);
}

enum observation_result feed_sample(struct engine *engine, const struct metric_id *id,
                                    const struct sample *sample, struct cadence *cadence,
                                    struct verdict *ret_verdict) {
  if (is_gap(sample))
    return engine_silence(engine, id, sample->time, ret_verdict);
  judge_silence(engine, id, cadence, sample->time);
  return engine_observe(engine, id, sample, ret_verdict);
}
