#include "store/model_orders.h"

#include "anomaly/status.h"
#include "store/guest_private.h"
#include "store/statement.h"

#include <inttypes.h>

/* Whether the row is there, and is the champion. */
static int look(struct guest *guest, int64_t id, int64_t *ret_champion, struct text *why) {
  sqlite3_stmt *get;
  int code = statement_once(guest->handle, "SELECT champion FROM models WHERE id = ?1", &get);
  if (code != SQLITE_OK)
    return guest_fail(guest, why);
  sqlite3_bind_int64(get, 1, id);
  code = sqlite3_step(get);
  if (code == SQLITE_ROW)
    *ret_champion = sqlite3_column_int64(get, 0);
  sqlite3_finalize(get);
  if (code == SQLITE_ROW)
    return STATUS_OK;
  if (code != SQLITE_DONE)
    return guest_fail(guest, why);
  text_addf(why, "there is no model of the id %" PRIi64, id);
  return STATUS_NOT_FOUND;
}

int model_orders_crown(struct guest *guest, int64_t id, double now, struct text *why) {
  int64_t champion = 0;
  sqlite3_stmt *put;
  const int status = look(guest, id, &champion, why);
  if (status != STATUS_OK)
    return status;
  if (champion != 0) {
    text_addf(why, "%" PRIi64 " is the champion", id);
    return STATUS_INVALID;
  }
  const int code = statement_once(
      guest->handle,
      "UPDATE models SET crowned = CASE id WHEN ?1 THEN ?2 END WHERE (scope, subject, model) ="
      " (SELECT scope, subject, model FROM models WHERE id = ?1)",
      &put);
  if (code != SQLITE_OK)
    return guest_fail(guest, why);
  sqlite3_bind_int64(put, 1, id);
  statement_bind_real(put, 2, now);
  return statement_finish(put) == SQLITE_OK ? STATUS_OK : guest_fail(guest, why);
}
