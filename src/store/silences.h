/*
 * The table silences, as the daemon honours it.
 */
#ifndef ANOMALY_STORE_SILENCES_H
#define ANOMALY_STORE_SILENCES_H

#include "store/database.h"

#include <stdbool.h>
#include <stddef.h>

struct incidents;
struct pattern;

/* That count at a time; those that end last. */
enum { SILENCES_MAX = 256 };

/* In effect. All zero: none. */
struct silences {
  struct pattern *patterns; /* used by the incidents */
  size_t count;
};

/*
 * Looks which silences are in effect at `now`, and tells `incidents`. A row that is
 * none is passed over. Where the table cannot be read all stays as it is: false,
 * and the reason is in *health.
 */
bool silences_look(struct silences *silences, struct database *database, struct health *health,
                   struct incidents *incidents, double now);

/* Ends them for `incidents`, and frees what is kept. */
void silences_release(struct silences *silences, struct incidents *incidents);

/* Removes those that ended before `before`. */
bool silences_forget(struct database *database, struct health *health, double before);

#endif
