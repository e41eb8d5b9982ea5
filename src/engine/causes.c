#include "engine/causes.h"

#include <math.h>
#include <string.h>

static unsigned parts_of(const struct episode_causes *causes) {
  return causes->hosts ? 1 : METRIC_PARTS - 1;
}

/* Where name number `which` begins; the end of all where it is the count. */
static size_t offset_of(const struct episode_causes *causes, unsigned which) {
  size_t at = 0;
  for (unsigned i = 0; i < which * parts_of(causes); i++)
    at += strlen(causes->names + at) + 1;
  return at;
}

static size_t first_part(const struct episode_causes *causes) {
  return causes->hosts ? METRIC_HOST : METRIC_HOST + 1;
}

bool causes_add(struct episode_causes *causes, const struct metric_id *member, double decades) {
  if (causes->count == EPISODE_CAUSES)
    return false;
  const size_t begin = offset_of(causes, causes->count);
  size_t at = begin;
  for (size_t i = 0; i < parts_of(causes); i++) {
    const char *const part = member->part[first_part(causes) + i];
    const size_t size = strlen(part) + 1;
    if (size > sizeof causes->names - at)
      return false;
    memcpy(causes->names + at, part, size);
    at += size;
  }
  causes->decades[causes->count++] = (float)decades;
  return true;
}

struct metric_id causes_get(const struct episode_causes *causes, unsigned which, const char *host) {
  const char *at = causes->names + offset_of(causes, which);
  if (causes->hosts)
    return (struct metric_id){{at, "", "", "", "", ""}};
  struct metric_id id = {{host}};
  for (size_t part = METRIC_HOST + 1; part < METRIC_PARTS; part++) {
    id.part[part] = at;
    at += strlen(at) + 1;
  }
  return id;
}

bool causes_valid(const struct episode_causes *causes) {
  uint8_t hosts;
  memcpy(&hosts, &causes->hosts, sizeof hosts);
  if (hosts > 1 || causes->count > EPISODE_CAUSES)
    return false;
  size_t left = sizeof causes->names;
  const char *at = causes->names;
  for (unsigned i = 0; i < causes->count * parts_of(causes); i++) {
    const char *const end = memchr(at, '\0', left);
    if (end == NULL || end - at >= METRIC_PART_SIZE)
      return false;
    left -= (size_t)(end - at) + 1;
    at = end + 1;
  }
  for (unsigned i = 0; i < causes->count; i++)
    if (!(causes->decades[i] >= 0) || isinf(causes->decades[i]))
      return false;
  return true;
}
