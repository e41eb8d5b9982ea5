/*
 * SQLite's memory, under alloc_fail_at as the program's own is.
 */
#ifndef ANOMALY_TESTS_ALLOC_FAIL_SQLITE_H
#define ANOMALY_TESTS_ALLOC_FAIL_SQLITE_H

#include <stdbool.h>

/*
 * From now on SQLite takes each block by malloc, and has none in reserve. Before
 * its first use in the process; false where it has begun.
 */
bool alloc_fail_in_sqlite(void);

#endif
