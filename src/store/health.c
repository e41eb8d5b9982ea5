#include "store/health.h"

#include <sqlite3.h>
#include <string.h>

const char *store_fault_name(enum store_fault fault) {
  switch (fault) {
  case STORE_FINE:
    return "fine";
  case STORE_FULL:
    return "full";
  case STORE_READ_ONLY:
    return "read_only";
  case STORE_LOCKED:
    return "locked";
  case STORE_BROKEN:
    return "broken";
  case STORE_FOREIGN:
    return "foreign";
  case STORE_NO_MEMORY:
    return "no_memory";
  }
  return "unknown";
}

enum store_fault store_fault_of(int code) {
  switch (code & 0xff) {
  case SQLITE_OK:
    return STORE_FINE;
  case SQLITE_FULL:
    return STORE_FULL;
  case SQLITE_READONLY:
  case SQLITE_PERM:
    return STORE_READ_ONLY;
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return STORE_LOCKED;
  case SQLITE_NOMEM:
    return STORE_NO_MEMORY;
  default:
    return STORE_BROKEN;
  }
}

void health_fail(struct health *health, enum store_fault fault, const char *detail) {
  health->faults += health->fault != fault;
  health->fault = fault;
  text_copy(health->detail, sizeof health->detail, detail != NULL ? detail : "");
}

void health_recover(struct health *health) {
  health->fault = STORE_FINE;
  health->detail[0] = '\0';
}

void health_note(struct health *health, enum store_event event, const char *aside) {
  const size_t length = aside != NULL ? strlen(aside) : 0;
  const size_t most = sizeof health->aside - 1;
  health->event = event;
  health->events++;
  text_copy(health->aside, sizeof health->aside,
            length == 0 ? "" : aside + (length > most ? length - most : 0));
}
