/*
 * An engine whose one metric is watched by a model, and the values of that.
 */
#ifndef ANOMALY_TESTS_MODEL_RIG_H
#define ANOMALY_TESTS_MODEL_RIG_H

#include "anomaly/engine.h"
#include "unit/signals.h"

#define MODEL_RIG_STEP 60.0
#define MODEL_RIG_BEGIN 1700000000.0

struct model_rig {
  struct engine *engine;
  struct noise noise;
  double time; /* of the last value */
};

/* A rule with the detector, or model, of that name; options as "name=value", NULL at the end. */
struct rule_set *model_rig_rules(const char *model, const char *const *options);

/* Watched by a model, with a warm-up of an hour; options may be NULL. */
void model_rig_start(struct model_rig *rig, const char *model, const char *const *options);

/* The same in an engine of these settings, whose rules are set. */
void model_rig_start_with(struct model_rig *rig, struct engine_settings *settings,
                          const char *model, const char *const *options);

/* The next value; and as many usual ones, around 50. */
struct verdict model_rig_observe(struct model_rig *rig, double value);
struct verdict model_rig_feed(struct model_rig *rig, unsigned values);

struct engine_stats model_rig_stats(const struct model_rig *rig);

#endif
