/*
 * The hosts that the engine's metrics belong to: how many metrics each has, how
 * many of them are silent, and when it was last booted.
 *
 * Thread-safe. A host lives as long as one of its metrics holds it.
 */
#ifndef ANOMALY_ENGINE_HOSTS_H
#define ANOMALY_ENGINE_HOSTS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct host {
  struct host *next;
  atomic_uint_fast32_t metrics; /* that hold it */
  atomic_uint_fast32_t groups;  /* of those, own metrics of groups: no values of theirs come */
  atomic_uint_fast32_t silent;  /* of those, without a value for longer than collectd waits */
  char name[];
};

struct hosts;

/* NULL if out of memory. */
struct hosts *hosts_create(uint64_t seed);

/* NULL is fine; no metric may hold a host any more. */
void hosts_destroy(struct hosts *hosts);

/* Holds the host of that name, which is made if need be; NULL if out of memory. */
struct host *hosts_hold(struct hosts *hosts, const char *name);

/* Gives it back; the last one frees it. NULL is fine. */
void hosts_give(struct hosts *hosts, struct host *host);

/* Hosts now, but for those that only groups are under: a group over hosts has its name for one. */
size_t hosts_count(struct hosts *hosts);

/* Bytes of all hosts. */
size_t hosts_memory(struct hosts *hosts);

#endif
