#include "engine/group_kept.h"

#include "anomaly/status.h"

#include <stdbool.h>
#include <stdlib.h>

static bool make_room(struct group_kept *kept) {
  if (kept->count < kept->room)
    return true;
  const size_t room = kept->room > 0 ? 2 * kept->room : 4096;
  if (room > GROUP_KEPT_MAX) {
    kept->status = STATUS_LIMIT;
    return false;
  }
  struct kept_value *const list = realloc(kept->list, room * sizeof *list);
  if (list == NULL) {
    kept->status = STATUS_NO_MEMORY;
    return false;
  }
  kept->list = list;
  kept->room = room;
  return true;
}

void group_kept_add(struct group_kept *kept, struct kept_place *place,
                    const struct kept_value *value, double interval) {
  if (value->time < place->until) {
    struct kept_value *const last = &kept->list[place->at];
    last->count += last->count < UINT16_MAX;
    last->mean += (value->mean - last->mean) / last->count;
    return;
  }
  if (!make_room(kept))
    return;
  *place = (struct kept_place){.at = kept->count, .until = value->time + interval};
  kept->list[kept->count++] = *value;
}

static int by_time(const void *a, const void *b) {
  const struct kept_value *const left = a, *const right = b;
  if (left->time != right->time)
    return left->time > right->time ? 1 : -1;
  return (left->column > right->column) - (left->column < right->column);
}

void group_kept_sort(struct group_kept *kept) {
  if (kept->count > 0)
    qsort(kept->list, kept->count, sizeof *kept->list, by_time);
}
