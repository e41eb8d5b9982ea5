#include "anomaly/store_options.h"

const struct option_row store_option_rows[] = {
    {.name = "checkpoint_interval",
     .kind = OPTION_DURATION,
     .offset = offsetof(struct store_options, checkpoint_interval),
     .preset = 300,
     .min = 1,
     .max = 7 * 86400.0,
     .help = "How often what was learned is written to the database: the most that a crash loses"},
    {.name = "keep_incidents",
     .kind = OPTION_DURATION,
     .offset = offsetof(struct store_options, keep_incidents),
     .preset = 90 * 86400.0,
     .min = 86400,
     .max = 520 * 604800.0,
     .help = "How long incidents stay in the database after their end; a hundred thousand at most"},
    {.name = "keep_anomalies",
     .kind = OPTION_DURATION,
     .offset = offsetof(struct store_options, keep_anomalies),
     .preset = 30 * 86400.0,
     .min = 3600,
     .max = 520 * 604800.0,
     .help = "How long single verdicts over the line stay in the database; two hundred thousand at "
             "most"},
    OPTION_ROWS_END,
};
