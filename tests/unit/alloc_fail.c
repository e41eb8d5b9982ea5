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

void alloc_fail_at(unsigned n) {
  allocations = 0;
  fail_at = n;
  failures = UINT_MAX - n;
}

void alloc_fail_once_at(unsigned n) {
  alloc_fail_at(n);
  failures = 1;
}

bool alloc_has_failed(void) { return fail_at > 0 && allocations >= fail_at; }

static bool fails(void) {
  return fail_at > 0 && ++allocations >= fail_at && allocations - fail_at < failures;
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
