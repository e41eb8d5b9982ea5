/*
 * What judges a group on the command line: a group detector written
 * NAME[:option=value,...] and what feeds it, or a model.
 */
#ifndef ANOMALY_CLI_GROUP_JUDGE_H
#define ANOMALY_CLI_GROUP_JUDGE_H

#include "anomaly/engine.h"
#include "base/text.h"
#include "cli/group_fitter.h"
#include "engine/group.h"

struct group_judge {
  void *options;
  struct group group;
  struct engine *engine; /* judges each column where the group is fed with verdicts; else NULL */
  double *verdict;       /* of each column */
  struct group_fitter *fitter; /* judges by a model in place of a detector; else NULL */
};

/* A row as it was judged. */
struct group_judged {
  struct group_finding finding;
  struct group_blame blames[GROUP_BLAMES]; /* with a model: shares of the score, as `decades` */
  size_t blame_count;                      /* 0 where it is neither over the line nor alarms */
};

/*
 * Makes a judge without columns, of a detector or a model; both NULL is the
 * default. Errors: STATUS_INVALID and what would be right, STATUS_NO_MEMORY.
 */
int group_judge_create(struct group_judge *ret_judge, const char *detector, const char *model,
                       struct text *why);

/* Adds columns up to `columns`. Errors: STATUS_NO_MEMORY, STATUS_LIMIT. */
int group_judge_grow(struct group_judge *judge, uint32_t columns);

/* Judges and learns one row of values. */
void group_judge_row(struct group_judge *judge, const struct group_row *row,
                     struct group_judged *ret);

/* Rows that a model still misses before it is fitted for the first time. */
uint32_t group_judge_missing(const struct group_judge *judge);

/* Says why it cannot judge a group of so many columns at all; nothing where it can. */
void group_judge_say_trouble(const struct group_judge *judge, uint32_t columns, struct text *why);

void group_judge_release(struct group_judge *judge);

#endif
