/*
 * An incident as one detector sees it, and whether it lasts: what goes on for
 * long is to become usual, by making the past weigh less now and then.
 *
 * Source: this project.
 */
#ifndef ANOMALY_STATS_LASTING_H
#define ANOMALY_STATS_LASTING_H

#include "anomaly/detector.h"
#include "stats/course.h"

#include <stdbool.h>
#include <stdint.h>

/* Zeroed = none is open. Any values are valid. */
struct lasting {
  uint32_t record, elapsed; /* when the open incident began, or was last found to last */
  uint8_t open, calm;       /* calm records in the open incident */
};

extern const struct state_row lasting_rows[];

/* What goes on for both of these lasts. */
enum { LASTING_RECORDS = 20, LASTING_SECONDS = 1200 };

enum lasting_change {
  LASTING_NONE,   /* no incident is open */
  LASTING_BEGINS, /* with this record */
  LASTING_GOES_ON,
  LASTING_LASTS, /* for another 20 records and 20 minutes */
};

/*
 * Takes the ratio of one record and the ratio that counts as an alarm. Ten
 * records in a row under half of that end an incident.
 */
enum lasting_change lasting_judge(struct lasting *lasting, const struct course_record *record,
                                  float ratio, float line);

#endif
