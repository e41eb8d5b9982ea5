#include "engine/hosts.h"

#include "base/hash.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };

struct hosts {
  pthread_mutex_t lock;
  uint64_t seed;
  size_t count, memory;
  struct host *bucket[BUCKETS];
};

static size_t size_of(const char *name) { return sizeof(struct host) + strlen(name) + 1; }

struct hosts *hosts_create(uint64_t seed) {
  struct hosts *const hosts = calloc(1, sizeof *hosts);
  if (hosts == NULL)
    return NULL;
  pthread_mutex_init(&hosts->lock, NULL);
  hosts->seed = seed;
  return hosts;
}

void hosts_destroy(struct hosts *hosts) {
  if (hosts == NULL)
    return;
  pthread_mutex_destroy(&hosts->lock);
  free(hosts);
}

static struct host **bucket_of(struct hosts *hosts, const char *name) {
  return &hosts->bucket[hash_bytes(name, strlen(name), hosts->seed) % BUCKETS];
}

static struct host *add(struct hosts *hosts, struct host **bucket, const char *name) {
  const size_t size = size_of(name);
  struct host *const host = calloc(1, size);
  if (host == NULL)
    return NULL;
  memcpy(host->name, name, size - sizeof *host);
  host->next = *bucket;
  *bucket = host;
  hosts->count++;
  hosts->memory += size;
  return host;
}

struct host *hosts_hold(struct hosts *hosts, const char *name) {
  pthread_mutex_lock(&hosts->lock);
  struct host **const bucket = bucket_of(hosts, name);
  struct host *host = *bucket;
  while (host != NULL && strcmp(host->name, name) != 0)
    host = host->next;
  if (host == NULL)
    host = add(hosts, bucket, name);
  if (host != NULL)
    atomic_fetch_add(&host->metrics, 1);
  pthread_mutex_unlock(&hosts->lock);
  return host;
}

void hosts_give(struct hosts *hosts, struct host *host) {
  if (host == NULL)
    return;
  pthread_mutex_lock(&hosts->lock);
  if (atomic_fetch_sub(&host->metrics, 1) == 1) {
    struct host **at = bucket_of(hosts, host->name);
    while (*at != host)
      at = &(*at)->next;
    *at = host->next;
    hosts->count--;
    hosts->memory -= size_of(host->name);
    free(host);
  }
  pthread_mutex_unlock(&hosts->lock);
}

size_t hosts_count(struct hosts *hosts) {
  size_t count = 0;
  pthread_mutex_lock(&hosts->lock);
  for (size_t i = 0; hosts->count > 0 && i < BUCKETS; i++)
    for (const struct host *host = hosts->bucket[i]; host != NULL; host = host->next)
      count += atomic_load(&host->metrics) > atomic_load(&host->groups);
  pthread_mutex_unlock(&hosts->lock);
  return count;
}

size_t hosts_memory(struct hosts *hosts) {
  pthread_mutex_lock(&hosts->lock);
  const size_t memory = hosts->memory;
  pthread_mutex_unlock(&hosts->lock);
  return memory;
}
