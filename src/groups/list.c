#include "anomaly/group.h"

#include <string.h>

/* list.inc holds one GROUP_DETECTOR(name) for each file in the build's list. */
#define GROUP_DETECTOR(name) extern const struct group_detector name##_group_detector;
#include "groups/list.inc"
#undef GROUP_DETECTOR

const struct group_detector *const group_detector_list[] = {
#define GROUP_DETECTOR(name) &name##_group_detector,
#include "groups/list.inc"
#undef GROUP_DETECTOR
    NULL,
};

const struct group_detector *group_detector_find(const char *name) {
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++)
    if (strcmp((*at)->name, name) == 0)
      return *at;
  return NULL;
}

/* The columns begin where malloc's alignment is kept. */
static size_t head_room(const struct group_detector *detector) {
  const size_t align = _Alignof(max_align_t);
  return (detector->head_size + align - 1) / align * align;
}

size_t group_state_size(const struct group_detector *detector, uint32_t columns) {
  return head_room(detector) + columns * detector->column_size;
}

struct group_state group_state_in(const struct group_detector *detector, void *block,
                                  uint32_t columns) {
  return (struct group_state){
      .head = block, .column = (char *)block + head_room(detector), .columns = columns};
}
