#include "engine/plan.h"

#include "anomaly/status.h"
#include "base/option.h"
#include "base/text.h"
#include "engine/fitted.h"
#include "engine/rule_private.h"
#include "engine/slab.h"
#include "engine/snapshot.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Bits for rules that match, for groups that it is a member of, and for the one it is of. */
enum { RULE_BYTES = RULES_MAX / 8, GROUP_BYTES = GROUPS_MAX / 8 };
enum { MASK_BYTES = RULE_BYTES + 2 * GROUP_BYTES };

/* A plan and the set of rules it comes from, as bits. */
struct entry {
  struct entry *next;
  unsigned char matching[MASK_BYTES];
  struct plan plan;
};

struct plan_book {
  pthread_mutex_t lock;
  struct rule_set *rules;
  struct rule **by_specificity; /* of the rules, the weakest first */
  struct entry *entries;
  size_t count;
};

/* The weakest first; equally specific ones stay in the order of the configuration. */
static void sort_by_specificity(struct rule **rules, size_t count) {
  for (size_t i = 1; i < count; i++) {
    struct rule *const rule = rules[i];
    size_t at = i;
    for (; at > 0 && rule_specificity(rules[at - 1]) > rule_specificity(rule); at--)
      rules[at] = rules[at - 1];
    rules[at] = rule;
  }
}

int plan_book_create(struct plan_book **ret_book, struct rule_set *rules) {
  const size_t size = rules == NULL ? 0 : rules->size;
  struct plan_book *const book = calloc(1, sizeof *book);
  struct rule **const sorted = calloc(size + 1, sizeof *sorted);
  if (book == NULL || sorted == NULL) {
    free(book);
    free(sorted);
    return STATUS_NO_MEMORY;
  }
  for (size_t i = 0; i < size; i++)
    sorted[i] = rules->rules[i];
  sort_by_specificity(sorted, size);
  *book = (struct plan_book){.rules = rules, .by_specificity = sorted};
  pthread_mutex_init(&book->lock, NULL);
  *ret_book = book;
  return STATUS_OK;
}

void plan_book_destroy(struct plan_book *book) {
  if (book == NULL)
    return;
  while (book->entries != NULL) {
    struct entry *const entry = book->entries;
    book->entries = entry->next;
    free(entry);
  }
  rule_set_destroy(book->rules);
  free(book->by_specificity);
  pthread_mutex_destroy(&book->lock);
  free(book);
}

static size_t aligned(size_t offset) {
  return (offset + SLAB_ALIGNMENT - 1) / SLAB_ALIGNMENT * SLAB_ALIGNMENT;
}

static void add_detector(struct plan *plan, const struct rule_detector *detector) {
  const size_t offset = aligned(plan->states_size);
  plan->detectors[plan->count] =
      (struct plan_detector){.detector = detector->detector,
                             .options = detector->options,
                             .offset = offset,
                             .snapshot_size = snapshot_size(detector->detector, detector->options)};
  plan->names[plan->count] = detector->detector->name;
  plan->states_size = offset + detector->detector->state_size(detector->options);
  if (detector->detector->model != NULL) {
    plan->detectors[plan->count].fitted = aligned(plan->states_size);
    plan->states_size = plan->detectors[plan->count].fitted + sizeof(struct fitted *);
    plan->fits = true;
  }
  plan->count++;
}

static bool is_set(const unsigned char *bits, size_t which) {
  return (bits[which / 8] & 1u << which % 8) != 0;
}

static void set(unsigned char *bits, size_t which) {
  bits[which / 8] |= (unsigned char)(1u << which % 8);
}

static void make_group_plan(const struct group_rule *group, struct plan *plan) {
  rule_apply(group->settings, &plan->options);
  plan->options.ignore = false;
  plan->lines = decision_lines(&plan->options);
  plan->group = group;
  const struct rule_detector watcher = {.detector = &group->watcher, .options = group->own};
  add_detector(plan, &watcher);
}

static void take_seats(const struct plan_book *book, const unsigned char *members,
                       struct plan *plan) {
  for (size_t i = 0; book->rules != NULL && i < book->rules->group_count; i++)
    if (is_set(members, i))
      plan->seat[plan->seats++] = book->rules->groups[i];
}

static const struct group_rule *own_group(const struct plan_book *book,
                                          const unsigned char *owners) {
  for (size_t i = 0; book->rules != NULL && i < book->rules->group_count; i++)
    if (is_set(owners, i))
      return book->rules->groups[i];
  return NULL;
}

static void make_plan(const struct plan_book *book, const unsigned char *matching,
                      struct plan *plan) {
  const struct rule *watching = NULL;
  const struct group_rule *const group = own_group(book, matching + RULE_BYTES + GROUP_BYTES);
  option_set_presets(rule_option_rows, &plan->options);
  if (group != NULL)
    group_rule_set_presets(&plan->options);
  for (size_t i = 0; book->rules != NULL && i < book->rules->size; i++) {
    if (!is_set(matching, i))
      continue;
    rule_apply(book->by_specificity[i], &plan->options);
    plan->rule = book->by_specificity[i];
    if (book->by_specificity[i]->detector_count > 0)
      watching = book->by_specificity[i];
  }
  if (group != NULL) {
    make_group_plan(group, plan);
    return;
  }
  plan->lines = decision_lines(&plan->options);
  if (watching == NULL || plan->options.ignore)
    return;
  plan->observed = true;
  for (size_t i = 0; i < watching->detector_count; i++)
    add_detector(plan, &watching->detectors[i]);
  take_seats(book, matching + RULE_BYTES, plan);
}

static void match_rules(const struct plan_book *book, const struct metric_id *id,
                        unsigned char *matching) {
  for (size_t i = 0; book->rules != NULL && i < book->rules->size; i++)
    if (rule_matches(book->by_specificity[i], id))
      set(matching, i);
  for (size_t i = 0; book->rules != NULL && i < book->rules->group_count; i++) {
    if (group_rule_has(book->rules->groups[i], id))
      set(matching + RULE_BYTES, i);
    if (group_rule_part(book->rules->groups[i], id) > 0)
      set(matching + RULE_BYTES + GROUP_BYTES, i);
  }
}

static const struct plan *find_or_add(struct plan_book *book, const unsigned char *matching) {
  for (const struct entry *entry = book->entries; entry != NULL; entry = entry->next)
    if (memcmp(entry->matching, matching, MASK_BYTES) == 0)
      return &entry->plan;
  struct entry *const entry = book->count < PLANS_MAX ? calloc(1, sizeof *entry) : NULL;
  if (entry == NULL)
    return NULL;
  memcpy(entry->matching, matching, MASK_BYTES);
  make_plan(book, matching, &entry->plan);
  entry->next = book->entries;
  book->entries = entry;
  book->count++;
  return &entry->plan;
}

const struct plan *plan_book_find(struct plan_book *book, const struct metric_id *id) {
  unsigned char matching[MASK_BYTES] = {0};
  match_rules(book, id, matching);
  pthread_mutex_lock(&book->lock);
  const struct plan *const plan = find_or_add(book, matching);
  pthread_mutex_unlock(&book->lock);
  return plan;
}

void plan_book_own_name(const struct plan_book *book, struct metric_name *name) {
  for (size_t i = 0; book->rules != NULL && i < book->rules->group_count; i++) {
    const struct group_rule *const group = book->rules->groups[i];
    if (group->options.by == GROUP_BY_METRIC &&
        strcmp(name->part[METRIC_PLUGIN], GROUP_PLUGIN) == 0 &&
        group_rule_part_of_name(group, name->part[METRIC_PLUGIN_INSTANCE]) > 0)
      text_copy(name->part[METRIC_HOST], METRIC_PART_SIZE, group->name);
  }
}
