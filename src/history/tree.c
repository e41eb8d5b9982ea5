#include "history/tree.h"

#include "anomaly/status.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH = 3 };

/* Where the walk is. */
struct walk {
  struct tree *tree;
  struct history_context *context;
  bool (*takes)(const char *name);
  const char *names[DEPTH]; /* of the folders above, and of the entry */
};

static bool is_folder(const char *path) {
  struct stat entry;
  return stat(path, &entry) == 0 && S_ISDIR(entry.st_mode);
}

/* One block: the path, then the three names. */
static int keep_names(struct tree_file *file, const char *path, const char *const *names) {
  size_t size = strlen(path) + 1;
  for (size_t i = 0; i < DEPTH; i++)
    size += strlen(names[i]) + 1;
  char *const block = malloc(size);
  if (block == NULL)
    return STATUS_NO_MEMORY;
  struct text text = text_over(block, size);
  const char *starts[DEPTH];
  text_add(&text, path);
  for (size_t i = 0; i < DEPTH; i++) {
    /* text_over writes its NUL at once, so each name gets a text of its own. */
    text = text_over(text.buffer + text.used + 1, text.size - text.used - 1);
    starts[i] = text.buffer;
    text_add(&text, names[i]);
  }
  *file =
      (struct tree_file){.path = block, .host = starts[0], .plugin = starts[1], .name = starts[2]};
  return STATUS_OK;
}

static int add_file(struct walk *walk, const char *path) {
  struct tree *const tree = walk->tree;
  if (!walk->takes(walk->names[DEPTH - 1])) {
    history_note(walk->context, HISTORY_FOREIGN, "%.150s", path);
    return STATUS_OK;
  }
  if (tree->count == TREE_FILES_MAX)
    return STATUS_LIMIT;
  if (tree->count == tree->room) {
    const size_t room = 2 * tree->room + 64;
    struct tree_file *const files = realloc(tree->files, room * sizeof *files);
    if (files == NULL)
      return STATUS_NO_MEMORY;
    tree->files = files;
    tree->room = room;
  }
  const int status = keep_names(&tree->files[tree->count], path, walk->names);
  tree->count += status == STATUS_OK;
  return status;
}

static int walk_folder(struct walk *walk, const char *folder, size_t depth);

static int walk_entry(struct walk *walk, const char *folder, size_t depth, const char *name) {
  char path[4096];
  struct text text = text_over(path, sizeof path);
  text_addf(&text, "%s/%s", folder, name);
  walk->names[depth] = name;
  const bool branch = is_folder(path);
  if (text.cut || branch != (depth < DEPTH - 1)) {
    history_note(walk->context, HISTORY_FOREIGN, "%.150s", path);
    return STATUS_OK;
  }
  return branch ? walk_folder(walk, path, depth + 1) : add_file(walk, path);
}

static int walk_folder(struct walk *walk, const char *folder, size_t depth) {
  DIR *const entries = opendir(folder);
  if (entries == NULL) {
    history_note(walk->context, HISTORY_UNREADABLE, "%.110s: %.40s", folder, strerror(errno));
    return depth == 0 ? STATUS_IO : STATUS_OK;
  }
  int status = STATUS_OK;
  const struct dirent *entry;
  while (status == STATUS_OK && (entry = readdir(entries)) != NULL)
    if (entry->d_name[0] != '.')
      status = walk_entry(walk, folder, depth, entry->d_name);
  closedir(entries);
  return status;
}

static int by_name(const void *left, const void *right) {
  const struct tree_file *const one = left;
  const struct tree_file *const other = right;
  int order = strcmp(one->host, other->host);
  if (order == 0)
    order = strcmp(one->plugin, other->plugin);
  return order != 0 ? order : strcmp(one->name, other->name);
}

int tree_list(struct tree *tree, struct history_context *context, const char *folder,
              bool (*takes)(const char *name)) {
  struct walk walk = {.tree = tree, .context = context, .takes = takes};
  const int status = walk_folder(&walk, folder, 0);
  if (status != STATUS_OK) {
    text_add(&context->why, status == STATUS_IO      ? strerror(errno)
                            : status == STATUS_LIMIT ? "too many files"
                                                     : status_text(status));
    return status;
  }
  if (tree->count > 0)
    qsort(tree->files, tree->count, sizeof *tree->files, by_name);
  return STATUS_OK;
}

void tree_release(struct tree *tree) {
  for (size_t i = 0; i < tree->count; i++)
    free(tree->files[i].path);
  free(tree->files);
  *tree = (struct tree){.files = NULL};
}
