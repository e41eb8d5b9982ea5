/*
 * Drives a fuzz target without libFuzzer, as a test that speaks TAP: the seeds
 * of its corpus as they are, then seeded mutations of them, the same each time.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MUTATIONS = 4000, INPUT_MAX = 64 * 1024, SEEDS_MAX = 256 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct seed {
  uint8_t *bytes;
  size_t size;
};

struct corpus {
  struct seed seeds[SEEDS_MAX];
  size_t count;
};

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t *state) {
  uint64_t mixed = *state += 0x9e3779b97f4a7c15U;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31);
}

static size_t random_below(uint64_t *state, size_t bound) {
  return bound == 0 ? 0 : (size_t)(next_random(state) % bound);
}

static void read_seed(struct corpus *corpus, const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    return;
  uint8_t *bytes = malloc(INPUT_MAX);
  if (bytes != NULL) {
    corpus->seeds[corpus->count++] =
        (struct seed){.bytes = bytes, .size = fread(bytes, 1, INPUT_MAX, file)};
  }
  fclose(file);
}

static void read_corpus(struct corpus *corpus, const char *folder) {
  struct dirent **entries = NULL;
  const int found = scandir(folder, &entries, NULL, alphasort);
  for (int i = 0; i < found; i++) {
    char path[8192];
    const int length = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
    if (entries[i]->d_name[0] != '.' && length < (int)sizeof path && corpus->count < SEEDS_MAX)
      read_seed(corpus, path);
    free(entries[i]);
  }
  free(entries);
}

static void release_corpus(struct corpus *corpus) {
  for (size_t i = 0; i < corpus->count; i++)
    free(corpus->seeds[i].bytes);
}

/* Copies a random part of a random seed to a random place. */
static size_t splice(const struct corpus *corpus, uint8_t *input, size_t size, uint64_t *state) {
  const struct seed *other = &corpus->seeds[random_below(state, corpus->count)];
  const size_t from = random_below(state, other->size);
  const size_t to = random_below(state, size + 1);
  size_t length = random_below(state, other->size - from + 1);
  if (length > INPUT_MAX - to)
    length = INPUT_MAX - to;
  if (length > 0)
    memcpy(input + to, other->bytes + from, length);
  return to + length > size ? to + length : size;
}

static size_t mutate_once(const struct corpus *corpus, uint8_t *input, size_t size,
                          uint64_t *state) {
  static const uint8_t telling[] = {0, '\n', '"', ',', '-', '9', 'e', 0x7f, 0x80, 0xff};
  const size_t place = random_below(state, size);
  switch (random_below(state, 5)) {
  case 0:
    if (size > 0)
      input[place] ^= (uint8_t)(1U << random_below(state, 8));
    return size;
  case 1:
    if (size > 0)
      input[place] = telling[random_below(state, sizeof telling)];
    return size;
  case 2:
    return place;
  case 3:
    if (size == 0)
      return 0;
    memmove(input + place, input + place + 1, size - place - 1);
    return size - 1;
  default:
    return splice(corpus, input, size, state);
  }
}

/* The target gets its own allocation, so that a sanitizer sees a byte too far. */
static bool run_target(const uint8_t *input, size_t size) {
  uint8_t *copy = malloc(size == 0 ? 1 : size);
  if (copy == NULL)
    return false;
  if (size > 0)
    memcpy(copy, input, size);
  LLVMFuzzerTestOneInput(copy, size);
  free(copy);
  return true;
}

static bool run_mutations(const struct corpus *corpus) {
  uint8_t *input = malloc(INPUT_MAX);
  uint64_t state = 1;
  bool ran = input != NULL;
  for (int round = 0; ran && round < MUTATIONS; round++) {
    const struct seed *seed = &corpus->seeds[random_below(&state, corpus->count)];
    size_t size = seed->size;
    if (size > 0)
      memcpy(input, seed->bytes, size);
    for (size_t left = 1 + random_below(&state, 6); left > 0; left--)
      size = mutate_once(corpus, input, size, &state);
    ran = run_target(input, size);
  }
  free(input);
  return ran;
}

static bool run_seeds(const struct corpus *corpus) {
  bool ran = corpus->count > 0;
  for (size_t i = 0; ran && i < corpus->count; i++)
    ran = run_target(corpus->seeds[i].bytes, corpus->seeds[i].size);
  return ran;
}

static const char *target_name(const char *program) {
  const char *found = strstr(program, "fuzz_");
  for (const char *next = found; next != NULL; next = strstr(next + 1, "fuzz_"))
    found = next;
  return found == NULL ? "" : found + strlen("fuzz_");
}

static void report(int number, bool passed, const char *what, size_t count) {
  printf("%sok %d - %s (%zu)\n", passed ? "" : "not ", number, what, count);
}

int main(int argc, char **argv) {
  const char *srcdir = getenv("ANOMALY_SRCDIR");
  char folder[4096];
  const int length = snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/%s",
                              srcdir == NULL ? "." : srcdir, target_name(argv[0]));
  if (argc > 2 || length >= (int)sizeof folder)
    return 2;
  struct corpus corpus = {.count = 0};
  read_corpus(&corpus, argc == 2 ? argv[1] : folder);
  printf("1..2\n");
  const bool seeds_ran = run_seeds(&corpus);
  report(1, seeds_ran, "seeds of the corpus", corpus.count);
  report(2, seeds_ran && run_mutations(&corpus), "seeded mutations", MUTATIONS);
  release_corpus(&corpus);
  return 0;
}
