#include "config/presets.h"

#include "anomaly/status.h"
#include "base/option.h"

#include <stdlib.h>

static size_t count_detectors(void) {
  size_t count = 0;
  while (watcher_list()[count] != NULL)
    count++;
  return count;
}

static size_t index_of(const struct detector *detector) {
  size_t index = 0;
  while (watcher_list()[index] != detector)
    index++;
  return index;
}

int presets_create(struct presets *ret_presets) {
  const size_t count = count_detectors();
  struct presets presets = {.options = calloc(count + 1, sizeof(void *))};
  if (presets.options == NULL)
    return STATUS_NO_MEMORY;
  for (size_t i = 0; i < count; i++) {
    const size_t size = watcher_list()[i]->options_size;
    presets.options[i] = calloc(1, size > 0 ? size : 1);
    if (presets.options[i] == NULL) {
      presets_release(&presets);
      return STATUS_NO_MEMORY;
    }
    option_set_presets(watcher_list()[i]->options, presets.options[i]);
  }
  *ret_presets = presets;
  return STATUS_OK;
}

void presets_release(struct presets *presets) {
  for (size_t i = 0; presets->options != NULL && watcher_list()[i] != NULL; i++)
    free(presets->options[i]);
  free(presets->options);
  presets->options = NULL;
}

void *presets_of(const struct presets *presets, const struct detector *detector) {
  return presets->options[index_of(detector)];
}
