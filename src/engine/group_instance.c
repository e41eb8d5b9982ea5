#include "engine/group_instance.h"

#include "anomaly/status.h"
#include "engine/causes.h"

#include <math.h>
#include <stdlib.h>

/* ---- Making --------------------------------------------------------------- */

static void charge(struct group_instance *instance, uint64_t cost) {
  instance->charged += cost;
  atomic_fetch_add(instance->memory, cost);
}

struct group_instance *group_instance_create(const struct group_rule *rule,
                                             const struct metric_key *key,
                                             atomic_uint_fast64_t *memory,
                                             struct fitted_totals *totals) {
  struct group_instance *const instance = calloc(1, sizeof *instance);
  if (instance == NULL)
    return NULL;
  instance->rule = rule;
  instance->key = *key;
  pthread_mutex_init(&instance->lock, NULL);
  pthread_mutex_init(&instance->judging, NULL);
  instance->rows = group_rows_of(&rule->options);
  instance->learned = group_learned_of(rule, totals);
  instance->memory = memory;
  charge(instance, group_instance_base_cost(rule));
  return instance;
}

void group_instance_clear(struct group_instance *instance) {
  const uint64_t base = group_instance_base_cost(instance->rule);
  group_members_release(&instance->members);
  group_rows_release(&instance->rows);
  group_learned_forget(&instance->learned);
  atomic_fetch_sub(instance->memory, instance->charged - base);
  instance->charged = base;
}

void group_instance_destroy(struct group_instance *instance) {
  if (instance == NULL)
    return;
  group_members_release(&instance->members);
  group_rows_release(&instance->rows);
  group_learned_release(&instance->learned);
  free(instance->row);
  free(instance->kept.list);
  atomic_fetch_sub(instance->memory, instance->charged);
  pthread_mutex_destroy(&instance->judging);
  pthread_mutex_destroy(&instance->lock);
  free(instance);
}

size_t group_instance_base_cost(const struct group_rule *rule) {
  return sizeof(struct group_instance) + group_learned_base_cost(rule);
}

size_t group_instance_member_cost(const struct group_rule *rule, size_t key_length) {
  const size_t cells = 2 * (sizeof(struct group_cell) + sizeof(double));
  const size_t rows = (GROUP_CLOSED_ROWS + 1) * sizeof(double);
  return sizeof(struct group_member) + key_length + sizeof(struct group_member *) + cells + rows +
         group_learned_column_cost(rule);
}

/* ---- Members -------------------------------------------------------------- */

static bool reserve(struct group_instance *instance, uint32_t members) {
  return group_members_reserve(&instance->members, members) &&
         group_rows_reserve(&instance->rows, members);
}

static void charge_member(struct group_instance *instance, const struct group_member *member) {
  charge(instance, group_instance_member_cost(instance->rule, member->key_length));
}

static int add_member(struct group_instance *instance, const struct metric_key *key,
                      struct group_member **ret_member) {
  if (!reserve(instance, instance->members.count + 1))
    return STATUS_NO_MEMORY;
  struct group_member *const member = group_members_add(&instance->members, key);
  if (member == NULL)
    return STATUS_NO_MEMORY;
  charge_member(instance, member);
  *ret_member = member;
  return STATUS_OK;
}

static int renew_member(struct group_instance *instance, const struct metric_key *key, double clock,
                        double patience, struct group_member **ret_member) {
  const int status = group_members_renew(&instance->members, key, clock, patience, ret_member);
  if (status == STATUS_OK)
    group_rows_forget_column(&instance->rows, (*ret_member)->column);
  return status;
}

bool group_instance_has(struct group_instance *instance, const struct metric_key *key) {
  pthread_mutex_lock(&instance->lock);
  const bool has = group_members_find(&instance->members, key) != NULL;
  pthread_mutex_unlock(&instance->lock);
  return has;
}

struct group_member *group_instance_rejoin(struct group_instance *instance,
                                           const struct metric_key *key) {
  pthread_mutex_lock(&instance->lock);
  struct group_member *const member = group_members_find(&instance->members, key);
  if (member != NULL)
    group_member_hold(&instance->members, member);
  pthread_mutex_unlock(&instance->lock);
  return member;
}

int group_instance_join(struct group_instance *instance, const struct metric_key *key, double clock,
                        double patience, struct group_member **ret_member) {
  int status = STATUS_OK;
  pthread_mutex_lock(&instance->lock);
  struct group_member *member = group_members_find(&instance->members, key);
  if (member == NULL && instance->members.count < instance->rule->options.columns_max)
    status = add_member(instance, key, &member);
  else if (member == NULL)
    status = renew_member(instance, key, clock, patience, &member);
  if (status == STATUS_OK) {
    group_member_hold(&instance->members, member);
    *ret_member = member;
  }
  pthread_mutex_unlock(&instance->lock);
  return status;
}

void group_instance_leave(struct group_instance *instance, struct group_member *member,
                          double clock) {
  pthread_mutex_lock(&instance->lock);
  group_member_give(&instance->members, member, clock);
  pthread_mutex_unlock(&instance->lock);
}

/* ---- Values --------------------------------------------------------------- */

static void keep(struct group_instance *instance, struct group_member *member,
                 const struct group_value *value) {
  const struct kept_value one = {.time = value->time,
                                 .mean = value->value,
                                 .interval = (float)value->interval,
                                 .column = (uint16_t)member->column,
                                 .count = 1};
  group_kept_add(&instance->kept, &member->kept, &one, instance->rule->options.interval);
}

bool group_instance_add(struct group_instance *instance, struct group_member *member,
                        const struct group_value *value) {
  pthread_mutex_lock(&instance->lock);
  bool closed = false;
  if (instance->keeps)
    keep(instance, member, value);
  else
    closed = group_rows_add(&instance->rows, &instance->members, member, value);
  pthread_mutex_unlock(&instance->lock);
  return closed;
}

struct group_kept group_instance_take_kept(struct group_instance *instance) {
  pthread_mutex_lock(&instance->lock);
  struct group_kept kept = instance->kept;
  instance->kept = (struct group_kept){.count = 0};
  instance->keeps = false;
  pthread_mutex_unlock(&instance->lock);
  group_kept_sort(&kept);
  return kept;
}

bool group_instance_pass(struct group_instance *instance, double clock) {
  pthread_mutex_lock(&instance->lock);
  const bool closed = group_rows_pass(&instance->rows, &instance->members, clock);
  pthread_mutex_unlock(&instance->lock);
  return closed;
}

/* ---- Judging -------------------------------------------------------------- */

static bool grow_row(struct group_instance *instance, uint32_t columns) {
  if (columns <= instance->row_capacity)
    return true;
  double *const row = realloc(instance->row, columns * sizeof *row);
  if (row == NULL)
    return false;
  instance->row = row;
  instance->row_capacity = columns;
  return true;
}

/* One member is no group. */
static uint32_t columns_least(const struct group_rule *rule) {
  const uint32_t least = rule->detector != NULL ? rule->detector->columns_min : 0;
  return least > 2 ? least : 2;
}

/* Has as many columns learned, and in `row`. */
static bool grow_columns(struct group_instance *instance, uint32_t columns) {
  return grow_row(instance, columns) &&
         (columns <= group_learned_columns(&instance->learned) ||
          group_learned_grow(&instance->learned, columns) == STATUS_OK);
}

static void forget_renewed(struct group_instance *instance) {
  for (uint32_t i = 0; i < instance->members.count; i++) {
    struct group_member *const member = instance->members.list[i];
    if (member->renewed)
      group_learned_forget_column(&instance->learned, i);
    member->renewed = false;
  }
}

/*
 * Takes a row that is whole, with `lock` held, and does what was left for now; one of
 * too few columns, or that has no memory, is passed over.
 */
static bool take_row(struct group_instance *instance, const struct closed_row *row,
                     struct group_row *ret_row) {
  const uint32_t known = group_learned_columns(&instance->learned);
  const uint32_t columns = row->columns > known ? row->columns : known;
  if (instance->rows.restarted)
    group_learned_forget(&instance->learned);
  instance->rows.restarted = false;
  if (columns < columns_least(instance->rule) || !grow_columns(instance, columns))
    return false;
  for (uint32_t i = 0; i < columns; i++)
    instance->row[i] = i < row->columns ? row->value[i] : (double)NAN;
  forget_renewed(instance);
  *ret_row =
      (struct group_row){.time = row->time, .interval = row->interval, .value = instance->row};
  return true;
}

static void note_causes(struct group_instance *instance, const struct group_blame *blames,
                        size_t count, struct episode_causes *ret_causes) {
  *ret_causes = (struct episode_causes){.hosts = instance->rule->options.by == GROUP_BY_METRIC};
  pthread_mutex_lock(&instance->lock);
  for (size_t i = 0; i < count; i++) {
    const struct metric_id id = metric_identity_of(instance->members.list[blames[i].column]->key);
    if (!causes_add(ret_causes, &id, blames[i].decades))
      break;
  }
  pthread_mutex_unlock(&instance->lock);
}

bool group_instance_judge(struct group_instance *instance, struct group_judged_row *ret) {
  const struct closed_row *closed;
  struct group_row row;
  bool taken = false;
  pthread_mutex_lock(&instance->lock);
  while (!taken && (closed = group_rows_take(&instance->rows)) != NULL)
    taken = take_row(instance, closed, &row);
  pthread_mutex_unlock(&instance->lock);
  if (!taken)
    return false;
  struct group_blame blames[GROUP_BLAMES];
  const size_t count = group_learned_update(&instance->learned, &row, &ret->finding, blames);
  ret->time = row.time;
  ret->interval = row.interval;
  note_causes(instance, blames, count, &ret->causes);
  return true;
}

/* ---- Taking over ---------------------------------------------------------- */

/* What was learned of which members, up to the row at hand; when the last value came stays. */
static void swap(struct group_instance *instance, struct group_instance *other) {
  const struct group_members members = instance->members;
  const struct group_rows rows = instance->rows;
  const struct group_learned learned = instance->learned;
  const uint64_t charged = instance->charged;
  instance->members = other->members;
  instance->rows = other->rows;
  instance->rows.last_add = rows.last_add;
  instance->learned = other->learned;
  instance->charged = other->charged;
  other->members = members;
  other->rows = rows;
  other->learned = learned;
  other->charged = charged;
}

bool group_instance_adopt(struct group_instance *instance, struct group_instance *other) {
  pthread_mutex_lock(&instance->lock);
  const uint32_t known = other->members.count;
  const uint32_t both = group_members_count_both(&other->members, &instance->members);
  const bool room = both <= instance->rule->options.columns_max && reserve(other, both);
  if (room) {
    group_members_take(&other->members, &instance->members);
    swap(instance, other);
    instance->rows.late = instance->rows.restarted = false;
    for (uint32_t i = known; i < instance->members.count; i++)
      charge_member(instance, instance->members.list[i]);
  }
  pthread_mutex_unlock(&instance->lock);
  return room;
}
