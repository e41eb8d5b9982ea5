#include "engine/group_members.h"

#include "anomaly/status.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool group_members_reserve(struct group_members *members, uint32_t count) {
  if (count <= members->capacity)
    return true;
  const uint32_t capacity = count + count / 2;
  struct group_member **const list = realloc(members->list, capacity * sizeof(*list));
  if (list == NULL)
    return false;
  members->list = list;
  members->capacity = capacity;
  return true;
}

static bool has_key(const struct group_member *member, const char *key, size_t length) {
  return member->key_length == length && memcmp(member->key, key, length) == 0;
}

struct group_member *group_members_find(const struct group_members *members,
                                        const struct metric_key *key) {
  for (uint32_t i = 0; i < members->count; i++)
    if (has_key(members->list[i], key->bytes, key->length))
      return members->list[i];
  return NULL;
}

static struct group_member *member_create(const struct metric_key *key, uint32_t column) {
  struct group_member *const member = malloc(sizeof *member + key->length);
  if (member == NULL)
    return NULL;
  *member = (struct group_member){
      .column = column, .last = (double)NAN, .key_length = (uint16_t)key->length};
  memcpy(member->key, key->bytes, key->length);
  return member;
}

struct group_member *group_members_add(struct group_members *members,
                                       const struct metric_key *key) {
  struct group_member *const member = member_create(key, members->count);
  if (member != NULL)
    members->list[members->count++] = member;
  return member;
}

static struct group_member *longest_free(const struct group_members *members) {
  struct group_member *longest = NULL;
  for (uint32_t i = 0; i < members->count; i++) {
    struct group_member *const member = members->list[i];
    if (member->holders == 0 && (longest == NULL || member->free_since < longest->free_since))
      longest = member;
  }
  return longest;
}

int group_members_renew(struct group_members *members, const struct metric_key *key, double clock,
                        double patience, struct group_member **ret_member) {
  struct group_member *const old = longest_free(members);
  if (old == NULL || clock - old->free_since < patience)
    return STATUS_LIMIT;
  struct group_member *const member = member_create(key, old->column);
  if (member == NULL)
    return STATUS_NO_MEMORY;
  member->renewed = true;
  members->list[member->column] = member;
  free(old);
  *ret_member = member;
  return STATUS_OK;
}

void group_member_hold(struct group_members *members, struct group_member *member) {
  members->held += member->holders++ == 0;
}

void group_member_give(struct group_members *members, struct group_member *member, double clock) {
  if (--member->holders > 0)
    return;
  members->held--;
  member->free_since = clock;
  member->last = (double)NAN;
}

/* ---- Two lists ------------------------------------------------------------ */

/* Where the same member is in a list of which some may have been taken; `count` = nowhere. */
static uint32_t find_same(const struct group_members *members, const struct group_member *wanted) {
  uint32_t i = 0;
  while (i < members->count &&
         (members->list[i] == NULL || !has_key(members->list[i], wanted->key, wanted->key_length)))
    i++;
  return i;
}

uint32_t group_members_count_both(const struct group_members *members,
                                  const struct group_members *others) {
  uint32_t count = members->count;
  for (uint32_t i = 0; i < others->count; i++)
    count += find_same(members, others->list[i]) == members->count;
  return count;
}

/* One that is in both lists: the other's, with what is known of this one. */
static void replace(struct group_member **member, struct group_member **other) {
  (*other)->column = (*member)->column;
  (*other)->last = (*member)->last;
  (*other)->renewed = (*member)->renewed;
  free(*member);
  *member = *other;
  *other = NULL;
}

void group_members_take(struct group_members *members, struct group_members *others) {
  for (uint32_t i = 0; i < members->count; i++) {
    const uint32_t same = find_same(others, members->list[i]);
    if (same < others->count)
      replace(&members->list[i], &others->list[same]);
  }
  for (uint32_t i = 0; i < others->count; i++)
    if (others->list[i] != NULL) {
      others->list[i]->column = members->count;
      members->list[members->count++] = others->list[i];
    }
  members->held = others->held;
  others->count = others->held = 0;
}

void group_members_release(struct group_members *members) {
  for (uint32_t i = 0; i < members->count; i++)
    free(members->list[i]);
  free(members->list);
  *members = (struct group_members){.count = 0};
}
