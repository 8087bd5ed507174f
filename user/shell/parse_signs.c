/* parse_signs.c: what is refused by name: see parse_signs.h. */
#include "parse_signs.h"

#include <stdbool.h>
#include <string.h>

static const char pipes[] = "pipes are not built yet";
static const char conditions[] = "conditions are not built yet";
static const char redirection[] = "redirection is not built yet";
static const char substitution[] = "a command's output as words is not built yet";
static const char groups[] = "groups of commands are not built yet";
static const char control_flow[] = "loops and branches are not built yet";
static const char patterns[] = "patterns are not built yet; quote it to have the sign itself";
static const char arguments[] = "arguments of the shell are not built yet";
static const char braces[] = "more than ${NAME} is not built yet";

/* Longer ones first. */
static const struct sign unbuilt[] = {
    {"&&", 2, conditions}, {"||", 2, conditions},  {"|", 1, pipes},       {">>", 2, redirection},
    {">", 1, redirection}, {"<<", 2, redirection}, {"<", 1, redirection}, {"`", 1, substitution},
    {"(", 1, groups},      {")", 1, groups}};

static const struct sign dollars[] = {{"$((", 3, "arithmetic is not built yet"},
                                      {"$(", 2, substitution},
                                      {"${", 2, braces},
                                      {"$@", 2, arguments},
                                      {"$*", 2, arguments},
                                      {"$#", 2, arguments},
                                      {"$!", 2, arguments},
                                      {"$-", 2, arguments}};

static const struct sign reserved[] = {
    {"{", 1, groups},           {"}", 1, groups},           {"!", 1, conditions},
    {"if", 2, control_flow},    {"then", 4, control_flow},  {"else", 4, control_flow},
    {"elif", 4, control_flow},  {"fi", 2, control_flow},    {"do", 2, control_flow},
    {"done", 4, control_flow},  {"case", 4, control_flow},  {"esac", 4, control_flow},
    {"while", 5, control_flow}, {"until", 5, control_flow}, {"for", 3, control_flow}};

static const struct sign none;

#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct sign find(const char *text, const struct sign *table, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (strncmp(text, table[i].text, table[i].length) == 0) return table[i];
  }
  return none;
}

struct sign unbuilt_sign(const char *text) {
  return find(text, unbuilt, COUNT(unbuilt));
}

struct sign pattern_sign(const char *text) {
  bool one = *text == '*' || *text == '?';
  /* A bracket that nothing closes is itself. */
  if (*text == '[') one = text[strcspn(text, "] \t\n;&'\"\\")] == ']';
  return one ? (struct sign){text, 1, patterns} : none;
}

struct sign dollar_sign(const char *text) {
  if (text[1] >= '0' && text[1] <= '9') return (struct sign){text, 2, arguments};
  return find(text, dollars, COUNT(dollars));
}

struct sign reserved_word(const char *text) {
  size_t length = strcspn(text, " \t\n;&|<>()");
  for (size_t i = 0; i < COUNT(reserved); i++) {
    if (reserved[i].length == length && memcmp(text, reserved[i].text, length) == 0) {
      return reserved[i];
    }
  }
  return none;
}
