/*
 * The local time zone of the process: that of the host, unless TZ says
 * otherwise.
 */
#ifndef ANOMALY_BASE_ZONE_H
#define ANOMALY_BASE_ZONE_H

#include <stdint.h>

/*
 * Seconds that local time is ahead of UTC at a time in seconds since the epoch,
 * daylight saving included; 0 where the system cannot say. Thread-safe. Each
 * thread remembers the last quarter of an hour: zones change at the quarters
 * only, and values of all metrics come at about the same time.
 */
int32_t zone_offset(int64_t time);

#endif
