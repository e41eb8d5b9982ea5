/* Each class of mistake is told with its line and what would be right. */
#include "anomaly/rule.h"
#include "anomaly/status.h"
#include "config/config.h"
#include "config/source.h"
#include "unit/libconfig_leak.h"
#include "unit/unit_test.h"

#include <stdlib.h>
#include <string.h>

struct mistake {
  const char *text;
  unsigned line;
  const char *said;
};

static void assert_mistakes(const struct mistake *mistakes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct config config = {.rules = NULL};
    struct config_error error = {.line = 0};
    const int status = config_load_text(mistakes[i].text, &config, &error);
    if (status != STATUS_INVALID || error.line != mistakes[i].line ||
        strstr(error.message, mistakes[i].said) == NULL)
      fail_msg("%s\n  is %d, line %u: %s\n  not line %u: %s", mistakes[i].text, status, error.line,
               error.message, mistakes[i].line, mistakes[i].said);
    assert_null(config.rules);
    assert_string_equal(error.file, "text");
  }
}

#define ASSERT_MISTAKES(mistakes) assert_mistakes(mistakes, sizeof mistakes / sizeof mistakes[0])

static void test_unknown_names(void **state) {
  (void)state;
  static const struct mistake mistakes[] = {
      {"hits = 1;\nmemory_limt = 5;", 2,
       "memory_limt is not known in anomaly.cfg; did you mean memory_limit?"},
      {"\n\nzsocre = { };", 3, "did you mean zscore?"},
      {"rule = ();", 1, "did you mean rules?"},
      {"plugin = \"cpu\";", 1, "plugin belongs into a rule"},
      {"colour = 3;", 1, "`anomalyctl config --reference` lists"},
      {"rules = (\n{ plugn = \"cpu\"; hits = 3; type = \"x\"; } );", 2,
       "plugn is not known in a rule; did you mean plugin?"},
      {"rules = (\n{ plugin = \"cpu\";\n  detector = \"zscore\"; } );", 3,
       "did you mean detectors?"},
      {"rules = (\n{ plugin = \"cpu\";\n  memory_limit = 5; } );", 3,
       "memory_limit is not known in a rule"},
      {"zscore = {\nsigmas = 3.0; };", 2, "sigmas is not known in zscore; did you mean sigma?"},
      {"detectors = (\"missing\",\n\"zscroe\");", 2,
       "there is no detector zscroe; did you mean zscore?"},
      {"\nprofil = \"quiet\";", 2, "did you mean profile?"},
      {"hits = 2;\nprofile = \"quite\";", 2, "there is no profile quite; did you mean quiet?"},
      {"profile = \"perfection\";", 1, "`anomalyctl config --reference` lists"},
      {"profile = 3;", 1, "profile must be a name in quotes"},
      {"rules = ( { plugin = \"cpu\";\nprofile = \"quiet\"; } );", 2,
       "profile is not known in a rule"},
      {"detectors = \"perfect\";", 1, "`anomalyctl detectors` lists"},
      {"rules = ( { plugin = \"cpu\"; detectors = (\n\"adaptive\",\n{ name = \"zscore\";\n  wndow "
       "= 5; }); } );",
       4, "did you mean window?"},
  };
  ASSERT_MISTAKES(mistakes);
}

static void test_wrong_types(void **state) {
  (void)state;
  static const struct mistake mistakes[] = {
      {"\nhits = \"3\";", 2, "hits must be a whole number, 1 .. 10000 records"},
      {"hits = 2.5;", 1, "hits must be a whole number"},
      {"hits = true;", 1, "hits must be a whole number"},
      {"hits = (1);", 1, "hits must be a whole number"},
      {"publish_score = 1;", 1, "publish_score must be true or false"},
      {"publish_score = \"true\";", 1, "publish_score must be true or false"},
      {"direction = 1;", 1, "direction must be one of \"both\", \"above\", \"below\""},
      {"direction = \"up\";", 1, "direction must be one of"},
      {"min_deviation = \"5\";", 1, "min_deviation must be at least 0.0"},
      {"warmup = \"5 minutes\";", 1, "warmup must be \"1s\" .. \"52w\""},
      {"warmup = { };", 1, "warmup must be"},
      {"memory_limit = \"64MB\";", 1, "memory_limit must be \"1M\" .. \"1T\""},
      {"zscore = 3;", 1, "zscore must be a group"},
      {"rules = 5;", 1, "rules must be a list"},
      {"rules = {\n plugin = \"cpu\"; };", 1, "rules must be a list"},
      {"rules = (\n \"cpu\");", 2, "must be a group"},
      {"rules = (\n{ plugin = 5; hits = 2; } );", 2, "plugin must be a text, a glob or a /regular"},
      {"detectors = 5;", 1, "detectors must be a list"},
      {"detectors = (\n5);", 2, "a detector is written"},
      {"detectors = (\n{ window = 200; });", 2, "needs its name"},
      {"detectors = (\n{ name = 5; });", 2, "needs its name"},
  };
  ASSERT_MISTAKES(mistakes);
}

static void test_values_out_of_range(void **state) {
  (void)state;
  static const struct mistake mistakes[] = {
      {"hits = 0;", 1, "hits must be"},
      {"hits = -1;", 1, "hits must be"},
      {"hits = 10001;", 1, "hits must be"},
      {"hysteresis = 1.1;", 1, "hysteresis must be 0.01 .. 1.0"},
      {"failure_score = 1;", 1, "failure_score must be"},
      {"min_deviation = -0.1;", 1, "min_deviation must be at least"},
      {"memory_limit = 1000;", 1, "memory_limit must be"},
      {"memory_limit = \"2T\";", 1, "memory_limit must be"},
      {"expire_after = \"1s\";", 1, "expire_after must be"},
      {"warmup = \"inf\";", 1, "warmup must be"},
      {"min_deviation = 1.0e999;\nhits = 0;", 2, "hits must be"},
      {"detectors = ({ name = \"zscore\";\n window = 1; });", 2, "window must be"},
      {"memory_limit = 99999999999999999999;", 1, "too many digits"},
      {"hits = 0x1;", 1, "numbers are written in decimal"},
  };
  ASSERT_MISTAKES(mistakes);
}

#define GROUP(rest) "groups = (\n{ name = \"g\"; members = { plugin = \"cpu\"; };\n" rest "});"

static void test_groups(void **state) {
  (void)state;
  static const struct mistake mistakes[] = {
      {"groups = 5;", 1, "groups must be a list"},
      {"group = ();", 1, "did you mean groups?"},
      {"groups = (\n5);", 2, "must be a group"},
      {"groups = (\n{ members = { plugin = \"cpu\"; }; });", 2, "the group needs a name"},
      {"groups = (\n{ name = \"g\"; });", 2, "the group has no members"},
      {"groups = ({\nname = \"a b\"; members = { plugin = \"cpu\"; }; });", 2,
       "name must be a text of 1 .. 63 letters"},
      {"groups = ({\nname = 5; });", 2, "name must be"},
      {"groups = ({ name = \"a\"; members = { plugin = \"x\"; }; },\n"
       "{ name = \"a\"; members = { plugin = \"x\"; }; });",
       2, "there is another group a"},
      {"groups = ({ name = \"a\"; members = (\n{ }); });", 2, "the selector is empty"},
      {"groups = ({ name = \"a\"; members = ({\nplugn = \"x\"; }); });", 2,
       "plugn is not known in a selector; did you mean plugin?"},
      {"groups = ({ name = \"a\"; members = ({\nplugin = \"/(/\"; }); });", 2, "plugin: "},
      {"groups = ({ name = \"a\"; exclude =\n5; });", 1, "exclude must be a list"},
      {GROUP("detector = \"hots\"; "), 3, "no group detector hots; did you mean host?"},
      {GROUP("detector = \"nothing_like_it\"; "), 3, "`anomalyctl models` list what there is"},
      {GROUP("detector = 5; "), 3, "a detector is written"},
      {GROUP("detector = { limit = 1.0; }; "), 3, "needs its name"},
      {GROUP("detector = { name = \"host\";\nlimits = 1.0; }; "), 4,
       "limits is not known in host; did you mean limit?"},
      {GROUP("detector = { name = \"host\";\nlimit = 1000.0; }; "), 4, "limit must be"},
      {GROUP("detector = \"peers\"; "), 2, "it needs by = \"metric\""},
      {GROUP("detector = { name = \"knn\";\nn_neighbors = 0; }; "), 4, "n_neighbors must be"},
      {GROUP("detector = { name = \"knn\";\nwindow_sise = 100; }; "), 4,
       "did you mean window_size?"},
      {GROUP("detector = { name = \"knn\"; window_size = 20; }; "), 3,
       "min_samples is more than window_size"},
      {GROUP("interval = 59; "), 3, "interval must be"},
      {GROUP("intervall = 60; "), 3, "did you mean interval?"},
      {GROUP("late = \"never\"; "), 3, "late must be one of"},
      {GROUP("late = \"wait\";\nwait = 70; "), 4, "wait must not be longer than interval"},
      {GROUP("columns_max = 501; "), 3, "columns_max must be"},
      {GROUP("warmup = 60; "), 3, "warmup is not known in a group"},
      {GROUP("warning_score = 0.9; "), 3, "warning_score must be less than failure_score"},
      {GROUP("by = \"hosts\"; "), 3, "by must be one of"},
  };
  ASSERT_MISTAKES(mistakes);
}

static void test_contradictions(void **state) {
  (void)state;
  static const struct mistake mistakes[] = {
      {"hits = 1;\nrange_min = 5;\nrange_max = 5;", 2, "range_min must be less than range_max"},
      {"\nwarning_score = 0.9;", 2, "warning_score must be less than failure_score"},
      {"\nfailure_score = 0.5;", 2, "warning_score must be less than failure_score"},
      {"failure_score = 0.7;\nrules = (\n{ plugin = \"cpu\";\n  warning_score = 0.75; } );", 4,
       "warning_score must be less"},
      {"rules = ( { plugin = \"cpu\";\n range_max = 1;\n range_min = 1.5; } );", 3,
       "range_min must be less"},
      {"hits = 1;\nhits = 2;", 2, "duplicate"},
      {"rules = ( { plugin = \"cpu\"; hits = 2;\n  hits = 3; } );", 2, "duplicate"},
      {"rules = (\n{ plugin = \"cpu\"; hits = 2; },\n{ plugin = \"df\"; hits = 2; },\n{ plugin = "
       "\"cpu\"; calm = 3; } );",
       4, "the rule at text:2 is for the same metrics"},
      {"rules = (\n{ hits = 2; } );", 2, "does not say for which metrics"},
      {"rules = (\n{ } );", 2, "does not say for which metrics"},
      {"rules = (\n{ plugin = \"cpu\"; type = \"cpu\"; } );", 2, "says nothing about the metrics"},
      {"detectors = ();", 1, "ignore = true"},
      {"detectors = (\"zscore\",\n\"zscore\");", 2, "zscore is already there"},
      {"detectors = (\"zscore\",\n{ name = \"zscore\"; window = 100; });", 2,
       "zscore is already there"},
      {"rules = ( { plugin =\n\"/(/\"; hits = 2; } );", 1, "plugin: bad regular expression"},
      {"rules = ( { hits = 2; \n type = \"if_[\"; } );", 2, "type: '[' has no ']'"},
      {"\nbaseline = { refresh = \"4w\";\n max_age = \"1w\"; };", 2, "refresh"},
      {"detectors = (\n\"limit\");", 2, "must be given"},
      {"detectors = (\n{ name = \"limit\"; hysteresis = 1.0; });", 2, "must be given"},
      {"detectors = ({ name = \"limit\";\nwarning_min = 2.0;\nwarning_max = 1.0; });", 2,
       "must not be more than"},
  };
  ASSERT_MISTAKES(mistakes);
}

static void test_broken_text(void **state) {
  (void)state;
  static const struct mistake mistakes[] = {
      {"hits = 1\n;;", 2, "syntax error"},
      {"hits = 1;\n\ncalm 2;", 3, "syntax error"},
      {"rules = (\n{ plugin = \"cpu\"; hits = 2; },\n);", 3, "syntax error"},
      {"rules = (", 1, "syntax error"},
      {"\n\"abc\nhits = 1;", 2, "no closing quote"},
      {"x = \"\\\"", 1, "no closing quote"},
      {"\n\n/* hits = 1;", 3, "*/ is missing"},
      {"hits = 1;\n @include \"x.cfg\"", 2, "@include works in files only"},
      {"\xff", 1, "syntax error"},
      {"a = ((((((((((((((((\n(1", 2, "nested too deeply"},
  };
  ASSERT_MISTAKES(mistakes);
}

static void test_too_many_rules(void **state) {
  (void)state;
  char *const words = malloc(RULES_MAX * 64 + 64);
  assert_non_null(words);
  struct text text = text_over(words, RULES_MAX * 64 + 64);
  text_add(&text, "rules = (\n");
  for (int i = 0; i < RULES_MAX; i++)
    text_addf(&text, "{ plugin = \"p%d\"; hits = 2; }%s\n", i, i + 1 < RULES_MAX ? "," : ");");
  struct config config;
  struct config_error error;
  assert_int_equal(config_load_text(words, &config, &error), STATUS_INVALID);
  assert_int_equal(error.line, RULES_MAX + 1);
  assert_non_null(strstr(error.message, "more than 1024 rules"));
  free(words);
}

static void test_too_many_detectors(void **state) {
  (void)state;
  char words[1024];
  struct text text = text_over(words, sizeof words);
  text_add(&text, "detectors = (");
  for (int i = 0; i <= RULE_DETECTORS_MAX; i++)
    text_addf(&text, "%s{ name = \"zscore\"; window = %d; }", i == 0 ? "" : ",\n", 10 + i);
  text_add(&text, ");");
  struct config config;
  struct config_error error;
  assert_int_equal(config_load_text(words, &config, &error), STATUS_INVALID);
  assert_int_equal(error.line, RULE_DETECTORS_MAX + 1);
  assert_non_null(strstr(error.message, "at most 8 detectors"));
}

static void test_megabytes_are_refused(void **state) {
  (void)state;
  struct config config;
  struct config_error error;
  char *const bytes = malloc(SOURCE_SIZE_MAX + 2);
  assert_non_null(bytes);
  memset(bytes, '#', SOURCE_SIZE_MAX + 1);
  bytes[SOURCE_SIZE_MAX + 1] = '\0';
  assert_int_equal(config_load_text(bytes, &config, &error), STATUS_INVALID);
  assert_non_null(strstr(error.message, "larger than 1 MiB"));
  free(bytes);
}

static void test_a_megabyte_of_anything_ends_in_an_error(void **state) {
  (void)state;
  static const char *const fillings[] = {"(",       "{",  "a={",  "\"",   "[1,", "a=1;",
                                         "a=(",     "/*", "\\",   "(){}", "=",   "\n",
                                         "a={};\n", ";",  "\"\"", "1."};
  char *const bytes = malloc(SOURCE_SIZE_MAX);
  assert_non_null(bytes);
  for (size_t i = 0; i < sizeof fillings / sizeof fillings[0]; i++) {
    struct config config;
    struct config_error error;
    const size_t length = strlen(fillings[i]);
    for (size_t at = 0; at + 2 < SOURCE_SIZE_MAX; at++)
      bytes[at] = fillings[i][at % length];
    bytes[SOURCE_SIZE_MAX - 2] = '\0';
    const int status = config_load_text(bytes, &config, &error);
    if (strcmp(fillings[i], "\n") != 0)
      assert_int_equal(status, STATUS_INVALID);
    else
      config_release(&config);
  }
  free(bytes);
}

static void test_random_megabytes(void **state) {
  (void)state;
  static const char letters[] = "ab=:;{}()[]\"'#/*\\ \n\t0123456789.eEL+-,@_\xc3\xa9";
  char *const bytes = malloc(SOURCE_SIZE_MAX);
  assert_non_null(bytes);
  uint64_t random = 7;
  for (int round = 0; round < 8; round++) {
    for (size_t at = 0; at + 2 < SOURCE_SIZE_MAX; at++) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      bytes[at] = letters[(random >> 33) % (sizeof letters - 1)];
    }
    bytes[SOURCE_SIZE_MAX - 2] = '\0';
    struct config config;
    struct config_error error;
    assert_int_equal(config_load_text(bytes, &config, &error), STATUS_INVALID);
  }
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_unknown_names),
      cmocka_unit_test(test_wrong_types),
      cmocka_unit_test(test_values_out_of_range),
      cmocka_unit_test(test_groups),
      cmocka_unit_test(test_contradictions),
      cmocka_unit_test(test_broken_text),
      cmocka_unit_test(test_too_many_rules),
      cmocka_unit_test(test_too_many_detectors),
      cmocka_unit_test(test_megabytes_are_refused),
      cmocka_unit_test(test_a_megabyte_of_anything_ends_in_an_error),
      cmocka_unit_test(test_random_megabytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
