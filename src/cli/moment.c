#include "cli/moment.h"

#include "anomaly/status.h"
#include "base/timefmt.h"

#include <string.h>

int moment_read(const char *text, double now, double *ret_time) {
  double seconds;
  const bool has_unit = strspn(text, "0123456789.") < strlen(text);
  if (!has_unit || duration_parse(text, &seconds) != STATUS_OK)
    return time_parse(text, ret_time);
  *ret_time = now - seconds;
  return STATUS_OK;
}
