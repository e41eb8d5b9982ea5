/*
 * The detectors' options that hold where a rule does not say otherwise.
 */
#ifndef ANOMALY_CONFIG_PRESETS_H
#define ANOMALY_CONFIG_PRESETS_H

#include "anomaly/detector.h"

/* The options of each detector of watcher_list; see presets_of. */
struct presets {
  void **options; /* one block per detector, owned */
};

/* Errors: STATUS_NO_MEMORY. */
int presets_create(struct presets *ret_presets);

/* NULL blocks and an all-zero struct are fine. */
void presets_release(struct presets *presets);

/* The options of a detector of the list; never NULL. */
void *presets_of(const struct presets *presets, const struct detector *detector);

#endif
