/*
 * How a value of the past goes into the engine: as if it came now, with the
 * silence before it.
 */
#ifndef ANOMALY_CLI_FEED_H
#define ANOMALY_CLI_FEED_H

#include "anomaly/engine.h"

/* When the values of a metric come; all zero before the first. */
struct cadence {
  double last_time; /* of the last value */
  double step;      /* seconds between the last two */
};

/*
 * From when on the metric is silent until its value of `time`; NaN where it is
 * not.
 */
double cadence_silent_from(const struct cadence *cadence, double time);

/* Whether a sample says that no value came. */
bool is_gap(const struct sample *sample);

/*
 * Observes a sample. A gap is silence, and so is a time in which
 * two values might have come. The verdict is written as by engine_observe and
 * engine_silence.
 */
enum observation_result feed_sample(struct engine *engine, const struct metric_id *id,
                                    const struct sample *sample, struct cadence *cadence,
                                    struct verdict *ret_verdict);

#endif
