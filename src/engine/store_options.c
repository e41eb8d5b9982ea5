#include "anomaly/store_options.h"

const struct option_row store_option_rows[] = {
    {.name = "checkpoint_interval",
     .kind = OPTION_DURATION,
     .offset = offsetof(struct store_options, checkpoint_interval),
     .preset = 300,
     .min = 1,
     .max = 7 * 86400.0,
     .help = "How often what was learned is written to the database: the most that a crash loses"},
    OPTION_ROWS_END,
};
