#include "unit/each_model.h"

#include "unit/unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct case_of_model {
  const struct model_test *test;
  const struct model *model;
  char name[96];
};

static void run(void **state) {
  const struct case_of_model *const at = *state;
  at->test->run(at->model);
}

static bool is_chosen(const struct model *model, int names, char *const *name) {
  bool chosen = names == 0;
  for (int i = 0; i < names; i++)
    chosen = chosen || strcmp(name[i], model->name) == 0;
  return chosen;
}

static size_t add_model(const struct model *model, const struct model_test *tests, size_t count,
                        struct case_of_model *cases, struct CMUnitTest *list) {
  for (size_t i = 0; i < count; i++) {
    cases[i] = (struct case_of_model){.test = &tests[i], .model = model};
    (void)snprintf(cases[i].name, sizeof cases[i].name, "%s: %s", model->name, tests[i].name);
    list[i] = (struct CMUnitTest){cases[i].name, run, NULL, NULL, &cases[i]};
  }
  return count;
}

int run_for_each_model(const struct model_test *tests, size_t count, int names, char *const *name) {
  size_t models = 0, listed = 0;
  while (model_list[models] != NULL)
    models++;
  struct case_of_model *const cases = calloc(models * count, sizeof *cases);
  struct CMUnitTest *const list = calloc(models * count, sizeof *list);
  int failed = 1;
  if (cases != NULL && list != NULL) {
    for (size_t i = 0; i < models; i++)
      if (is_chosen(model_list[i], names, name))
        listed += add_model(model_list[i], tests, count, cases + listed, list + listed);
    failed = listed == 0 ? 1 : _cmocka_run_group_tests("models", list, listed, NULL, NULL);
  }
  free(list);
  free(cases);
  return failed;
}
