/*
 * An episode: one lasting anomaly of one metric, from the verdict that
 * opened it to its recovery.
 */
#ifndef ANOMALY_EPISODE_H
#define ANOMALY_EPISODE_H

#include "anomaly/metric.h"
#include "anomaly/verdict.h"

#include <stdbool.h>
#include <stdint.h>

/* Why an episode ended. */
enum episode_end {
  EPISODE_RECOVERED, /* usual again */
  EPISODE_ACCEPTED,  /* lasted longer than the rule's timeout: the new usual */
  EPISODE_EXPIRED,   /* the metric was not seen for the engine's expire_after */
};

#define EPISODE_CAUSES 6
#define EPISODE_CAUSES_SIZE 256

/*
 * The members of a group that its evidence comes from, most of it first, as many as
 * have room; none where the metric is no group.
 */
struct episode_causes {
  uint8_t count;
  bool hosts;                      /* members are hosts, not metrics of the host */
  float decades[EPISODE_CAUSES];   /* of surprise; of a model, shares of its score */
  char names[EPISODE_CAUSES_SIZE]; /* of each a host, or a metric's parts but the host, with NULs */
};

/*
 * A change of an episode, as listeners get it: plain data, owned by whoever
 * holds it.
 */
struct episode_event {
  enum episode_change change; /* EPISODE_UNCHANGED for listeners to verdicts only */
  enum episode_end end;       /* only for EPISODE_CLOSED */
  uint64_t id;                /* unique for this host's daemon, over restarts too */
  enum anomaly_kind kind;     /* of the verdict that opened it */
  double start;           /* when it began, as far as its detector knows, else when it was seen */
  double peak_time;       /* time of the highest score so far */
  double peak_score;      /* 0..1 */
  double peak_value;      /* the metric's value then */
  struct verdict verdict; /* the one that made this change */

  double seen;           /* time of the verdict that opened it */
  double interval;       /* seconds between the metric's values; 0 = unknown */
  double line;           /* the ratio at which its rule alarms */
  int notify;            /* its rule's enum rule_notify */
  double habit;          /* the metric's episodes of about the last week, this one too */
  unsigned days;         /* in a row, up to 2, that it had one at this time of day */
  uint32_t host_metrics; /* metrics of its host */
  uint32_t host_silent;  /* of those, without a value for long */
  /* Of all detectors of the metric, as verdict.votes has them; they live as long as the engine. */
  const char *const *detectors; /* NULL = not known */

  struct episode_causes causes;

  struct metric_name metric; /* last, as it is most of the bytes */
};

#endif
