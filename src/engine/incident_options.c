/* How episodes become incidents, and how many of them people hear of. */
#include "anomaly/incident.h"

#include <stddef.h>

#define FIELD(name_, field) .name = name_, .offset = offsetof(struct incident_options, field)

const struct option_row incident_option_rows[] = {
    {FIELD("incident_window", window), .kind = OPTION_DURATION, .preset = 30, .min = 1,
     .max = 86400,
     .help =
         "What begins on one host within this time, or within two intervals where that is more, "
         "is one burst, and hosts whose trouble begins within it can be one incident"},
    {FIELD("incident_delay", delay), .kind = OPTION_DURATION, .preset = 20, .min = 0, .max = 3600,
     .help = "An incident is told so long after its first sign, or after one and a half intervals "
             "where that is less, so that it can say what else is odd; with 0, hosts at once "
             "are not seen together"},
    {FIELD("incidents_per_week", per_week), .kind = OPTION_COUNT, .preset = 2, .min = 0,
     .max = 10000,
     .help = "About so many incidents of one host are told in a week: where there are more, only "
             "the larger ones, and failures, until it calms down; 0 tells all, and "
             "each end at once"},
    OPTION_ROWS_END,
};
