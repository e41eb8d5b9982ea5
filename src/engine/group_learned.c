#include "engine/group_learned.h"

static bool by_detector(const struct group_learned *learned) {
  return learned->group.detector != NULL;
}

struct group_learned group_learned_of(const struct group_rule *rule, struct fitted_totals *totals) {
  if (rule->detector != NULL)
    return (struct group_learned){.group = group_of(rule->detector, rule->own)};
  const struct group_model_make make = {.model = rule->model,
                                        .stream = &rule->stream,
                                        .common = &rule->common,
                                        .own = rule->own,
                                        .totals = totals};
  return (struct group_learned){.model = group_model_of(&make)};
}

size_t group_learned_base_cost(const struct group_rule *rule) {
  return rule->detector != NULL ? group_state_size(rule->detector, 0)
                                : rule->stream.window_size * sizeof(double);
}

size_t group_learned_column_cost(const struct group_rule *rule) {
  if (rule->detector != NULL)
    return rule->detector->column_size;
  const size_t windows = rule->model->learn != NULL ? 2 : 1;
  return sizeof(struct group_model_column) + 2 * sizeof(double) +
         windows * rule->stream.window_size * sizeof(double);
}

uint32_t group_learned_columns(const struct group_learned *learned) {
  return by_detector(learned) ? learned->group.state.columns : learned->model.columns;
}

int group_learned_grow(struct group_learned *learned, uint32_t columns) {
  return by_detector(learned) ? group_grow(&learned->group, columns)
                              : group_model_grow(&learned->model, columns);
}

void group_learned_forget_column(struct group_learned *learned, uint32_t column) {
  if (column >= group_learned_columns(learned))
    return;
  if (by_detector(learned))
    group_forget_column(&learned->group, column);
  else
    group_model_forget_column(&learned->model, column);
}

void group_learned_forget(struct group_learned *learned) {
  const struct group_model_make make = learned->model.make;
  group_learned_release(learned);
  if (!by_detector(learned))
    learned->model = group_model_of(&make);
}

size_t group_learned_update(struct group_learned *learned, const struct group_row *row,
                            struct group_finding *ret,
                            struct group_blame ret_blames[GROUP_BLAMES]) {
  size_t count = 0;
  if (!by_detector(learned)) {
    group_model_update(&learned->model, row, ret, ret_blames, &count);
    return count;
  }
  group_update(&learned->group, row, ret);
  return ret->ratio > 0 ? group_blame(&learned->group, ret_blames) : 0;
}

void group_learned_release(struct group_learned *learned) {
  if (by_detector(learned))
    group_release(&learned->group);
  else
    group_model_release(&learned->model);
}
