#include "cli/detector_info.h"

#include "base/option.h"

#include <stdlib.h>

size_t detector_preset_bytes(const struct detector *detector) {
  void *const options = calloc(1, detector->options_size + 1);
  if (options == NULL)
    return 0;
  option_set_presets(detector->options, options);
  const size_t bytes = detector->state_size(options);
  free(options);
  return bytes;
}

const char *option_kind_name(enum option_kind kind) {
  switch (kind) {
  case OPTION_BOOL:
    return "bool";
  case OPTION_COUNT:
    return "count";
  case OPTION_REAL:
    return "real";
  case OPTION_DURATION:
    return "duration";
  case OPTION_SIZE:
    return "size";
  case OPTION_CHOICE:
    return "choice";
  case OPTION_SET:
    return "set";
  }
  return "unknown";
}
