#include "config/sample.h"

#include "anomaly/detector.h"
#include "anomaly/engine.h"
#include "anomaly/incident.h"
#include "anomaly/rule.h"
#include "anomaly/status.h"
#include "anomaly/store_options.h"
#include "base/option.h"
#include "config/profiles.h"
#include "config/shipped_groups.h"
#include "config/shipped_rules.h"
#include "engine/group_rule.h"
#include "engine/model_options.h"

#include <string.h>

enum { COLUMNS = 80 };

static const char introduction[] =
    "anomaly.cfg: what collectd's plugin anomaly watches, and how. The plugin and anomalyctl read "
    "it; `anomalyctl check` tells what is wrong in it. As it stands it says what holds without "
    "it.\n"
    "\n"
    "Each option is shown with its preset; take its # away and change the value. A duration is a "
    "number of seconds or a text such as \"90s\", \"5m\", \"12h\", \"7d\", \"2w\"; a size is a "
    "number "
    "of bytes or a text such as \"64k\", \"256M\", \"2G\". @include \"FILE\" on a line of its own "
    "reads "
    "another file, seen from the folder of this one.";

static const char rules_introduction[] =
    "A rule says for which metrics it is, and sets any of the options above (but the engine's) for "
    "them. host, plugin, plugin_instance, type, type_instance and data_source are exact texts, "
    "globs "
    "(\"eth*\") or regular expressions (\"/^eth[0-9]+$/\"); what is not given matches everything.\n"
    "\n"
    "All rules that match a metric apply. Where two set the same option, the more specific one "
    "wins: first the one with more exact texts, then with more globs, then with more regular "
    "expressions, then the later one. Without `rules` the ones below hold; rules = (); is for "
    "none.";

static const char groups_introduction[] =
    "A group is several metrics judged as one: all members of a host, or one metric of several "
    "hosts. It sees a little too much of several at once, which no metric shows alone, and says "
    "which. It has a name, members and exclude, which are lists of selectors as rules have them, "
    "and a detector: a group detector or a model, by name or with options of its own. What a rule "
    "ignores is no member. Without `groups` the ones below hold; groups = (); is for none.\n"
    "\n"
    "Besides it can have these options, and of those above sensitivity, hits, calm, hysteresis, "
    "warning_score, failure_score, timeout, notify and publish_score:";

/* Prints a paragraph of words, each line after `prefix`. */
static void print_paragraph(FILE *stream, const char *prefix, const char *words, size_t length) {
  const char *const end = words + length;
  size_t column = 0;
  for (const char *word = words; word < end; word += *word == ' ') {
    const char *const space = memchr(word, ' ', (size_t)(end - word));
    const size_t size = (size_t)((space != NULL ? space : end) - word);
    if (column > 0 && column + 1 + size > COLUMNS) {
      fputc('\n', stream);
      column = 0;
    }
    column += (size_t)fprintf(stream, "%s%.*s", column == 0 ? prefix : " ", (int)size, word);
    word += size;
    if (word == end)
      break;
  }
  fputc('\n', stream);
}

/* Prints paragraphs that are separated by "\n\n". */
static void print_words(FILE *stream, const char *prefix, const char *words) {
  const char *paragraph = words;
  for (const char *end = strstr(paragraph, "\n\n"); end != NULL; end = strstr(paragraph, "\n\n")) {
    print_paragraph(stream, prefix, paragraph, (size_t)(end - paragraph));
    fputs("#\n", stream);
    paragraph = end + 2;
  }
  print_paragraph(stream, prefix, paragraph, strlen(paragraph));
}

static void print_heading(FILE *stream, const char *heading) {
  fprintf(stream, "# ---- %s ----\n\n", heading);
}

/* "Help (range)." */
static void print_meaning(const struct option_row *row, struct text *text) {
  text_addf(text, "%s (", row->help);
  option_print_range(row, text);
  text_add(text, ").");
}

static void print_option(FILE *stream, const struct option_row *row) {
  char buffer[512];
  struct text text = text_over(buffer, sizeof buffer);
  print_meaning(row, &text);
  print_words(stream, "# ", buffer);
  text = text_over(buffer, sizeof buffer);
  option_print(row, row->preset, &text);
  fprintf(stream, "#%s = %s;\n\n", row->name, buffer);
}

static void print_options(FILE *stream, const struct option_row *rows) {
  for (; rows->name != NULL; rows++)
    print_option(stream, rows);
}

static void print_meanings(FILE *stream, const struct option_row *rows) {
  for (; rows->name != NULL; rows++) {
    char buffer[640];
    struct text text = text_over(buffer, sizeof buffer);
    text_addf(&text, "%s: ", rows->name);
    print_meaning(rows, &text);
    print_words(stream, "#   ", buffer);
  }
}

static void print_presets(FILE *stream, const char *name, const struct option_row *rows) {
  fprintf(stream, "#%s = {", name);
  for (; rows->name != NULL; rows++) {
    char buffer[512];
    struct text text = text_over(buffer, sizeof buffer);
    option_print(rows, rows->preset, &text);
    fprintf(stream, " %s = %s;", rows->name, buffer);
  }
  fputs(" };\n\n", stream);
}

/* "zscore detects ...": `does` is the verb. */
static void print_watcher(FILE *stream, const char *name, const char *does, const char *summary,
                          const struct option_row *rows) {
  char buffer[512];
  struct text text = text_over(buffer, sizeof buffer);
  text_addf(&text, "%s %s %s.", name, does, summary);
  print_words(stream, "# ", buffer);
  print_meanings(stream, rows);
  print_presets(stream, name, rows);
}

static void print_models(FILE *stream) {
  print_words(stream, "# ",
              "A model that is named in a list of detectors is fitted to each metric's newest "
              "values again and again. Beside its own options each has these, with the presets of "
              "`anomalyctl config --reference`:");
  print_meanings(stream, model_stream_rows);
  print_meanings(stream, model_common_rows);
  fputc('\n', stream);
  for (const struct model *const *at = model_list; *at != NULL; at++)
    print_watcher(stream, (*at)->name, "finds", (*at)->summary, (*at)->options);
}

/* "name: summary (adaptive, pattern; consensus = "strongest")." */
static void print_profile(FILE *stream, const struct profile *profile) {
  char buffer[512];
  struct text text = text_over(buffer, sizeof buffer);
  text_addf(&text, "%s: %s (", profile->name, profile->summary);
  profile_print(profile, &text);
  text_add(&text, ").");
  print_words(stream, "#   ", buffer);
}

static void print_profiles(FILE *stream) {
  print_words(stream, "# ",
              "Which detectors watch a metric and how they are taken together, in one word; what "
              "stands below goes over it, wherever it stands.");
  for (const struct profile *at = profiles; at->name != NULL; at++)
    print_profile(stream, at);
  fprintf(stream, "#profile = \"%s\";\n\n", profiles[0].name);
}

int config_print_sample(FILE *stream) {
  print_words(stream, "# ", introduction);
  fputc('\n', stream);
  print_heading(stream, "Profile");
  print_profiles(stream);
  print_heading(stream, "Engine");
  print_options(stream, engine_option_rows);
  print_heading(stream, "Incidents: what people hear of");
  print_options(stream, incident_option_rows);
  print_heading(stream, "Database");
  print_options(stream, store_option_rows);
  print_heading(stream, "Every metric, where no rule below says otherwise");
  print_options(stream, rule_option_rows);
  print_words(stream, "# ",
              "Detectors that watch a metric, each by name, or with options of its own: "
              "{ name = \"...\"; option = value; }.");
  fputs("#detectors = (\"adaptive\");\n\n", stream);
  print_heading(stream, "Detectors: their options where a list of detectors gives none");
  for (size_t i = 0; detector_list[i] != NULL; i++)
    print_watcher(stream, detector_list[i]->name, "detects", detector_list[i]->summary,
                  detector_list[i]->options);
  print_heading(stream, "Models, in a list of detectors: their options where it gives none");
  print_models(stream);
  print_heading(stream, "Groups");
  print_words(stream, "# ", groups_introduction);
  print_meanings(stream, group_option_rows);
  fprintf(stream, "\n%s\n", shipped_groups);
  print_heading(stream, "Rules");
  print_words(stream, "# ", rules_introduction);
  fprintf(stream, "\n%s", shipped_rules);
  return fflush(stream) == 0 && !ferror(stream) ? STATUS_OK : STATUS_IO;
}
