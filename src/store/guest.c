#include "store/guest.h"

#include "anomaly/status.h"
#include "store/guest_private.h"
#include "store/schema.h"
#include "store/statement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Milliseconds of patience with the daemon's transactions. */
enum { LOCK_PATIENCE = 10000 };

int guest_fail(const struct guest *guest, struct text *why) {
  text_add(why, sqlite3_errmsg(guest->handle));
  return STATUS_IO;
}

static int open_database(struct guest *guest, const char *path, struct text *why) {
  enum schema_state state = SCHEMA_FOREIGN;
  if (access(path, R_OK | W_OK) != 0) {
    text_add(why, strerror(errno));
    return STATUS_IO;
  }
  int code =
      sqlite3_open_v2(path, &guest->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  if (guest->handle == NULL)
    return STATUS_NO_MEMORY;
  sqlite3_busy_timeout(guest->handle, LOCK_PATIENCE);
  if (code == SQLITE_OK)
    code = schema_prepare(guest->handle, &state);
  if (code != SQLITE_OK && code != SQLITE_NOTADB)
    return guest_fail(guest, why);
  if (state == SCHEMA_READY)
    return STATUS_OK;
  text_add(why, state == SCHEMA_NEWER ? "it is of a later version of this program"
                                      : "it is no database of this program");
  return STATUS_INVALID;
}

int guest_open(struct guest **ret_guest, const char *path, struct text *why) {
  struct guest *const guest = calloc(1, sizeof *guest);
  const int status = guest == NULL ? STATUS_NO_MEMORY : open_database(guest, path, why);
  if (status == STATUS_OK) {
    *ret_guest = guest;
    return STATUS_OK;
  }
  if (status == STATUS_NO_MEMORY)
    text_add(why, status_text(status));
  guest_close(guest);
  return status;
}

void guest_close(struct guest *guest) {
  if (guest == NULL)
    return;
  sqlite3_close(guest->handle);
  free(guest);
}

int guest_seed(struct guest *guest, uint64_t *ret_seed, struct text *why) {
  int64_t seed = 0;
  if (schema_seed(guest->handle, &seed) != SQLITE_OK)
    return guest_fail(guest, why);
  *ret_seed = (uint64_t)seed;
  return STATUS_OK;
}
