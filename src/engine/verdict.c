#include "anomaly/verdict.h"

const char *anomaly_kind_name(enum anomaly_kind kind) {
  static const char *const names[KINDS] = {
      [KIND_NONE] = "none",         [KIND_SPIKE] = "spike",
      [KIND_DIP] = "dip",           [KIND_LEVEL_SHIFT] = "level_shift",
      [KIND_DRIFT] = "drift",       [KIND_VARIANCE] = "variance",
      [KIND_FLATLINE] = "flatline", [KIND_MISSING] = "missing",
      [KIND_PATTERN] = "pattern",   [KIND_PEER] = "peer",
      [KIND_GROUP] = "group",
  };
  return kind < KINDS ? names[kind] : "unknown";
}

const char *severity_name(enum severity severity) {
  static const char *const names[] = {
      [SEVERITY_OKAY] = "okay", [SEVERITY_WARNING] = "warning", [SEVERITY_FAILURE] = "failure"};
  return severity <= SEVERITY_FAILURE ? names[severity] : "unknown";
}
