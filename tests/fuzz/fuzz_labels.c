/* Any bytes as a file of labels: those that are read can be walked through. */
#include "anomaly/status.h"
#include "history/labels.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void walk_through(const struct labels *labels) {
  const struct metric_id id = {{"web1", "load", "", "load", "", "value"}};
  struct label_walk walk;
  if (label_walk_create(&walk, labels, &id, "data/web1.csv") != STATUS_OK)
    return;
  size_t own = 0;
  for (size_t i = 0; i < labels->count; i++) {
    if (!(labels->list[i].start <= labels->list[i].end) ||
        (i > 0 && labels->list[i].start < labels->list[i - 1].start))
      __builtin_trap();
    own += label_walk_at(&walk, labels->list[i].start);
  }
  if (own < walk.count)
    __builtin_trap();
  label_walk_release(&walk);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  FILE *const stream = size == 0 ? NULL : fmemopen((void *)(uintptr_t)bytes, size, "r");
  if (stream == NULL)
    return 0;
  char why[64];
  struct text text = text_over(why, sizeof why);
  struct labels labels = {.list = NULL};
  if (labels_read(&labels, stream, &text) == STATUS_OK)
    walk_through(&labels);
  labels_release(&labels);
  fclose(stream);
  return 0;
}
