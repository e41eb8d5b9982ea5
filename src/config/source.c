#include "config/source.h"

#include "anomaly/status.h"
#include "config/error.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 512, WHOLE_NUMBER_DIGITS = 18, WORD_DIGITS = 9 };

/* A file, or the text itself, on its way into the source. */
struct expansion {
  struct source *source;
  struct config_error *error;
  const char *file;   /* name */
  const char *at;     /* what is left of its content */
  unsigned line;      /* of `at` */
  unsigned includes;  /* files that are being included */
  unsigned nesting;   /* open ( { [ */
  bool is_line_start; /* nothing but blanks before `at` on its line */
  bool is_text;       /* of no file */
};

static int expand_file(struct source *source, const char *path, const struct expansion *parent,
                       struct config_error *error);

static int fail(const struct expansion *expansion, const char *message) {
  return config_fail(expansion->error, STATUS_INVALID, expansion->file, expansion->line, "%s",
                     message);
}

static int fail_memory(const struct expansion *expansion) {
  return config_fail(expansion->error, STATUS_NO_MEMORY, expansion->file, 0, "out of memory");
}

/* Makes room for `size` bytes more and the final NUL. */
static bool reserve(struct source *source, size_t size) {
  const size_t needed = source->size + size + 1;
  if (needed <= source->capacity)
    return true;
  const size_t capacity = needed < 4096 ? 8192 : 2 * needed;
  char *const text = realloc(source->text, capacity);
  if (text == NULL)
    return false;
  source->text = text;
  source->capacity = capacity;
  return true;
}

static int append(struct expansion *expansion, const char *bytes, size_t size) {
  struct source *const source = expansion->source;
  if (source->size + size > SOURCE_SIZE_MAX)
    return fail(expansion, "the configuration is larger than 1 MiB");
  if (!reserve(source, size))
    return fail_memory(expansion);
  for (size_t i = 0; i < size; i++)
    source->lines += bytes[i] == '\n';
  memcpy(source->text + source->size, bytes, size);
  source->size += size;
  source->text[source->size] = '\0';
  return STATUS_OK;
}

/* Takes the next `size` bytes over as they are. */
static int take(struct expansion *expansion, size_t size) {
  const int status = append(expansion, expansion->at, size);
  if (status != STATUS_OK)
    return status;
  for (size_t i = 0; i < size; i++)
    expansion->line += expansion->at[i] == '\n';
  expansion->at += size;
  return STATUS_OK;
}

static void begin_piece(const struct expansion *expansion) {
  struct source *const source = expansion->source;
  source->pieces[source->piece_count++] = (struct source_piece){
      .start = source->lines + 1, .line = expansion->line, .file = expansion->file};
}

static int take_comment(struct expansion *expansion) {
  if (strncmp(expansion->at, "/*", 2) != 0)
    return take(expansion, strcspn(expansion->at, "\n"));
  const char *const end = strstr(expansion->at + 2, "*/");
  if (end == NULL)
    return fail(expansion, "the comment that begins here has no end: */ is missing");
  return take(expansion, (size_t)(end + 2 - expansion->at));
}

static int take_quoted(struct expansion *expansion) {
  const char *end = expansion->at + 1;
  while (*end != '"' && *end != '\0')
    end += end[0] == '\\' && end[1] != '\0' ? 2 : 1;
  if (*end == '\0')
    return fail(expansion, "the text that begins here has no closing quote");
  return take(expansion, (size_t)(end + 1 - expansion->at));
}

/* A name or a number; a large whole number gets the L that libconfig wants. */
static int take_word(struct expansion *expansion) {
  const char *const word = expansion->at;
  const size_t length =
      strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
  const size_t digits = strspn(word, "0123456789");
  const size_t suffix = strspn(word + digits, "L");
  const bool is_whole = digits > 0 && digits + suffix == length;
  if (digits == 1 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X'))
    return fail(expansion, "numbers are written in decimal");
  if (is_whole && digits > WHOLE_NUMBER_DIGITS)
    return fail(expansion, "this number has too many digits");
  const int status = take(expansion, length);
  if (status != STATUS_OK || !is_whole || suffix > 0 || digits <= WORD_DIGITS)
    return status;
  return append(expansion, "L", 1);
}

static int take_bracket(struct expansion *expansion) {
  if (strchr("({[", *expansion->at) != NULL)
    expansion->nesting++;
  else if (expansion->nesting > 0)
    expansion->nesting--;
  if (expansion->nesting > SOURCE_NESTING_MAX)
    return fail(expansion, "brackets are nested too deeply");
  return take(expansion, 1);
}

/* What @include names, seen from the file that has the line. */
static int read_include_path(struct expansion *expansion, char *ret_path) {
  static const char usage[] = "write @include \"FILE\" on a line of its own";
  const char *const blanks = expansion->at + strlen("@include");
  const char *const quote = blanks + strspn(blanks, " \t");
  if (strncmp(expansion->at, "@include", strlen("@include")) != 0 || !expansion->is_line_start ||
      quote == blanks || *quote != '"')
    return fail(expansion, usage);
  const size_t length = strcspn(quote + 1, "\"\\\n");
  if (length == 0 || quote[1 + length] != '"')
    return fail(expansion, usage);
  const char *const slash = strrchr(expansion->file, '/');
  const bool is_relative = quote[1] != '/' && slash != NULL;
  struct text path = text_over(ret_path, PATH_SIZE);
  if (is_relative)
    text_addf(&path, "%.*s", (int)(slash + 1 - expansion->file), expansion->file);
  text_addf(&path, "%.*s", (int)length, quote + 1);
  if (path.cut)
    return fail(expansion, "the path of the file is too long");
  expansion->at = quote + 1 + length + 1;
  return STATUS_OK;
}

static int take_include(struct expansion *expansion) {
  char path[PATH_SIZE];
  if (expansion->is_text)
    return fail(expansion, "@include works in files only");
  int status = read_include_path(expansion, path);
  if (status == STATUS_OK)
    status = expand_file(expansion->source, path, expansion, expansion->error);
  if (status == STATUS_OK)
    begin_piece(expansion);
  return status;
}

static int take_next(struct expansion *expansion) {
  const char next = *expansion->at;
  const bool was_line_start = expansion->is_line_start;
  if (next == '@')
    return take_include(expansion);
  expansion->is_line_start = next == '\n' || (was_line_start && (next == ' ' || next == '\t'));
  if (next == '#' ||
      (next == '/' && strchr("/*", expansion->at[1]) != NULL && expansion->at[1] != '\0'))
    return take_comment(expansion);
  if (next == '"')
    return take_quoted(expansion);
  if (strchr("(){}[]", next) != NULL)
    return take_bracket(expansion);
  if ((next >= '0' && next <= '9') || (next >= 'a' && next <= 'z') ||
      (next >= 'A' && next <= 'Z') || next == '_' || next == '.')
    return take_word(expansion);
  return take(expansion, 1);
}

/* libconfig knows a line comment by its line's end, which the last line may lack. */
static int end_line(struct expansion *expansion) {
  const struct source *const source = expansion->source;
  if (source->size > 0 && source->text[source->size - 1] == '\n')
    return STATUS_OK;
  return append(expansion, "\n", 1);
}

static int expand(struct expansion *expansion, const char *content) {
  expansion->at = content;
  expansion->line = 1;
  expansion->is_line_start = true;
  begin_piece(expansion);
  const unsigned nesting = expansion->nesting;
  while (*expansion->at != '\0') {
    const int status = take_next(expansion);
    if (status != STATUS_OK)
      return status;
  }
  if (expansion->includes > 0 && expansion->nesting != nesting)
    return fail(expansion, "brackets are open at the end of the included file");
  return end_line(expansion);
}

/* The bytes of a stream, NUL-terminated; NULL and errno where that fails. */
static char *read_stream(FILE *stream, size_t *ret_size) {
  char *const content = malloc(SOURCE_SIZE_MAX + 2);
  if (content == NULL)
    return NULL;
  const size_t size = fread(content, 1, SOURCE_SIZE_MAX + 1, stream);
  if (ferror(stream)) {
    const int reason = errno;
    free(content);
    errno = reason;
    return NULL;
  }
  content[size] = '\0';
  *ret_size = size;
  return content;
}

static char *read_content(const char *path, size_t *ret_size) {
  FILE *const stream = fopen(path, "re");
  if (stream == NULL)
    return NULL;
  char *const content = read_stream(stream, ret_size);
  const int reason = errno;
  fclose(stream);
  errno = reason;
  return content;
}

/* An error of a file that is included is told at the line that includes it. */
static int fail_to_read(const char *path, const struct expansion *parent,
                        struct config_error *error) {
  const int reason = errno;
  char words[128];
  const char *const phrase = strerror_r(reason, words, sizeof words);
  const int status = reason == ENOMEM ? STATUS_NO_MEMORY : STATUS_IO;
  if (parent == NULL)
    config_fail(error, status, path, 0, "cannot be read: %s", phrase);
  else
    config_fail(error, status, parent->file, parent->line, "cannot read \"%s\": %s", path, phrase);
  errno = reason;
  return status;
}

static char *keep_name(struct source *source, const char *name) {
  char *const copy = text_duplicate(name);
  if (copy != NULL)
    source->files[source->file_count++] = copy;
  return copy;
}

static int expand_content(struct expansion *expansion, const char *path, const char *content,
                          size_t size) {
  expansion->file = keep_name(expansion->source, path);
  if (expansion->file == NULL) {
    expansion->file = path;
    return fail_memory(expansion);
  }
  if (size > SOURCE_SIZE_MAX)
    return fail(expansion, "the configuration is larger than 1 MiB");
  if (strlen(content) != size)
    return fail(expansion, "this is no text: it has a zero byte");
  return expand(expansion, content);
}

static int expand_file(struct source *source, const char *path, const struct expansion *parent,
                       struct config_error *error) {
  if (parent != NULL &&
      (parent->includes >= SOURCE_INCLUDES_MAX || source->file_count >= SOURCE_FILES_MAX))
    return fail(parent, "too many files are included; perhaps a file includes itself");
  size_t size = 0;
  char *const content = read_content(path, &size);
  if (content == NULL)
    return fail_to_read(path, parent, error);
  struct expansion expansion = {.source = source,
                                .error = error,
                                .includes = parent == NULL ? 0 : parent->includes + 1,
                                .nesting = parent == NULL ? 0 : parent->nesting};
  const int status = expand_content(&expansion, path, content, size);
  free(content);
  return status;
}

int source_read_file(struct source *source, const char *path, struct config_error *ret_error) {
  *source = (struct source){.text = NULL};
  const int status = expand_file(source, path, NULL, ret_error);
  if (status != STATUS_OK) {
    const int reason = errno;
    source_release(source);
    errno = reason;
  }
  return status;
}

int source_read_text(struct source *source, const char *name, const char *text,
                     struct config_error *ret_error) {
  *source = (struct source){.text = NULL};
  struct expansion expansion = {.source = source, .error = ret_error, .is_text = true};
  const int status = expand_content(&expansion, name, text, strlen(text));
  if (status != STATUS_OK)
    source_release(source);
  return status;
}

void source_release(struct source *source) {
  for (size_t i = 0; i < source->file_count; i++)
    free(source->files[i]);
  free(source->text);
  *source = (struct source){.text = NULL};
}

void source_locate(const struct source *source, unsigned line, const char **ret_file,
                   unsigned *ret_line) {
  if (line > source->lines)
    line = source->lines;
  const struct source_piece *piece = &source->pieces[0];
  for (size_t i = 1; i < source->piece_count && source->pieces[i].start <= line; i++)
    piece = &source->pieces[i];
  *ret_file = piece->file;
  *ret_line = piece->line + (line - piece->start);
}
