#include "plugin/translate.h"

#include <string.h>

bool translate_is_own(const value_list_t *list) { return strcmp(list->plugin, PLUGIN_NAME) == 0; }

struct metric_id translate_id(const value_list_t *list, const data_source_t *source) {
  return (struct metric_id){{
      [METRIC_HOST] = list->host,
      [METRIC_PLUGIN] = list->plugin,
      [METRIC_PLUGIN_INSTANCE] = list->plugin_instance,
      [METRIC_TYPE] = list->type,
      [METRIC_TYPE_INSTANCE] = list->type_instance,
      [METRIC_DATA_SOURCE] = source->name,
  }};
}

bool translate_sample(const value_list_t *list, const data_source_t *source, value_t value,
                      struct sample *ret_sample) {
  struct sample sample = {
      .time = translate_seconds(list->time),
      .interval = translate_seconds(list->interval),
      .min = source->min,
      .max = source->max,
  };
  switch (source->type) {
  case DS_TYPE_GAUGE:
    sample.kind = VALUE_GAUGE;
    sample.value.gauge = value.gauge;
    break;
  case DS_TYPE_COUNTER:
    sample.kind = VALUE_COUNTER;
    sample.value.counter = value.counter;
    break;
  case DS_TYPE_DERIVE:
    sample.kind = VALUE_DERIVE;
    sample.value.derive = value.derive;
    break;
  case DS_TYPE_ABSOLUTE:
    sample.kind = VALUE_ABSOLUTE;
    sample.value.absolute = value.absolute;
    break;
  default:
    return false;
  }
  *ret_sample = sample;
  return true;
}

double translate_seconds(cdtime_t time) { return CDTIME_T_TO_DOUBLE(time); }

cdtime_t translate_cdtime(double seconds) {
  const double largest = (double)(UINT64_MAX >> 30);
  return seconds >= 0 && seconds < largest ? DOUBLE_TO_CDTIME_T(seconds) : 0;
}
