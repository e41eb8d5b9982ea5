#include "cli/manual.h"

#include "anomaly/detector.h"
#include "anomaly/engine.h"
#include "anomaly/incident.h"
#include "anomaly/model.h"
#include "anomaly/rule.h"
#include "anomaly/store_options.h"
#include "base/option.h"
#include "base/text.h"
#include "cli/detector_info.h"
#include "config/profiles.h"
#include "engine/group_model.h"
#include "engine/group_rule.h"
#include "engine/model_options.h"

/* Plain text: no backslash is an escape, no dash a hyphen. */
static void print_text(FILE *stream, const char *text) {
  for (; *text != '\0'; text++) {
    if (*text == '\\')
      fputs("\\e", stream);
    else if (*text == '-')
      fputs("\\-", stream);
    else
      putc(*text, stream);
  }
}

static void print_option(FILE *stream, const struct option_row *row) {
  char preset[64], range[256];
  struct text preset_text = text_over(preset, sizeof preset);
  struct text range_text = text_over(range, sizeof range);
  option_print(row, row->preset, &preset_text);
  option_print_range(row, &range_text);
  fprintf(stream, ".TP\n.B %s\n", row->name);
  print_text(stream, row->help);
  fputs(".\nPreset: ", stream);
  print_text(stream, preset);
  fputs("; allowed: ", stream);
  print_text(stream, range);
  fputs(".\n", stream);
}

static void print_options(FILE *stream, const struct option_row *rows) {
  if (rows->name == NULL)
    fputs("It has no options.\n", stream);
  for (; rows->name != NULL; rows++)
    print_option(stream, rows);
}

static void print_profiles(FILE *stream) {
  fprintf(stream,
          ".TP\n.B profile\nWhich detectors watch a metric and how they are taken together, in one "
          "word.\nWhatever else the file gives goes over it, wherever it stands.\n"
          "Preset: \"%s\"; allowed:\n.RS\n",
          profiles[0].name);
  for (const struct profile *at = profiles; at->name != NULL; at++) {
    char buffer[256];
    struct text text = text_over(buffer, sizeof buffer);
    profile_print(at, &text);
    fprintf(stream, ".TP\n.B %s\n", at->name);
    print_text(stream, buffer);
    fputs(".\n", stream);
    print_text(stream, at->summary);
    fputs(".\n", stream);
  }
  fputs(".RE\n", stream);
}

static void print_detector(FILE *stream, const struct detector *detector) {
  fprintf(stream, ".SS %s\nDetects ", detector->name);
  print_text(stream, detector->summary);
  fprintf(stream, ".\n%zu bytes of state for each metric.\n", detector_preset_bytes(detector));
  print_options(stream, detector->options);
}

static void print_group_detector(FILE *stream, const struct group_detector *detector) {
  fprintf(stream, ".SS %s\nDetects ", detector->name);
  print_text(stream, detector->summary);
  fprintf(stream, ".\n%zu bytes of state for each group, and %zu for each column.\n",
          group_state_size(detector, 0), detector->column_size);
  print_options(stream, detector->options);
}

static void print_model(FILE *stream, const struct model *model) {
  fprintf(stream, ".SS %s\nFinds ", model->name);
  print_text(stream, model->summary);
  fputs(".\n", stream);
  print_options(stream, model->options);
}

static void print_detectors(FILE *stream) {
  fputs(".SH DETECTORS AND THEIR OPTIONS\n"
        "In a rule's list of detectors, or at the top level in a group of the detector's name.\n",
        stream);
  for (const struct detector *const *at = detector_list; *at != NULL; at++)
    print_detector(stream, *at);
  fputs(".SH GROUP DETECTORS AND THEIR OPTIONS\n"
        "In a group, as its\n.IR detector .\n",
        stream);
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++)
    print_group_detector(stream, *at);
}

static void print_models(FILE *stream) {
  fputs(".SH MODELS AND THEIR OPTIONS\n"
        "As\n.BR anomalyctl (1)\ntakes them: \\-\\-model NAME:option=value,...\n"
        "Of every model:\n",
        stream);
  print_options(stream, model_common_rows);
  fputs(
      "A rule's list of detectors may name a model too: it is then fitted to the metric's newest\n"
      "values again and again. For that it has these options besides:\n",
      stream);
  print_options(stream, model_stream_rows);
  fputs("A group may name a model as its\n.IR detector .\nFor that it has these besides:\n",
        stream);
  print_options(stream, group_model_rows);
  for (const struct model *const *at = model_list; *at != NULL; at++)
    print_model(stream, *at);
}

void manual_print_options(FILE *stream) {
  fputs(".SH PROFILES\nAt the top level only.\n", stream);
  print_profiles(stream);
  fputs(".SH OPTIONS OF THE ENGINE\nAt the top level only.\n", stream);
  print_options(stream, engine_option_rows);
  fputs(".SH OPTIONS OF INCIDENTS\nWhat people hear of; at the top level only.\n", stream);
  print_options(stream, incident_option_rows);
  fputs(".SH OPTIONS OF THE DATABASE\nAt the top level only.\n", stream);
  print_options(stream, store_option_rows);
  fputs(".SH OPTIONS OF RULES\n"
        "In a rule, or at the top level for what no rule says.\n",
        stream);
  print_options(stream, rule_option_rows);
  fputs(".SH OPTIONS OF GROUPS\n"
        "In a group of the list\n.IR groups :\nwhat is judged together, and how.\n",
        stream);
  print_options(stream, group_option_rows);
  print_detectors(stream);
  print_models(stream);
}
