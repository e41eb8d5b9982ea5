#include "cli/json.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "base/text.h"
#include "cli/detector_info.h"
#include "cli/model_info.h"
#include "cli/say.h"
#include "engine/describe.h"

#ifdef HAVE_JANSSON

#include "cli/json_values.h"

bool json_is_there(const struct verb *verb) {
  (void)verb;
  return true;
}

void json_write_episode(FILE *stream, const struct episode_line *line) {
  json_t *const object =
      json_pack("{s:o, s:o, s:o, s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "metric",
                json_text(line->metric), "start", json_number(line->start), "end",
                json_number(line->end), "duration", json_number(line->duration), "ended",
                line->ended, "kind", line->kind, "severity", line->severity, "peak_score",
                json_number(line->peak_score), "peak_time", json_number(line->peak_time),
                "peak_value", json_number(line->peak_value), "text", json_text(line->text));
  if (object != NULL)
    json_dumpf(object, stream, JSON_COMPACT);
  fputs("\n", stream);
  json_decref(object);
}

static json_t *blames_of(const struct group_line *line) {
  json_t *const blames = json_array();
  for (size_t i = 0; i < line->blame_count; i++)
    json_array_append_new(blames, json_pack("{s:o, s:o}", "column",
                                            json_text(line->names[line->blames[i].column]),
                                            line->measure, json_number(line->blames[i].decades)));
  return blames;
}

void json_write_group(FILE *stream, const struct group_line *line) {
  json_t *const object =
      json_pack("{s:o, s:o, s:b, s:o}", "timestamp", json_text(line->time), "score",
                json_number(line->score), "anomaly", line->anomaly, "reason", blames_of(line));
  if (line->missing > 0)
    json_object_set_new(object, "missing", json_integer(line->missing));
  if (object != NULL)
    json_dumpf(object, stream, JSON_COMPACT);
  fputs("\n", stream);
  json_decref(object);
}

void json_write_forecast(FILE *stream, const char *metric, double time,
                         const struct forecast_step *step) {
  json_t *const object =
      json_pack("{s:o, s:o, s:o, s:o, s:o}", "metric", json_text(metric), "timestamp",
                json_number(time), "forecast", json_number(step->value), "lower",
                json_number(step->lower), "upper", json_number(step->upper));
  if (object != NULL)
    json_dumpf(object, stream, JSON_COMPACT);
  fputs("\n", stream);
  json_decref(object);
}

static json_t *members_of(const struct incident *incident) {
  json_t *const members = json_array();
  for (uint32_t i = 0; i < incident->members; i++) {
    char name[METRIC_TEXT_SIZE];
    struct text text = text_over(name, sizeof name);
    const struct metric_id id = metric_name_id(&incident->member[i].episode.metric);
    describe_metric(&id, &text);
    json_array_append_new(members, json_text(name));
  }
  return members;
}

void json_write_incident(FILE *stream, const struct incident_line *line) {
  const struct incident *const incident = line->incident;
  json_t *const object = json_pack(
      "{s:o, s:o, s:o, s:b, s:s, s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o}", "start",
      json_number(incident->start), "end", line->open ? json_null() : json_number(incident->last),
      "duration", json_number(line->duration), "told", line->told, "severity",
      severity_name(incident->severity), "trouble", trouble_name(incident->trouble), "hosts",
      (int)incident->hosts, "metrics", (int)incident->metrics, "peak_score",
      json_number(line->peak_score), "host", json_text(incident->host[0]), "first",
      json_text(line->first), "members", members_of(incident), "text", json_text(line->text));
  if (object != NULL)
    json_dumpf(object, stream, JSON_COMPACT);
  fputs("\n", stream);
  json_decref(object);
}

static json_t *bytes_of(const struct stored_value *value) {
  static const char hex[] = "0123456789abcdef";
  char *const digits = malloc(2 * value->size + 1);
  if (digits == NULL)
    return NULL;
  for (size_t i = 0; i < value->size; i++) {
    digits[2 * i] = hex[value->bytes[i] >> 4];
    digits[2 * i + 1] = hex[value->bytes[i] & 15];
  }
  digits[2 * value->size] = '\0';
  json_t *const string = json_string(digits);
  free(digits);
  return string;
}

static json_t *value_of(const struct stored_value *value) {
  switch (value->kind) {
  case STORED_WHOLE:
    return json_integer(value->whole);
  case STORED_REAL:
    return json_number(value->real);
  case STORED_TEXT:
    return json_text(value->text);
  case STORED_BYTES:
    return bytes_of(value);
  case STORED_NULL:
    break;
  }
  return json_null();
}

void json_write_row(FILE *stream, const struct store_reader *reader) {
  json_t *const object = json_object();
  for (size_t i = 0; i < store_reader_columns(reader); i++) {
    const struct stored_value value = store_reader_value(reader, i);
    json_object_set_new(object, store_reader_name(reader, i), value_of(&value));
  }
  if (object != NULL)
    json_dumpf(object, stream, JSON_COMPACT);
  fputs("\n", stream);
  json_decref(object);
}

static json_t *choices_of(const struct option_row *row) {
  json_t *const choices = json_array();
  for (size_t i = 0; row->choices[i] != NULL; i++)
    json_array_append_new(choices, json_string(row->choices[i]));
  return choices;
}

static json_t *chosen_of(const struct option_row *row) {
  json_t *const chosen = json_array();
  for (size_t i = 0; row->choices[i] != NULL; i++)
    if (((uint32_t)row->preset >> i & 1) != 0)
      json_array_append_new(chosen, json_string(row->choices[i]));
  return chosen;
}

static json_t *preset_of(const struct option_row *row) {
  switch (row->kind) {
  case OPTION_BOOL:
    return json_boolean(row->preset != 0);
  case OPTION_CHOICE:
    return json_string(row->choices[(size_t)row->preset]);
  case OPTION_SET:
    return chosen_of(row);
  case OPTION_COUNT:
  case OPTION_SIZE:
    return json_integer((json_int_t)row->preset);
  case OPTION_REAL:
  case OPTION_DURATION:
    break;
  }
  return json_number(row->preset);
}

static json_t *option_of(const struct option_row *row) {
  json_t *const object =
      json_pack("{s:s, s:s, s:o, s:s}", "name", row->name, "kind", option_kind_name(row->kind),
                "preset", preset_of(row), "help", row->help);
  if (row->unit != NULL)
    json_object_set_new(object, "unit", json_string(row->unit));
  if (row->kind == OPTION_CHOICE || row->kind == OPTION_SET) {
    json_object_set_new(object, "choices", choices_of(row));
  } else if (row->kind != OPTION_BOOL) {
    json_object_set_new(object, "min", json_number(row->min));
    json_object_set_new(object, "max", json_number(row->max));
  }
  return object;
}

static json_t *options_of(const struct option_row *const *tables) {
  json_t *const options = json_array();
  for (; *tables != NULL; tables++)
    for (const struct option_row *row = *tables; row->name != NULL; row++)
      json_array_append_new(options, option_of(row));
  return options;
}

static json_t *detector_of(const struct detector *detector) {
  return json_pack("{s:s, s:s, s:s, s:I, s:o}", "name", detector->name, "summary",
                   detector->summary, "source", detector->source, "bytes",
                   (json_int_t)detector_preset_bytes(detector), "options",
                   options_of((const struct option_row *const[]){detector->options, NULL}));
}

static json_t *model_of(const struct model *model) {
  return json_pack(
      "{s:s, s:s, s:s, s:I, s:b, s:b, s:o}", "name", model->name, "summary", model->summary,
      "source", model->source, "bytes", (json_int_t)model_preset_bytes(model), "learns",
      model->learn != NULL, "sequential", model->sequential, "options",
      options_of((const struct option_row *const[]){model->options, model_common_rows, NULL}));
}

static int write_array(FILE *stream, json_t *array) {
  if (array == NULL)
    return STATUS_NO_MEMORY;
  json_dumpf(array, stream, JSON_INDENT(2));
  fputs("\n", stream);
  json_decref(array);
  return STATUS_OK;
}

/* The bytes are those of a column. */
static json_t *group_detector_of(const struct group_detector *detector) {
  return json_pack("{s:s, s:s, s:s, s:I, s:b, s:o}", "name", detector->name, "summary",
                   detector->summary, "source", detector->source, "bytes",
                   (json_int_t)detector->column_size, "group", true, "options",
                   options_of((const struct option_row *const[]){detector->options, NULL}));
}

int json_write_detectors(FILE *stream, const struct detector *const *detectors,
                         const struct group_detector *const *groups) {
  json_t *const array = json_array();
  for (; *detectors != NULL; detectors++)
    json_array_append_new(array, detector_of(*detectors));
  for (; *groups != NULL; groups++)
    json_array_append_new(array, group_detector_of(*groups));
  return write_array(stream, array);
}

int json_write_models(FILE *stream, const struct model *const *models) {
  json_t *const array = json_array();
  for (; *models != NULL; models++)
    json_array_append_new(array, model_of(*models));
  return write_array(stream, array);
}

static json_t *parts_of(const struct row_score *score) {
  json_t *const parts = json_array();
  for (size_t i = 0; i < score->part_count && score->parts[i].share > 0; i++)
    json_array_append_new(parts,
                          json_pack("{s:o, s:o}", "column", json_text(score->parts[i].column),
                                    "share", json_number(score->parts[i].share)));
  return parts;
}

void json_write_row_score(FILE *stream, const struct row_score *score) {
  json_t *const object = json_pack("{s:I, s:o, s:b}", "row", (json_int_t)score->row, "score",
                                   json_number(score->score), "anomaly", score->anomaly);
  if (score->parts != NULL)
    json_object_set_new(object, "columns", parts_of(score));
  if (object != NULL)
    json_dumpf(object, stream, JSON_COMPACT);
  fputs("\n", stream);
  json_decref(object);
}

#else

bool json_is_there(const struct verb *verb) {
  say_error(verb, "--json is not there: this program was built without jansson");
  return false;
}

void json_write_episode(FILE *stream, const struct episode_line *line) {
  (void)stream;
  (void)line;
}

void json_write_row_score(FILE *stream, const struct row_score *score) {
  (void)stream;
  (void)score;
}

void json_write_incident(FILE *stream, const struct incident_line *line) {
  (void)stream;
  (void)line;
}

void json_write_group(FILE *stream, const struct group_line *line) {
  (void)stream;
  (void)line;
}

void json_write_forecast(FILE *stream, const char *metric, double time,
                         const struct forecast_step *step) {
  (void)stream;
  (void)metric;
  (void)time;
  (void)step;
}

void json_write_row(FILE *stream, const struct store_reader *reader) {
  (void)stream;
  (void)reader;
}

int json_write_detectors(FILE *stream, const struct detector *const *detectors,
                         const struct group_detector *const *groups) {
  (void)stream;
  (void)groups;
  (void)detectors;
  return STATUS_INVALID;
}

int json_write_models(FILE *stream, const struct model *const *models) {
  (void)stream;
  (void)models;
  return STATUS_INVALID;
}

#endif
