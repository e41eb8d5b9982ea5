#include "anomaly/status.h"

const char *status_text(int status) {
  switch ((enum status)status) {
  case STATUS_OK:
    return "no error";
  case STATUS_NO_MEMORY:
    return "out of memory";
  case STATUS_INVALID:
    return "not acceptable";
  case STATUS_NOT_FOUND:
    return "not found";
  case STATUS_CORRUPT:
    return "damaged or cut short";
  case STATUS_VERSION:
    return "of another version";
  case STATUS_MISMATCH:
    return "of another detector or other options";
  case STATUS_LIMIT:
    return "beyond a limit";
  case STATUS_IO:
    return "input or output failed";
  case STATUS_STOPPED:
    return "was told to stop";
  }
  return "unknown status";
}
