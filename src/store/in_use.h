/*
 * Who else has the database open.
 */
#ifndef ANOMALY_STORE_IN_USE_H
#define ANOMALY_STORE_IN_USE_H

#include <sys/types.h>

/*
 * A process that has the file at the path open and has read or written it, 0 if
 * there is none, or none can be seen. This process does not count.
 */
pid_t store_in_use(const char *path);

#endif
