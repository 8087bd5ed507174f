/* sleep.c: waits. */
#include "mobius.h"
#include "tool.h"

static const struct tool about = {
    "sleep", "SECONDS", "Waits so long; the number may have a fraction, as in 0.25.", NULL};

/* In nanoseconds: up to nine digits before the point and nine behind it. */
static uint64_t duration(const char *text) {
  static const char refused[] = "not a number of seconds, such as 3 or 0.25";
  char whole[10] = "", fraction[10] = "000000000";
  size_t digits = strspn(text, "0123456789");
  const char *rest = text + digits;
  if (digits >= sizeof whole) tool_refuse(text, refused);
  memcpy(whole, text, digits);
  if (*rest == '.') {
    size_t count = strspn(++rest, "0123456789");
    digits += count;
    memcpy(fraction, rest, count < 9 ? count : 9);
    rest += count;
  }
  if (digits == 0 || *rest) tool_refuse(text, refused);
  return strtoull(whole, NULL, 10) * 1000000000u + strtoull(fraction, NULL, 10);
}

int main(int argc, char **argv) {
  tool_start(&about, argc, argv);
  if (argc != 2) tool_misused("how long?");
  return ThrSleep(duration(argv[1])) ? 0 : tool_failed("interrupted");
}
