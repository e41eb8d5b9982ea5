/*
 * The tables detector_state and baselines.
 */
#ifndef ANOMALY_STORE_STATES_H
#define ANOMALY_STORE_STATES_H

#include "anomaly/state.h"
#include "store/database.h"
#include "store/model_shelf.h"

/*
 * Writes what is due of the records in one transaction; `now` as the samples have
 * time. `shelf` says how many of their models are kept, and counts them. `trains` is
 * that of store_settings.
 */
bool states_put(struct database *database, struct health *health, struct model_shelf *shelf,
                bool trains, const struct metric_record *records, size_t count, double now);

/* Removes metrics whose last value came before `before`, and their models. */
bool states_forget(struct database *database, struct health *health, double before);

/*
 * Hands every stored state to the engine; one that trains takes all for its own. Where a page
 * cannot be read, what comes before it is restored all the same: false, and the reason is in
 * *health.
 */
bool states_restore(struct database *database, struct health *health, struct engine *engine,
                    bool trains, double now, struct restore_stats *stats);

#endif
