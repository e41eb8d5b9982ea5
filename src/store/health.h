/*
 * How the database is: what is wrong with it now, and what had to be done.
 */
#ifndef ANOMALY_STORE_HEALTH_H
#define ANOMALY_STORE_HEALTH_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum store_fault {
  STORE_FINE,
  STORE_FULL,      /* no room on the disk */
  STORE_READ_ONLY, /* the file, its folder or the file system cannot be written */
  STORE_LOCKED,    /* another process holds it */
  STORE_BROKEN,    /* reading or writing fails, or the file cannot be opened */
  STORE_FOREIGN,   /* the file is another program's database */
  STORE_NO_MEMORY,
};

/* What had to be done; each is told once. */
enum store_event {
  STORE_NOTHING,
  STORE_SET_ASIDE, /* a damaged file was renamed */
  STORE_SET_ASIDE_NEWER,
  STORE_GONE, /* the file had been removed or replaced */
};

struct health {
  enum store_fault fault;
  char detail[256];        /* of the fault, in SQLite's words */
  enum store_event event;  /* the last one */
  char aside[256];         /* name of the file that was set aside; its end, if it is long */
  uint64_t events, faults; /* so far */
};

/* Lower-case name with '_', such as "read_only". */
const char *store_fault_name(enum store_fault fault);

/* A code of SQLite as a fault; SQLITE_OK is STORE_FINE. */
enum store_fault store_fault_of(int code);

/* Notes a fault; `detail` may be NULL. */
void health_fail(struct health *health, enum store_fault fault, const char *detail);

/* Notes that writing works. */
void health_recover(struct health *health);

/* Notes what had to be done; `aside` may be NULL. */
void health_note(struct health *health, enum store_event event, const char *aside);

#endif
