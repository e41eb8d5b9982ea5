/*
 * Plans: what the rules come to for a metric. Metrics that the same rules
 * match share one plan.
 */
#ifndef ANOMALY_ENGINE_PLAN_H
#define ANOMALY_ENGINE_PLAN_H

#include "anomaly/rule.h"
#include "engine/decision.h"
#include "engine/group_rule.h"

#include <stdbool.h>
#include <stddef.h>

struct plan_detector {
  const struct detector *detector;
  const void *options;
  size_t offset; /* of its state behind the first; a multiple of SLAB_ALIGNMENT */
  size_t snapshot_size;
  size_t fitted; /* offset of its struct fitted *, of a detector made from a model */
};

/* Immutable once made; lives as long as its book. */
struct plan {
  struct rule_options options;
  const struct rule *rule; /* the most specific one that matches; NULL: none */
  struct decision_lines lines;
  size_t count; /* detectors; 0 where the metric is ignored */
  struct plan_detector detectors[RULE_DETECTORS_MAX];
  const char *names[RULE_DETECTORS_MAX];
  size_t states_size;             /* bytes of all states, and of the pointers to fitted blocks */
  bool fits;                      /* some detector is made from a model */
  bool observed;                  /* values are judged: not ignored, and no group's own metric */
  const struct group_rule *group; /* whose own metric it is; else NULL */
  size_t seats;                   /* groups that it is a member of */
  const struct group_rule *seat[GROUPS_MAX];
};

struct plan_book;

/* Takes the rules (NULL = none) and owns them on success. Errors: STATUS_NO_MEMORY. */
int plan_book_create(struct plan_book **ret_book, struct rule_set *rules);
void plan_book_destroy(struct plan_book *book);

/* The plan of a metric; NULL if out of memory or beyond PLANS_MAX. Thread-safe. */
const struct plan *plan_book_find(struct plan_book *book, const struct metric_id *id);
#define PLANS_MAX 4096

/*
 * The identity under which the engine has the metric that `name` may stand for: that of
 * a group over hosts is told of under the host that differs.
 */
void plan_book_own_name(const struct plan_book *book, struct metric_name *name);

#endif
