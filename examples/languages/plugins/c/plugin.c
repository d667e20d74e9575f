// A plugin in C, without generated bindings: what a host calls are four exports of the contract in schema/wit/plugin.wit, with
// texts as a pointer and a length. Files and variables are those of the C library.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char *bytes;
  size_t length;
} text;

// A `result<string, string>`: 0 is `ok`.
typedef struct {
  unsigned char is_error;
  text value;
} answer;

static answer given;

// Whatever a host passes in lies in memory that it asks for here.
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t had, size_t align, size_t wanted) {
  (void)had;
  (void)align;
  if (wanted == 0) return (void *)align;
  void *bytes = realloc(old, wanted);
  if (!bytes) abort();
  return bytes;
}

static answer *give(int is_error, const char *what) {
  given.is_error = (unsigned char)is_error;
  given.value.bytes = strdup(what);
  given.value.length = strlen(what);
  return &given;
}

static int is(text name, const char *wanted) {
  return name.length == strlen(wanted) && memcmp(name.bytes, wanted, name.length) == 0;
}

// A copy that ends with a zero, as the C library wants it.
static char *ended(text from) {
  char *copy = calloc(from.length + 1, 1);
  if (!copy) abort();
  return memcpy(copy, from.bytes, from.length);
}

static answer *read_file(const char *path) {
  static char content[4096];
  FILE *file = fopen(path, "r");
  if (!file) return give(1, "cannot be read");
  content[fread(content, 1, sizeof content - 1, file)] = 0;
  fclose(file);
  return give(0, content);
}

static answer *write_file(const char *path, const char *what) {
  FILE *file = fopen(path, "w");
  if (!file) return give(1, "cannot be written");
  int went = fputs(what, file) >= 0;
  return fclose(file) == 0 && went ? give(0, "written") : give(1, "cannot be written");
}

static answer *greet(const char *name) {
  static char greeting[256];
  snprintf(greeting, sizeof greeting, "hello from C, %s", name);
  return give(0, greeting);
}

__attribute__((export_name("ambit:plugin/lifecycle@0.1.0#init"))) answer *init(char *config, size_t length) {
  (void)config;
  (void)length;
  given = (answer){0, {NULL, 0}};
  return &given;
}

__attribute__((export_name("ambit:plugin/lifecycle@0.1.0#shutdown"))) void shutdown(void) {}

__attribute__((export_name("ambit:plugin/commands@0.1.0#run"))) answer *run(
    char *name, size_t name_length, text *args, size_t count) {
  text command = {name, name_length};
  const char *first = count > 0 ? ended(args[0]) : "";
  if (is(command, "greet")) return greet(first);
  if (is(command, "read")) return read_file(first);
  if (is(command, "write") && count > 1) return write_file(first, ended(args[1]));
  if (is(command, "env")) {
    const char *value = getenv(first);
    return value ? give(0, value) : give(1, "is not set");
  }
  return give(1, "there is no such command");
}

// The answer was copied: what it took can be given back.
__attribute__((export_name("cabi_post_ambit:plugin/commands@0.1.0#run"))) void done(answer *old) {
  free(old->value.bytes);
}
