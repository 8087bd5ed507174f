/* parse.c: commands and words: see parse.h. Signs that are not built are in parse_signs.c. */
#include "parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "parse_signs.h"

struct parser {
  const char *at;
  struct command *command;
  variable_finder *find; /* NULL: only whether it makes sense is of interest */
  size_t length;         /* of command->text in use */
  size_t field;          /* where the word under way begins in it */
  bool in_field;         /* there is one, though it may be empty yet */
  bool assigning;        /* it is an assignment: not cut, no patterns */
  bool named;            /* the command's name has been: what follows is no assignment */
  bool failed;
};

size_t name_length(const char *text) {
  size_t length = 0;
  for (;; length++) {
    char byte = text[length];
    bool letter = byte == '_' || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    bool digit = byte >= '0' && byte <= '9';
    if (!letter && !(digit && length > 0)) return length;
  }
}

static void fail(struct parser *p, const char *format, ...) {
  if (p->failed) return;
  p->failed = true;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(p->command->error, ERROR_BYTES, format, arguments);
  va_end(arguments);
}

static void refuse(struct parser *p, struct sign sign) {
  if (sign.length > 0) fail(p, "'%.*s': %s", (int)sign.length, sign.text, sign.why);
}

static void put(struct parser *p, char byte) {
  if (!p->in_field) p->field = p->length;
  p->in_field = true;
  if (p->length + 1 >= WORDS_BYTES)
    fail(p, "the command is too long");
  else
    p->command->text[p->length++] = byte;
}

static void begin_field(struct parser *p) {
  if (!p->in_field) p->field = p->length;
  p->in_field = true;
}

static void end_field(struct parser *p) {
  if (!p->in_field) return;
  put(p, '\0');
  p->in_field = false;
  struct command *c = p->command;
  size_t *count = p->assigning ? &c->assignment_count : &c->word_count;
  if (*count == MOST_WORDS)
    fail(p, "the command has too many words");
  else
    (p->assigning ? c->assignments : c->words)[(*count)++] = c->text + p->field;
}

/* A variable's value outside of quotes: cut at blanks. */
static void put_fields(struct parser *p, const char *value) {
  for (; *value && !p->failed; value++) {
    if (p->assigning || !strchr(" \t\n", *value)) {
      if (!p->assigning) refuse(p, pattern_sign(value));
      put(p, *value);
    } else {
      end_field(p);
    }
  }
}

/* At a `$`. */
static void expand(struct parser *p, bool quoted) {
  char name[64];
  const char *at = p->at + 1;
  bool braces = *at == '{';
  at += braces;
  size_t length = *at == '?' || *at == '$' ? 1 : name_length(at);
  if (length == 0 || (braces && at[length] != '}')) {
    struct sign sign = dollar_sign(p->at);
    refuse(p, sign);
    if (sign.length == 0) put(p, '$');
    p->at++;
    return;
  }
  if (length >= sizeof name) fail(p, "a variable's name is too long");
  length = length < sizeof name ? length : sizeof name - 1;
  memcpy(name, at, length);
  name[length] = '\0';
  p->at = at + length + braces;
  const char *value = p->find ? p->find(name) : NULL;
  if (!value) return;
  if (!quoted) put_fields(p, value);
  while (quoted && *value && !p->failed) put(p, *value++);
}

static void take_single_quotes(struct parser *p) {
  begin_field(p);
  for (p->at++; *p->at && *p->at != '\'' && !p->failed; p->at++) put(p, *p->at);
  if (*p->at)
    p->at++;
  else
    fail(p, "a quote is not closed");
}

static void take_double_quotes(struct parser *p) {
  begin_field(p);
  p->at++;
  while (*p->at && *p->at != '"' && !p->failed) {
    if (*p->at == '$') {
      expand(p, true);
      continue;
    }
    if (*p->at == '`') refuse(p, unbuilt_sign(p->at));
    bool joined = *p->at == '\\' && p->at[1] == '\n';
    if (*p->at == '\\' && p->at[1] && strchr("$`\"\\\n", p->at[1])) p->at++;
    if (!joined) put(p, *p->at);
    p->at++;
  }
  if (*p->at)
    p->at++;
  else
    fail(p, "a quote is not closed");
}

static void take_backslash(struct parser *p) {
  p->at++;
  if (*p->at == '\n') {
    p->at++;
  } else if (*p->at) {
    put(p, *p->at++);
  } else {
    put(p, '\\');
  }
}

/* `~` or `~/` where a word or an assignment's value begins. */
static void take_tilde(struct parser *p) {
  bool home = p->at[1] == '/' || p->at[1] == '\0' || strchr(" \t\n;&", p->at[1]);
  const char *value = home && p->find ? p->find("HOME") : NULL;
  p->at++;
  if (!value) {
    put(p, '~');
    return;
  }
  begin_field(p);
  if (strcmp(value, "/") == 0 && *p->at == '/') return;
  while (*value && !p->failed) put(p, *value++);
}

static void take_word(struct parser *p) {
  const char *begin = p->at;
  size_t name = name_length(begin);
  p->assigning = !p->named && name > 0 && begin[name] == '=';
  if (!p->named && !p->assigning) refuse(p, reserved_word(begin));
  p->named |= !p->assigning;
  while (*p->at && !strchr(" \t\n;&", *p->at) && !p->failed) {
    bool value_begins = p->at == begin || (p->assigning && p->at == begin + name + 1);
    switch (*p->at) {
      case '\'':
        take_single_quotes(p);
        break;
      case '"':
        take_double_quotes(p);
        break;
      case '\\':
        take_backslash(p);
        break;
      case '$':
        expand(p, false);
        break;
      default:
        if (*p->at == '~' && value_begins) {
          take_tilde(p);
          break;
        }
        refuse(p, unbuilt_sign(p->at));
        if (!p->assigning) refuse(p, pattern_sign(p->at));
        put(p, *p->at++);
    }
  }
  end_field(p);
  p->assigning = false;
}

/* At what ends a command: `;`, `&`, a line end, the end. */
static void take_end(struct parser *p, bool empty) {
  char end = *p->at;
  struct sign twice = unbuilt_sign(p->at);
  refuse(p, twice);
  if (end == ';' && p->at[1] == ';') fail(p, "';;': there is no command between them");
  if ((end == ';' || end == '&') && empty) fail(p, "'%c': there is no command before it", end);
  p->command->background = end == '&';
  if (end) p->at++;
}

bool parse_command(const char **at, struct command *command, variable_finder *find) {
  struct parser p = {.at = *at, .command = command, .find = find};
  command->word_count = command->assignment_count = 0;
  command->error[0] = '\0';
  bool empty = true;
  for (;;) {
    p.at += strspn(p.at, " \t");
    if (*p.at == '#') p.at += strcspn(p.at, "\n");
    if (!*p.at || strchr(";&\n", *p.at) || p.failed) break;
    empty = false;
    take_word(&p);
  }
  if (!p.failed) take_end(&p, empty);
  command->words[command->word_count] = NULL;
  command->assignments[command->assignment_count] = NULL;
  *at = p.at;
  return !p.failed;
}

bool check_line(const char *line, struct command *scratch) {
  while (*line) {
    if (!parse_command(&line, scratch, NULL)) return false;
  }
  return true;
}
