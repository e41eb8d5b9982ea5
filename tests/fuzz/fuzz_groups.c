/*
 * Damaged and forged states of a group: refused, or taken back so that the rows that
 * follow are judged within the contract of group detectors.
 *
 * Input: see forged.h; the letter is d (judged by a detector) or e (by a model).
 */
#include "anomaly/status.h"
#include "base/option.h"
#include "engine/group_instance.h"
#include "engine/group_state.h"
#include "fuzz/forged.h"

#include <math.h>
#include <stdio.h>

enum { MEMBERS = 3, ROWS = 30, MIN_SAMPLES = 20, WINDOW = 24 };
static const double BEGIN = 1700000000, STEP = 60;
static const uint64_t GROUP_SEED = UINT64_C(0x67726f75702d3121); /* of group_state.c */

static atomic_uint_fast64_t memory;
static struct fitted_totals totals;

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static struct metric_key key_of(unsigned number) {
  char name[16];
  struct metric_key key;
  snprintf(name, sizeof name, "m%u", number);
  const struct metric_id id = {{"host", "test", "", "gauge", name, "value"}};
  insist(metric_key_make(&key, &id));
  return key;
}

static const struct group_rule *rule_of(bool by_model) {
  static struct group_rule *rules[2];
  struct group_rule **const rule = &rules[by_model];
  if (*rule != NULL)
    return *rule;
  insist(group_rule_create(rule) == STATUS_OK);
  if (by_model) {
    insist(group_rule_set_model(*rule, model_find("ecod")) == STATUS_OK);
    (*rule)->stream.min_samples = MIN_SAMPLES;
    (*rule)->stream.window_size = WINDOW;
  }
  (*rule)->options.late = by_model ? LATE_WAIT : LATE_LAST;
  return *rule;
}

static struct group_instance *make(bool by_model) {
  const struct metric_key key = key_of(99);
  struct group_instance *const instance =
      group_instance_create(rule_of(by_model), &key, &memory, &totals);
  insist(instance != NULL);
  return instance;
}

static void fit(struct group_instance *instance) {
  int status = STATUS_OK;
  if (instance->rule->model != NULL)
    group_model_work(&instance->learned.model, &status);
}

static void judge(struct group_instance *instance) {
  struct group_judged_row row;
  while (group_instance_judge(instance, &row)) {
    insist(isfinite(row.finding.ratio) && row.finding.ratio >= 0);
    insist(isfinite(row.finding.surprise) && row.finding.surprise >= 0);
    insist(row.finding.kind < KINDS && row.causes.count <= EPISODE_CAUSES);
    fit(instance);
  }
}

/* Members that are known, and one that is not, where there is room. */
static void feed(struct group_instance *instance, double begin) {
  struct group_member *member[MEMBERS + 1];
  for (unsigned i = 0; i <= MEMBERS; i++) {
    const struct metric_key key = key_of(i);
    if (group_instance_join(instance, &key, 0, 1, &member[i]) != STATUS_OK)
      member[i] = NULL;
  }
  for (unsigned row = 0; row < ROWS; row++)
    for (unsigned i = 0; i <= MEMBERS; i++) {
      const struct group_value value = {.time = begin + STEP * row,
                                        .interval = STEP,
                                        .value = i + (double)(row * 7919 % 13),
                                        .clock = STEP * row};
      if (member[i] != NULL && group_instance_add(instance, member[i], &value))
        judge(instance);
    }
  for (unsigned i = 0; i <= MEMBERS; i++)
    if (member[i] != NULL)
      group_instance_leave(instance, member[i], 0);
}

static const struct honest *honest_of(bool by_model) {
  static struct honest honests[2];
  struct honest *const honest = &honests[by_model];
  if (honest->bytes != NULL)
    return honest;
  struct group_instance *const instance = make(by_model);
  void *bytes;
  feed(instance, BEGIN);
  insist(group_state_pack(instance, &bytes, &honest->size) == STATUS_OK);
  honest->bytes = bytes;
  honest->checked = honest->size - FORGED_CHECKSUM;
  honest->seed = GROUP_SEED;
  group_instance_destroy(instance);
  return honest;
}

/* Into one that is new, and by that into one that has members. */
static void use(bool by_model, const uint8_t *bytes, size_t size) {
  struct group_instance *const fresh = make(by_model), *const known = make(by_model);
  const int status = group_state_load(fresh, bytes, size);
  insist(status == STATUS_OK || fresh->members.count == 0);
  feed(known, BEGIN);
  if (status == STATUS_OK && size % 2 == 0)
    (void)group_instance_adopt(known, fresh);
  feed(known, BEGIN + 2 * ROWS * STEP);
  feed(fresh, BEGIN + 2 * ROWS * STEP);
  group_instance_destroy(fresh);
  group_instance_destroy(known);
  insist(atomic_load(&memory) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
  if (size < FORGED_HEAD)
    return 0;
  const bool by_model = input[0] % 2 == 'e' % 2;
  size_t forged;
  uint8_t *const bytes = forge(honest_of(by_model), input, size, &forged);
  use(by_model, bytes, forged);
  free(bytes);
  return 0;
}
