/*
 * A second writer: somebody else than the daemon, who adds a few rows to the
 * database, in short transactions, while the daemon may have it open.
 */
#ifndef ANOMALY_STORE_GUEST_H
#define ANOMALY_STORE_GUEST_H

#include "base/text.h"

#include <stdint.h>

/* An open database; belongs to one thread. */
struct guest;

/*
 * Opens a database of ours that is there; one of an earlier version becomes one of
 * this. Errors, with why: STATUS_IO, STATUS_INVALID (it is not ours, or of a later
 * version), STATUS_NO_MEMORY.
 */
int guest_open(struct guest **ret_guest, const char *path, struct text *why);

/* NULL is fine. */
void guest_close(struct guest *guest);

/* The seed of its metrics' ids; 0 where it has none. Errors, with why: STATUS_IO. */
int guest_seed(struct guest *guest, uint64_t *ret_seed, struct text *why);

#endif
