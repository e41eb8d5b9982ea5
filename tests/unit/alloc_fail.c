#include "unit/alloc_fail.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **memory, size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size);

static _Thread_local unsigned fail_at;
static _Thread_local unsigned allocations;
static _Thread_local unsigned failures; /* at most */
static _Thread_local void (*called)(void *context);
static _Thread_local void *called_with;

void alloc_fail_at(unsigned n) {
  allocations = 0;
  fail_at = n;
  failures = UINT_MAX - n;
  called = NULL;
}

void alloc_fail_once_at(unsigned n) {
  alloc_fail_at(n);
  failures = 1;
}

void alloc_call_at(unsigned n, void (*call)(void *context), void *context) {
  alloc_fail_at(n);
  failures = 0;
  called = call;
  called_with = context;
}

bool alloc_has_failed(void) { return fail_at > 0 && allocations >= fail_at; }

static bool fails(void) {
  if (fail_at == 0 || ++allocations < fail_at)
    return false;
  if (called != NULL && allocations == fail_at)
    called(called_with);
  return allocations - fail_at < failures;
}

void *__wrap_malloc(size_t size) { return fails() ? NULL : __real_malloc(size); }

void *__wrap_calloc(size_t count, size_t size) {
  return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
  return fails() ? NULL : __real_realloc(memory, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size) {
  return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

int __wrap_posix_memalign(void **memory, size_t alignment, size_t size) {
  return fails() ? ENOMEM : __real_posix_memalign(memory, alignment, size);
}
