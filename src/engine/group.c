#include "engine/group.h"

#include "anomaly/status.h"

#include <stdlib.h>
#include <string.h>

struct group group_of(const struct group_detector *detector, const void *options) {
  return (struct group){.detector = detector, .options = options};
}

size_t group_memory(const struct group *group) {
  return group->state.head == NULL ? 0 : group_state_size(group->detector, group->state.columns);
}

int group_grow(struct group *group, uint32_t columns) {
  if (columns > GROUP_COLUMNS_MAX)
    return STATUS_LIMIT;
  const size_t used = group_memory(group);
  const size_t size = group_state_size(group->detector, columns);
  char *const block = realloc(group->state.head, size);
  if (block == NULL)
    return STATUS_NO_MEMORY;
  memset(block + used, 0, size - used);
  group->state = group_state_in(group->detector, block, columns);
  return STATUS_OK;
}

void group_update(struct group *group, const struct group_row *row, struct group_finding *ret) {
  group->detector->update(&group->state, group->options, row, ret);
}

void group_forget_column(struct group *group, uint32_t column) {
  const size_t size = group->detector->column_size;
  memset((char *)group->state.column + column * size, 0, size);
}

size_t group_blame(const struct group *group, struct group_blame ret_blames[GROUP_BLAMES]) {
  return group->detector->blame(&group->state, group->options, ret_blames);
}

void group_release(struct group *group) {
  free(group->state.head);
  group->state = (struct group_state){0};
}
