/*
 * The table trained_state: what was learned from the past by somebody else than
 * the daemon, on its way into the daemon.
 */
#ifndef ANOMALY_STORE_TRAINED_ROWS_H
#define ANOMALY_STORE_TRAINED_ROWS_H

#include "anomaly/state.h"
#include "store/database.h"
#include "store/guest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Seconds for which a row waits for the end of an alarm. */
#define TRAINED_PATIENCE 86400.0

/*
 * Adds records of an engine with the database's seed, in one transaction; `now` in
 * seconds since the epoch. Errors, with why: STATUS_IO.
 */
int trained_rows_put(struct guest *guest, const struct metric_record *records, size_t count,
                     double now, struct text *why);

/*
 * Hands a few rows behind *cursor (-1 at first) to the engine. What it takes over
 * becomes the metric's stored state in the same transaction, so that no crash
 * loses it; it and what the engine knows better is removed. *ret_rows = 0 at the end;
 * what was taken is added to *taken. False, and the reason in *health, where that failed.
 */
bool trained_rows_take(struct database *database, struct health *health, struct engine *engine,
                       double now, int64_t *cursor, size_t *ret_rows, uint64_t *taken);

#endif
