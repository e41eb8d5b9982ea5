/*
 * What judges the rows of a group and what it has learned: a group detector or a
 * model, whichever the rule names. It belongs to one thread at a time.
 */
#ifndef ANOMALY_ENGINE_GROUP_LEARNED_H
#define ANOMALY_ENGINE_GROUP_LEARNED_H

#include "engine/group.h"
#include "engine/group_model.h"
#include "engine/group_rule.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct group_learned {
  struct group group;       /* without a detector where a model judges */
  struct group_model model; /* where the rule names one */
};

/* Without columns; it needs no release before the first is added. */
struct group_learned group_learned_of(const struct group_rule *rule, struct fitted_totals *totals);

/* Bytes that it costs without columns, and with one more, about. */
size_t group_learned_base_cost(const struct group_rule *rule);
size_t group_learned_column_cost(const struct group_rule *rule);

uint32_t group_learned_columns(const struct group_learned *learned);

/* Adds columns up to `columns`. Errors: see group_grow and group_model_grow. */
int group_learned_grow(struct group_learned *learned, uint32_t columns);

/* Forgets what was learned of a column, where it has come so far. */
void group_learned_forget_column(struct group_learned *learned, uint32_t column);

/* Forgets everything, and all columns. */
void group_learned_forget(struct group_learned *learned);

/* Judges and learns one row of as many columns as there are; returns how many are to blame. */
size_t group_learned_update(struct group_learned *learned, const struct group_row *row,
                            struct group_finding *ret, struct group_blame ret_blames[GROUP_BLAMES]);

void group_learned_release(struct group_learned *learned);

#endif
