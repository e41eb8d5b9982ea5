/*
 * What judges a group on the command line: a group detector written
 * NAME[:option=value,...], and what feeds it.
 */
#ifndef ANOMALY_CLI_GROUP_JUDGE_H
#define ANOMALY_CLI_GROUP_JUDGE_H

#include "anomaly/engine.h"
#include "base/text.h"
#include "engine/group.h"

struct group_judge {
  void *options;
  struct group group;
  struct engine *engine; /* judges each column where the group is fed with verdicts; else NULL */
  double *verdict;       /* of each column */
};

/*
 * Makes a judge without columns; `words` NULL is the default. Errors:
 * STATUS_INVALID and what would be right, STATUS_NO_MEMORY.
 */
int group_judge_create(struct group_judge *ret_judge, const char *words, struct text *why);

/* Adds columns up to `columns`. Errors: STATUS_NO_MEMORY, STATUS_LIMIT. */
int group_judge_grow(struct group_judge *judge, uint32_t columns);

/* Judges and learns one row of values. */
void group_judge_row(struct group_judge *judge, const struct group_row *row,
                     struct group_finding *ret);

void group_judge_release(struct group_judge *judge);

#endif
