/* main.c: the shell. As the first process it does what /boot/init.cmd says: `shell` and it talks
 * to whoever sits at the console; `commands` and it runs the lines after that, then ends. With
 * `-c COMMANDS` it runs those. Its exit status is that of the last command. */
#include <fcntl.h>
#include <unistd.h>

#include "../tool.h"
#include "mobius.h"
#include "shell.h"
#include "variables.h"

static char script_line[4 * LINE_BYTES]; /* files may have long ones */

/* Whether the next line belongs to it: an odd number of backslashes is at its end. */
static bool goes_on(const char *line, size_t length) {
  size_t begin = length;
  while (begin > 0 && line[begin - 1] == '\\') begin--;
  return (length - begin) % 2 == 1;
}

/* A line from `descriptor`, a byte at a time: what follows is for the commands to read. */
static bool read_line(int descriptor) {
  size_t length = 0;
  char byte;
  ssize_t count;
  while ((count = read(descriptor, &byte, 1)) == 1) {
    if (byte == '\n' && !goes_on(script_line, length)) break;
    if (byte != '\r' && length < sizeof script_line) script_line[length++] = byte;
  }
  if (length == sizeof script_line) {
    fprintf(stderr, "shell: a line is too long\n");
    exit(2);
  }
  script_line[length] = '\0';
  return count == 1 || length > 0;
}

static int run_lines_of(int descriptor) {
  while (read_line(descriptor)) run_line(script_line);
  return last_status;
}

/* The first lines of /boot/init.cmd: the kernel has done what they say. */
static bool is_for_the_kernel(const char *line) { return strncmp(line, "env ", 4) == 0; }

/* A line, and those that it goes on in. */
static void run_typed(char line[LINE_BYTES]) {
  size_t length = 0;
  for (;;) {
    size_t more = strlen(line);
    if (length + more + 2 > sizeof script_line) {
      fprintf(stderr, "shell: the line is too long; nothing of it has run\n");
      return;
    }
    memcpy(script_line + length, line, more + 1);
    length += more;
    if (!goes_on(script_line, length) || !edit_line("> ", line)) break;
    script_line[length++] = '\n';
  }
  run_line(script_line);
}

static int talk(void) {
  static char line[LINE_BYTES];
  printf("Mobius. Type help for help.\n");
  for (;;) {
    report_ended_jobs();
    fflush(stdout);
    if (!edit_line("mobius> ", line)) break;
    run_typed(line);
  }
  printf("\n");
  return last_status;
}

/* A console that is raw before anybody made it so is a pipe: nothing to echo, nothing to edit. */
static bool somebody_is_there(void) {
  uint32_t mode;
  if (!ConsoleMode(1, CONSOLE_RAW, &mode)) return false;
  ConsoleMode(1, mode, NULL);
  return mode == CONSOLE_COOKED;
}

static const struct tool about = {
    "shell", "[-c COMMANDS]",
    "Runs commands: those given with -c, or else what is typed or comes in.\n"
    "The command help tells of them.",
    "-c "};

int main(int argc, char **argv) {
  static char output_buffer[512];
  setvbuf(stdout, output_buffer, _IOLBF, sizeof output_buffer);
  if (!variables_import(&shell_variables, environ)) {
    fprintf(stderr, "shell: no room for all variables\n");
  }
  tool_start(&about, argc, argv);
  if (argc == 3) return run_line(argv[2]);
  if (argc != 1) tool_misused("-c and the commands, or nothing");
  if (getpid() == 1) {
    int commands = open("/boot/init.cmd", O_RDONLY);
    bool more = commands >= 0 && read_line(commands);
    while (more && is_for_the_kernel(script_line)) more = read_line(commands);
    if (more && strcmp(script_line, "commands") == 0) return run_lines_of(commands);
    if (commands >= 0) close(commands);
  }
  interactive = somebody_is_there();
  return interactive ? talk() : run_lines_of(0);
}
