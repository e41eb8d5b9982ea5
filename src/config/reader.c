#include "config/reader.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "config/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int reader_fail(const struct reader *reader, const config_setting_t *setting, const char *format,
                ...) {
  char message[sizeof reader->error->message];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  const char *file;
  unsigned line;
  source_locate(reader->source, config_setting_source_line(setting), &file, &line);
  return config_fail(reader->error, STATUS_INVALID, file, line, "%s", message);
}

int reader_fail_memory(const struct reader *reader) {
  return config_fail(reader->error, STATUS_NO_MEMORY, reader->source->files[0], 0, "out of memory");
}

int reader_fail_unknown(const struct reader *reader, const config_setting_t *setting,
                        const char *place, struct nearest *nearest) {
  if (nearest->best != NULL)
    return reader_fail(reader, setting, "%s is not known in %s; did you mean %s?", nearest->name,
                       place, nearest->best);
  return reader_fail(reader, setting,
                     "%s is not known in %s; `anomalyctl config --reference` lists what is",
                     nearest->name, place);
}

void reader_nearest_row(struct nearest *nearest, const struct option_row *rows) {
  for (; rows->name != NULL; rows++)
    nearest_try(nearest, rows->name);
}

static int fail_option(const struct reader *reader, const config_setting_t *setting,
                       const struct option_row *row) {
  char buffer[sizeof reader->error->message];
  struct text why = text_over(buffer, sizeof buffer);
  option_explain(row, &why);
  return reader_fail(reader, setting, "%s", buffer);
}

/* Kinds that are written in quotes. A real number is only where it is infinite. */
static bool takes_text(const struct option_row *row, const char *value) {
  switch (row->kind) {
  case OPTION_CHOICE:
  case OPTION_SET:
  case OPTION_DURATION:
  case OPTION_SIZE:
    return true;
  case OPTION_REAL:
    return strcmp(value, "inf") == 0 || strcmp(value, "-inf") == 0;
  case OPTION_BOOL:
  case OPTION_COUNT:
    break;
  }
  return false;
}

static bool takes_number(const struct option_row *row) {
  return row->kind != OPTION_BOOL && row->kind != OPTION_CHOICE && row->kind != OPTION_SET;
}

/* ( "mean", "std" ) for "mean+std". */
static int set_from_list(const config_setting_t *list, const struct option_row *row,
                         void *options) {
  char buffer[256];
  struct text words = text_over(buffer, sizeof buffer);
  for (int i = 0; i < config_setting_length(list); i++) {
    const char *const word = config_setting_get_string_elem(list, i);
    text_addf(&words, "%s%s", i > 0 ? "+" : "", word != NULL ? word : "");
  }
  return words.cut ? STATUS_INVALID : option_set_text(row, options, buffer, NULL);
}

static int set_from(const config_setting_t *setting, const struct option_row *row, void *options) {
  switch (config_setting_type(setting)) {
  case CONFIG_TYPE_BOOL:
    return row->kind == OPTION_BOOL
               ? option_set_number(row, options, config_setting_get_bool(setting), NULL)
               : STATUS_INVALID;
  case CONFIG_TYPE_INT:
  case CONFIG_TYPE_INT64:
    return takes_number(row)
               ? option_set_number(row, options, (double)config_setting_get_int64(setting), NULL)
               : STATUS_INVALID;
  case CONFIG_TYPE_FLOAT:
    return takes_number(row)
               ? option_set_number(row, options, config_setting_get_float(setting), NULL)
               : STATUS_INVALID;
  case CONFIG_TYPE_STRING: {
    const char *const value = config_setting_get_string(setting);
    return takes_text(row, value) ? option_set_text(row, options, value, NULL) : STATUS_INVALID;
  }
  case CONFIG_TYPE_LIST:
  case CONFIG_TYPE_ARRAY:
    return row->kind == OPTION_SET ? set_from_list(setting, row, options) : STATUS_INVALID;
  default:
    return STATUS_INVALID;
  }
}

int reader_option(const struct reader *reader, const config_setting_t *setting,
                  const struct option_row *row, void *options) {
  return set_from(setting, row, options) == STATUS_OK ? STATUS_OK
                                                      : fail_option(reader, setting, row);
}

int reader_want_group(const struct reader *reader, const config_setting_t *setting) {
  if (config_setting_type(setting) == CONFIG_TYPE_GROUP)
    return STATUS_OK;
  const char *const name = config_setting_name(setting);
  return reader_fail(reader, setting, "%s must be a group: { name = value; ... }",
                     name != NULL ? name : "this");
}

int reader_want_list(const struct reader *reader, const config_setting_t *setting) {
  const int type = config_setting_type(setting);
  if (type == CONFIG_TYPE_LIST || type == CONFIG_TYPE_ARRAY)
    return STATUS_OK;
  return reader_fail(reader, setting, "%s must be a list: ( ..., ... )",
                     config_setting_name(setting));
}

int reader_fail_check(const struct reader *reader, const config_setting_t *group,
                      const struct option_row *rows, const char *contradiction) {
  if (contradiction == NULL)
    return STATUS_OK;
  for (; rows->name != NULL; rows++) {
    const config_setting_t *const member = config_setting_get_member(group, rows->name);
    if (member != NULL && strstr(contradiction, rows->name) != NULL)
      return reader_fail(reader, member, "%s", contradiction);
  }
  return reader_fail(reader, group, "%s", contradiction);
}
