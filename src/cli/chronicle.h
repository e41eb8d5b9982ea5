/*
 * What an engine told of many metrics, noted in the order in which it was told,
 * to be told again in the order of time: incidents need the metrics of a host
 * side by side, where most sources of the past have them one after another.
 */
#ifndef ANOMALY_CLI_CHRONICLE_H
#define ANOMALY_CLI_CHRONICLE_H

#include "anomaly/episode.h"
#include "cli/incident_feed.h"
#include "cli/roster.h"

#include <stdbool.h>
#include <stddef.h>

struct chronicle_entry; /* a change of an episode, or a boot */

/* All zero is empty. */
struct chronicle {
  struct chronicle_entry *list; /* at most CHRONICLE_MAX */
  size_t count, room;
  bool full; /* something was left out */
};
#define CHRONICLE_MAX (1u << 20)

void chronicle_release(struct chronicle *chronicle);

/* Notes what was told of metric number `metric`. False where memory runs out. */
bool chronicle_note_episode(struct chronicle *chronicle, size_t metric,
                            const struct episode_event *episode);

/* Notes a boot at `booted` that was seen at `time`. False where memory runs out. */
bool chronicle_note_boot(struct chronicle *chronicle, size_t metric, double time, double booted);

/* A metric as the chronicle is told of it. */
struct chronicle_metric {
  struct metric_name name;
  size_t host;       /* in the roster */
  double first_time; /* of its values */
};

/* What a chronicle is about. */
struct chronicle_scene {
  const struct roster *roster;
  /* A metric by its number; NULL where there is none. */
  const struct chronicle_metric *(*metric)(const void *context, size_t metric);
  const void *context;
  size_t metric_count;
  double until; /* the end of the past */
  double delay; /* of the incidents' options */
};

/*
 * Tells all of it to the incidents, in the order of time, each episode with the
 * metrics and the silent metrics that its host had then. Errors:
 * STATUS_NO_MEMORY.
 */
int chronicle_tell(const struct chronicle *chronicle, const struct chronicle_scene *scene,
                   struct incident_feed *feed);

#endif
