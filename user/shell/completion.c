/* completion.c: see completion.h. */
#include "completion.h"

#include <string.h>

/* The word that ends at the cursor. */
struct partial {
  char text[PARTIAL_BYTES];
  size_t length;
  char quote;
  bool begun, is_command;
};

static void put(struct partial *word, char byte) {
  word->begun = true;
  if (word->length + 1 < PARTIAL_BYTES) word->text[word->length++] = byte;
}

static void end_word(struct partial *word, bool ends_command) {
  bool assigns = word->begun && memchr(word->text, '=', word->length) != NULL;
  word->is_command = ends_command || (word->is_command && (!word->begun || assigns));
  word->begun = false;
  word->length = 0;
}

static void scan(const struct line_text *line, struct partial *word) {
  word->is_command = true;
  for (size_t i = 0; i < line->cursor; i++) {
    char byte = line->bytes[i];
    bool escapes = byte == '\\' && word->quote != '\'' && i + 1 < line->cursor;
    if (word->quote ? byte == word->quote : byte == '\'' || byte == '"') {
      word->quote = word->quote ? 0 : byte;
      word->begun = true;
    } else if (escapes) {
      put(word, line->bytes[++i]);
    } else if (!word->quote && strchr(" ;&", byte)) {
      end_word(word, byte != ' ');
    } else {
      put(word, byte);
    }
  }
  word->text[word->length] = '\0';
}

struct narrowing {
  struct completion *completion;
  size_t typed;
};

static void narrow(void *context, const char *name, bool is_folder) {
  struct narrowing *n = context;
  struct completion *c = n->completion;
  if (strncmp(name, c->typed, n->typed) != 0) return;
  size_t length = strlen(name);
  if (length > c->widest) c->widest = length;
  if (c->count++ == 0) {
    memcpy(c->common, name, length + 1);
    c->is_folder = is_folder;
    return;
  }
  size_t alike = 0;
  while (c->common[alike] && c->common[alike] == name[alike]) alike++;
  while (alike > 0 && ((unsigned char)c->common[alike] & 0xC0) == 0x80) alike--;
  c->common[alike] = '\0';
}

struct filter {
  const char *typed;
  size_t length;
  name_taker *take;
  void *context;
};

/* Names that a line cannot have in it are none. */
static void pass_on(void *context, const char *name, bool is_folder) {
  struct filter *f = context;
  if (strncmp(name, f->typed, f->length) != 0 || strlen(name) >= NAME_BYTES) return;
  if (f->length == 0 && name[0] == '.') return;
  for (const char *at = name; *at; at++) {
    if ((unsigned char)*at < ' ') return;
  }
  f->take(f->context, name, is_folder);
}

void completion_names(const struct completion *c, const struct name_source *names, name_taker *take,
                      void *context) {
  struct filter filter = {c->typed, strlen(c->typed), take, context};
  if (c->folder[0])
    names->in_folder(c->folder, pass_on, &filter);
  else
    names->commands(pass_on, &filter);
}

void complete(const struct line_text *text, const struct name_source *names,
              struct completion *out) {
  struct partial word = {.length = 0};
  scan(text, &word);
  memset(out, 0, sizeof *out);
  out->quote = word.quote;
  char *slash = strrchr(word.text, '/');
  char *name = slash ? slash + 1 : word.text;
  strcpy(out->typed, name);
  *name = '\0';
  if (slash && word.text[0] == '/')
    strcpy(out->folder, word.text);
  else if (slash && word.length + 1 < PARTIAL_BYTES)
    strcat(strcpy(out->folder, "/"), word.text);
  else if (!word.is_command)
    strcpy(out->folder, "/");
  struct narrowing narrowing = {out, strlen(out->typed)};
  completion_names(out, names, narrow, &narrowing);
}

static bool must_be_quoted(char byte, char quote) {
  if (quote) return quote == '"' && strchr("\"\\$`", byte) != NULL;
  return strchr(" '\"\\$#;&|<>()`*?[]{}!~", byte) != NULL;
}

void completion_rest(const struct completion *c, char *out, size_t bytes) {
  size_t length = 0, typed = strlen(c->typed);
  const char *rest = c->count > 0 && strlen(c->common) >= typed ? c->common + typed : "";
  /* In '...' nothing can stand for a quote. */
  for (; *rest && length + 4 < bytes && !(c->quote == '\'' && *rest == '\''); rest++) {
    if (must_be_quoted(*rest, c->quote)) out[length++] = '\\';
    out[length++] = *rest;
  }
  if (c->count == 1 && *rest == '\0' && length + 3 < bytes) {
    if (c->is_folder) {
      out[length++] = '/';
    } else {
      if (c->quote) out[length++] = c->quote;
      out[length++] = ' ';
    }
  }
  out[length] = '\0';
}
