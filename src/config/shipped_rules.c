#include "config/shipped_rules.h"

/* The build writes the bytes of shipped_rules.cfg, each followed by a comma. */
const char shipped_rules[] = {
#include "config/shipped_rules.inc"
    '\0'};
