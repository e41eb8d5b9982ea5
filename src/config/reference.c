#include "config/sample.h"

#include "anomaly/detector.h"
#include "anomaly/engine.h"
#include "anomaly/group.h"
#include "anomaly/incident.h"
#include "anomaly/model.h"
#include "anomaly/rule.h"
#include "anomaly/status.h"
#include "anomaly/store_options.h"
#include "base/option.h"
#include "config/profiles.h"
#include "config/reader.h"
#include "engine/group_model.h"
#include "engine/group_rule.h"
#include "engine/model_options.h"

#include <stdlib.h>

static void print_options(FILE *stream, const struct option_row *rows) {
  if (rows->name == NULL) {
    fputs("\nIt has no options.\n", stream);
    return;
  }
  fputs("\n| option | preset | allowed | meaning |\n|--|--|--|--|\n", stream);
  for (; rows->name != NULL; rows++) {
    char preset[128], range[256];
    struct text preset_text = text_over(preset, sizeof preset);
    struct text range_text = text_over(range, sizeof range);
    option_print(rows, rows->preset, &preset_text);
    option_print_range(rows, &range_text);
    fprintf(stream, "| `%s` | `%s` | %s | %s |\n", rows->name, preset, range, rows->help);
  }
}

static void print_profiles(FILE *stream) {
  fprintf(stream,
          "`profile` says in one word which detectors watch a metric and how they are taken "
          "together. Whatever else the file gives goes over it, wherever it stands. The preset is "
          "`\"%s\"`.\n\n| profile | detectors and options | what it is for |\n|--|--|--|\n",
          profiles[0].name);
  for (const struct profile *at = profiles; at->name != NULL; at++) {
    char buffer[256];
    struct text text = text_over(buffer, sizeof buffer);
    profile_print(at, &text);
    fprintf(stream, "| `%s` | %s | %s |\n", at->name, buffer, at->summary);
  }
}

static int print_detector(FILE *stream, const struct detector *detector) {
  void *const options = calloc(1, detector->options_size > 0 ? detector->options_size : 1);
  if (options == NULL)
    return STATUS_NO_MEMORY;
  option_set_presets(detector->options, options);
  fprintf(stream, "\n### %s\n\nDetects %s.\n\nSource: %s. State: %zu bytes per metric.\n",
          detector->name, detector->summary, detector->source, detector->state_size(options));
  free(options);
  print_options(stream, detector->options);
  return STATUS_OK;
}

static void print_group_options(FILE *stream) {
  fputs(
      "\n## Groups\n\n"
      "`groups` is the list of groups: metrics that are judged together, see "
      "[groups.md](groups.md). Each is written `{ name = \"...\"; members = ( SELECTOR, ... ); }`. "
      "A selector is a group of those that a rule has: `{ plugin = \"cpu\"; }`. What one of "
      "`exclude` matches is no member, nor is what a rule ignores. `detector` is a group "
      "detector or a model, by name or with its options: `{ name = \"host\"; limit = 0.85; }`; "
      "the preset is `\"host\"`. Without `groups` those of the sample hold; `groups = ();` is "
      "for none.\n",
      stream);
  print_options(stream, group_option_rows);
  fputs("\nOf the options of rules a group can give these:", stream);
  for (const struct option_row *row = rule_option_rows; row->name != NULL; row++)
    if (reader_group_alarm_row(row->name) != NULL)
      fprintf(stream, " `%s`", row->name);
  struct rule_options presets;
  option_set_presets(rule_option_rows, &presets);
  group_rule_set_presets(&presets);
  fputs(". What holds for every metric holds for groups too, but for these presets:", stream);
  for (const struct option_row *row = rule_option_rows; row->name != NULL; row++) {
    char buffer[64];
    struct text text = text_over(buffer, sizeof buffer);
    option_print(row, option_get(row, &presets), &text);
    if (option_get(row, &presets) != row->preset)
      fprintf(stream, " `%s = %s`", row->name, buffer);
  }
  fputs(".\n", stream);
}

static void print_groups(FILE *stream) {
  fputs("\n## Group detectors\n\n"
        "A group names one as its `detector`; `anomalyctl detect --group --detector "
        "NAME:option=value,...` takes them so.\n",
        stream);
  for (const struct group_detector *const *at = group_detector_list; *at != NULL; at++) {
    fprintf(stream,
            "\n### %s\n\nDetects %s.\n\nSource: %s. State: %zu bytes per group, and %zu per "
            "column.\n",
            (*at)->name, (*at)->summary, (*at)->source, group_state_size(*at, 0),
            (*at)->column_size);
    print_options(stream, (*at)->options);
  }
}

static void print_models(FILE *stream) {
  fputs("\n## Models\n\n"
        "`anomalyctl fit --model NAME:option=value,...` and `anomalyctl score` take them so. Each "
        "has these options and its own.\n",
        stream);
  print_options(stream, model_common_rows);
  fputs(
      "\nA rule's list of detectors may name a model too, and give its options: "
      "`detectors = (\"adaptive\", { name = \"ecod\"; features = \"value+std\"; });`. The model is "
      "then fitted to the metric's newest values again and again, and how unusual the score of a "
      "value is, the metric's own past scores say. For that it has these options besides:\n",
      stream);
  print_options(stream, model_stream_rows);
  fputs(
      "\nA group may name a model as its detector: `detector = { name = \"ecod\"; threshold = 2.5; "
      "};`. For that, and for `anomalyctl detect --group --model`, it has these besides:\n",
      stream);
  print_options(stream, group_model_rows);
  for (const struct model *const *at = model_list; *at != NULL; at++) {
    fprintf(stream, "\n### %s\n\nFinds %s.\n\nSource: %s.\n", (*at)->name, (*at)->summary,
            (*at)->source);
    print_options(stream, (*at)->options);
  }
}

static void print_rules(FILE *stream) {
  fputs("\n## Rules\n\n"
        "In a rule, or at the top level for every metric that no rule says otherwise for.\n",
        stream);
  print_options(stream, rule_option_rows);
  fputs("\n`detectors` is the list of detectors that watch a metric, each a name or a group: "
        "`detectors = (\"adaptive\", { name = \"zscore\"; window = 200; });`. The preset is "
        "`(\"adaptive\")`.\n\n"
        "A rule is for the metrics whose `host`, `plugin`, `plugin_instance`, `type`, "
        "`type_instance` and `data_source` look as it says: exactly so, by a glob (`\"eth*\"`), or "
        "by a POSIX extended regular expression (`\"/^eth[0-9]+$/\"`). What it does not give "
        "matches everything. All rules that match a metric apply. Where two set the same option, "
        "the more specific one wins: first the one with more exact texts, then with more globs, "
        "then with more regular expressions, then the later one.\n",
        stream);
}

static int print_detectors(FILE *stream) {
  fputs("\n## Detectors\n\n"
        "Their options stand in the rule's list, or in a group of the detector's name at the top "
        "level for all lists that do not give them: `zscore = { sigma = 4.0; };`.\n",
        stream);
  int status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && detector_list[i] != NULL; i++)
    status = print_detector(stream, detector_list[i]);
  return status;
}

int config_print_reference(FILE *stream) {
  fputs("# Options\n\n"
        "What anomaly.cfg can say. `./dev docs` writes this file from the same rows that are "
        "checked when a configuration is read.\n\n"
        "A duration is a number of seconds or a text such as `\"90s\"`, `\"5m\"`, `\"12h\"`, "
        "`\"7d\"`, `\"2w\"`. A size is a number of bytes or a text such as `\"64k\"`, `\"256M\"`, "
        "`\"2G\"`. An infinite number is `\"inf\"` or `\"-inf\"`.\n\n"
        "## Profiles\n\nAt the top level only. ",
        stream);
  print_profiles(stream);
  fputs("\n## Engine\n\nAt the top level only.\n", stream);
  print_options(stream, engine_option_rows);
  fputs("\n## Incidents\n\nWhat people hear of; at the top level only.\n", stream);
  print_options(stream, incident_option_rows);
  fputs("\n## Database\n\nAt the top level only.\n", stream);
  print_options(stream, store_option_rows);
  print_rules(stream);
  print_group_options(stream);
  const int status = print_detectors(stream);
  print_groups(stream);
  print_models(stream);
  if (status != STATUS_OK)
    return status;
  return fflush(stream) != 0 || ferror(stream) ? STATUS_IO : STATUS_OK;
}
