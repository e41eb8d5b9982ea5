#include "history/labels_windows.h"

#include "anomaly/status.h"

#ifdef HAVE_JANSSON

#include "base/timefmt.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static int refuse(const char *place, size_t index, const char *what, struct text *why) {
  text_addf(why, "\"%.100s\", window %zu: %s", place, index + 1, what);
  return STATUS_INVALID;
}

static int read_time(const json_t *value, double *ret_time) {
  if (json_is_string(value))
    return time_parse(json_string_value(value), ret_time);
  *ret_time = json_number_value(value);
  return json_is_number(value) ? STATUS_OK : STATUS_INVALID;
}

static int add_window(struct labels *labels, const char *place, size_t index, const json_t *window,
                      struct text *why) {
  struct label label = {.metric = NULL};
  if (json_array_size(window) != 2 ||
      read_time(json_array_get(window, 0), &label.start) != STATUS_OK ||
      read_time(json_array_get(window, 1), &label.end) != STATUS_OK)
    return refuse(place, index, "must be a list of two times", why);
  if (label.end < label.start)
    return refuse(place, index, "the end is before the start", why);
  return labels_add(labels, &label, NULL, place);
}

static int add_file(struct labels *labels, const char *place, const json_t *windows,
                    struct text *why) {
  if (!json_is_array(windows)) {
    text_addf(why, "\"%.100s\" must be a list of windows", place);
    return STATUS_INVALID;
  }
  int status = STATUS_OK;
  for (size_t i = 0; i < json_array_size(windows) && status == STATUS_OK; i++)
    status = add_window(labels, place, i, json_array_get(windows, i), why);
  return status;
}

int labels_read_windows(struct labels *labels, FILE *file, struct text *why) {
  json_error_t error;
  json_t *const root = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
  if (root == NULL) {
    text_addf(why, "line %d: %s", error.line, error.text);
    return STATUS_INVALID;
  }
  int status = json_is_object(root) ? STATUS_OK : STATUS_INVALID;
  const char *place;
  json_t *windows;
  json_object_foreach(root, place, windows) {
    if (status == STATUS_OK)
      status = add_file(labels, place, windows, why);
  }
  json_decref(root);
  return status;
}

#else

int labels_read_windows(struct labels *labels, FILE *file, struct text *why) {
  (void)labels, (void)file;
  text_add(why, "JSON cannot be read: this program was built without jansson");
  return STATUS_INVALID;
}

#endif
