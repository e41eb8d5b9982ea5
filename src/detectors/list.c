#include "anomaly/detector.h"

#include <math.h>
#include <string.h>

/* list.inc holds one DETECTOR(name) for each file in the build's list. */
#define DETECTOR(name) extern const struct detector name##_detector;
#include "detectors/list.inc"
#undef DETECTOR

const struct detector *const detector_list[] = {
#define DETECTOR(name) &name##_detector,
#include "detectors/list.inc"
#undef DETECTOR
    NULL,
};

const struct detector *detector_find(const char *name) {
  for (const struct detector *const *at = detector_list; *at != NULL; at++)
    if (strcmp((*at)->name, name) == 0)
      return *at;
  return NULL;
}

struct finding finding_none(void) {
  const double unknown = nan("");
  return (struct finding){
      .expected = unknown, .lower = unknown, .upper = unknown, .kind = KIND_NONE};
}
