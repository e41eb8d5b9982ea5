/*
 * An incident: what people hear of. All that is odd on one host at a time, or
 * on many hosts at once, with the metrics that show it ranked by how likely
 * they lie at its root.
 */
#ifndef ANOMALY_INCIDENT_H
#define ANOMALY_INCIDENT_H

#include "anomaly/episode.h"
#include "anomaly/metric.h"
#include "anomaly/option.h"
#include "anomaly/verdict.h"

#include <stdbool.h>
#include <stdint.h>

/* Described by incident_option_rows. */
struct incident_options {
  double window;     /* seconds; what begins within it is one burst */
  double delay;      /* seconds from the first sign to the notification, at most */
  uint32_t per_week; /* incidents of one host to be told in a week; 0 = all */
};

extern const struct option_row incident_option_rows[];

enum incident_scope {
  INCIDENT_OF_HOST,
  INCIDENT_OF_HOSTS, /* many hosts at once: a network, a power line, a collector */
};

/* The class of trouble that a metric stands for. */
enum trouble {
  TROUBLE_RESOURCE,    /* something runs out: memory, disk space, processor time */
  TROUBLE_PERFORMANCE, /* something is slow: load, latency, queues */
  TROUBLE_TRAFFIC,     /* more or less is asked for: networks, requests */
  TROUBLE_SYSTEM,      /* anything else */
  TROUBLES,
};

/* Lower-case name, such as "resource". */
const char *trouble_name(enum trouble trouble);

#define INCIDENT_MEMBERS 8 /* that are kept one by one */
#define INCIDENT_HOSTS 8   /* likewise */

struct incident_member {
  struct episode_event episode; /* as last heard of */
  double rank;                  /* larger is likelier the first cause */
};

struct incident {
  uint64_t id; /* of the first episode */
  enum incident_scope scope;
  double start;           /* when the first of the episodes began */
  double seen;            /* time of the first verdict that counted */
  double last;            /* time of the latest verdict that counted */
  enum severity severity; /* the worst so far */
  enum trouble trouble;   /* of the first member */
  bool silent;            /* hosts that send nothing any more, and no more than that */
  uint32_t host_metrics;  /* metrics of the host when the latest episode began */
  uint32_t host_silent;   /* of those, without a value for long */
  double restart;         /* when the host was booted, where that may explain it; else NaN */
  uint32_t metrics;       /* so far; one beyond those kept may be counted again */
  uint32_t open;          /* episodes that go on */
  uint32_t hosts;
  uint32_t recent; /* incidents of this host told in the last day, this one too */
  double hold;     /* seconds of quiet after which it ends */
  uint32_t held;   /* lesser ones of this host not told since the last told one */
  double held_since;
  uint32_t members; /* in `member`, the likeliest first cause first */
  struct incident_member member[INCIDENT_MEMBERS];
  char host[INCIDENT_HOSTS][METRIC_PART_SIZE]; /* the first of `hosts` */
};

enum incident_change {
  INCIDENT_BEGAN,    /* its shape is known; again, when it is told only later */
  INCIDENT_WORSENED, /* told as a failure now, as a limit that was passed, or grown: once each */
  INCIDENT_ENDED,
};

/* A change of an incident: plain data, owned by whoever holds it. */
struct incident_event {
  enum incident_change change;
  bool told; /* people are to hear of this change */
  struct incident incident;
};

#endif
