/* endings.cpp: how threads and processes end. Without an argument it makes its checks, and starts
 * itself for each way in which a whole process ends; what those say is looked at by the test. */
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "check.h"

extern "C" char **environ;

namespace {

struct Speaks {
  const char *name;
  bool used = false;
  explicit Speaks(const char *what) : name(what) {}
  ~Speaks() { printf("%s;", name); }
};

Speaks of_the_program("static");
thread_local Speaks first("first"), second("second");

pthread_t main_thread;

void *says_done(void *) {
  while (pthread_join(main_thread, nullptr) != 0) ThrYield();
  printf("thread;");
  return nullptr;
}

void handler() { printf("handler;"); }

void buffer_all() {
  static char buffer[4096];
  setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
  main_thread = pthread_self();
}

pthread_t start(void *(*function)(void *), void *argument = nullptr) {
  pthread_t thread;
  if (pthread_create(&thread, nullptr, function, argument)) die("pthread_create");
  return thread;
}

/* The thread that is left ends the process. */
int last_thread() {
  buffer_all();
  atexit(handler);
  start(says_done);
  printf("main;");
  pthread_exit(nullptr);
}

int alone() {
  buffer_all();
  atexit(handler);
  printf("main;");
  pthread_exit(nullptr);
}

void *joins_main(void *) {
  void *result = nullptr;
  int error = pthread_join(main_thread, &result);
  exit(error == 0 && result == (void *)77 ? 7 : 1);
}

int joined() {
  main_thread = pthread_self();
  start(joins_main);
  pthread_exit((void *)77);
}

void *uses_locals(void *) {
  first.used = second.used = true;
  printf("thread;");
  return nullptr;
}

int locals() {
  buffer_all();
  atexit(handler);
  pthread_join(start(uses_locals), nullptr);
  second.used = true;
  printf("main;");
  return 0;
}

/* A handler may wait for a thread that registers one. */
void *registers(void *) {
  atexit(handler);
  return nullptr;
}

void waits() { pthread_join(start(registers), nullptr); }

int handlers() {
  buffer_all();
  for (int i = 0; i < 70; i++) atexit(handler);
  atexit(waits);
  return 0;
}

int range() {
  std::vector<int> three(3);
  return three.at(5);
}

/* For the others: a thread is asleep in getchar(), which holds the lock of stdin. */
void *reads(void *) {
  getchar();
  return nullptr;
}

void start_reader() {
  start(reads);
  while (ftrylockfile(stdin) == 0) {
    funlockfile(stdin);
    ThrYield();
  }
}

int reading_return() {
  start_reader();
  printf("returns without a line's end");
  return 0;
}

int reading_exit() {
  start_reader();
  printf("exits without a line's end");
  exit(0);
}

int reading_flush() {
  start_reader();
  printf("flushed");
  fflush(nullptr);
  _exit(0);
}

int reading_file() {
  char line[20] = "";
  start_reader();
  FILE *file = fopen("/boot/init.cmd", "r");
  bool ok = file && fgets(line, sizeof line, file);
  if (file) fclose(file);
  printf("read a file: %d", ok);
  fflush(stdout);
  _exit(0);
}

const struct Ending {
  const char *name;
  int (*function)();
  int status;     /* as waitpid has it */
  bool by_itself; /* or only the test starts it */
} endings[] = {
    {"last_thread", last_thread, 0, true},
    {"alone", alone, 0, true},
    {"joined", joined, 7 << 8, true},
    {"locals", locals, 0, true},
    {"handlers", handlers, 0, true},
    {"range", range, 134 << 8, true},
    {"reading_return", reading_return, 0, false},
    {"reading_exit", reading_exit, 0, false},
    {"reading_flush", reading_flush, 0, false},
    {"reading_file", reading_file, 0, false},
};

void check_ending(const Ending &ending) {
  char *arguments[] = {(char *)"endings", (char *)ending.name, nullptr};
  pid_t child;
  int status = -1;
  char name[60];
  snprintf(name, sizeof name, "a_process_ends_by_%s", ending.name);
  printf("now %s: ", ending.name);
  fflush(stdout);
  if (posix_spawn(&child, "/run/endings.exe", nullptr, nullptr, arguments, environ)) die("spawn");
  waitpid(child, &status, 0);
  printf("\n");
  if (status != ending.status) printf("status %x\n", status);
  CHECK(name, status == ending.status);
}

void *gives_back(void *argument) { return argument; }

void *detaches_itself(void *) { return (void *)(intptr_t)pthread_detach(pthread_self()); }

void join_and_detach() {
  void *result = nullptr;
  pthread_t thread = start(gives_back, (void *)5);
  CHECK("join_gives_the_result", pthread_join(thread, &result) == 0 && result == (void *)5);
  CHECK("join_after_join_is_ESRCH", pthread_join(thread, nullptr) == ESRCH);
  CHECK("detach_after_join_is_ESRCH", pthread_detach(thread) == ESRCH);
  CHECK("join_of_oneself_is_EDEADLK", pthread_join(pthread_self(), nullptr) == EDEADLK);
  pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&held);
  thread = start(
      [](void *mutex) -> void * {
        pthread_mutex_lock((pthread_mutex_t *)mutex);
        pthread_mutex_unlock((pthread_mutex_t *)mutex);
        return nullptr;
      },
      &held);
  CHECK("detach", pthread_detach(thread) == 0);
  CHECK("detach_after_detach_is_EINVAL", pthread_detach(thread) == EINVAL);
  CHECK("join_after_detach_is_EINVAL", pthread_join(thread, nullptr) == EINVAL);
  pthread_mutex_unlock(&held);
  bool ok = true;
  for (int i = 0; i < 300; i++) {
    thread = start(i % 3 ? gives_back : detaches_itself);
    if (i % 3 == 1) EXPECT(ok, pthread_detach(thread) == 0);
    if (i % 3 == 2) EXPECT(ok, pthread_join(thread, nullptr) == 0);
  }
  CHECK("threads_that_end_in_every_way", ok);
}

}  // namespace

int main(int argc, char **argv) {
  for (const Ending &ending : endings) {
    if (argc > 1 && strcmp(argv[1], ending.name) == 0) return ending.function();
    if (argc == 1 && ending.by_itself) check_ending(ending);
  }
  if (argc > 1) {
    for (int i = 0; i < 3; i++) printf("%d", isatty(i));
    printf("\n");
    return 0;
  }
  join_and_detach();
  return finish();
}
