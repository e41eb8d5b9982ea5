/*
 * What people want of the table models, as somebody else than the daemon writes
 * it: the daemon takes it over.
 */
#ifndef ANOMALY_STORE_MODEL_ORDERS_H
#define ANOMALY_STORE_MODEL_ORDERS_H

#include "store/guest.h"

#include <stdint.h>

/*
 * Wants the version of a row to be the champion; `now` in seconds since the epoch.
 * What was wanted of the same subject and model before is forgotten. Errors, with
 * why: STATUS_NOT_FOUND (there is no such row), STATUS_INVALID (it is the
 * champion), STATUS_IO.
 */
int model_orders_crown(struct guest *guest, int64_t id, double now, struct text *why);

#endif
