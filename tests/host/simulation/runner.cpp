// Lives in processes of their own (runner.h).
#include "simulation/runner.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "simulation/shrink.h"

namespace mobius::simulation {

namespace {

constexpr unsigned kSecondsALife = 30;

World* running = nullptr;

// Shared with the process that lives.
struct Progress {
  uint64_t seed, done, hash;
  Counts counts;
};

void last_words(int signal) {
  if (signal == SIGALRM) std::fputs("wrong: it does not end\n", stderr);
  if (running != nullptr) running->setting.log.print_last();
  std::fflush(stderr);
  _exit(1);
}

// What a child does: its stderr goes to `out`, its death is told.
void become_child(int out) {
  dup2(out, STDERR_FILENO);
  for (int dying : {SIGABRT, SIGALRM, SIGSEGV}) std::signal(dying, last_words);
}

std::string read_all(int in) {
  std::string text;
  char part[4096];
  for (ssize_t got; (got = read(in, part, sizeof part)) > 0;) text.append(part, got);
  return text;
}

// Runs `body` in a child; empty where it ends well, otherwise what it said.
template <typename F>
std::string in_child(F&& body) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    become_child(ends[1]);
    body();
    std::fflush(nullptr);
    _exit(0);
  }
  close(ends[1]);
  std::string said = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return said.empty() ? "it ended without a word" : said;
}

Plan plan_for(uint64_t seed, const Wanted& wanted) {
  Plan plan = plan_of(seed);
  if (wanted.faults) plan.faults = *wanted.faults;
  plan.without = wanted.without;
  return plan;
}

void live_all(const Wanted& wanted, Progress& progress) {
  for (; progress.seed < wanted.first + wanted.seeds; ++progress.seed) {
    alarm(kSecondsALife);
    const uint64_t hash = run_life(plan_for(progress.seed, wanted), progress.counts);
    progress.hash = (progress.hash ^ hash) * 0x100000001B3u;
    ++progress.done;
    if (wanted.progress && progress.done % 10 == 0) {
      std::printf("%llu seeds\n", (unsigned long long)progress.done);
      std::fflush(stdout);
    }
  }
}

std::string story_of(uint64_t seed, const Wanted& wanted) {
  auto fails = [](const Plan& plan) {
    return in_child([&] {
      alarm(kSecondsALife);
      Counts counts;
      (void)run_life(plan, counts);
    });
  };
  Plan plan = shrink(plan_for(seed, wanted), fails, wanted.shrink_runs);
  plan.tell = true;
  return "seed " + std::to_string(seed) + " (" + std::string(name_of(plan.faults)) + "):\n" +
         fails(plan);
}

}  // namespace

uint64_t run_life(const Plan& plan, Counts& counts) {
  World world(plan);
  running = &world;
  world.run();
  running = nullptr;
  counts.add(world.setting.counts);
  return world.setting.log.hash();
}

Summary run_seeds(const Wanted& wanted) {
  void* const shared = mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto& progress = *new (shared) Progress{wanted.first, 0, 0, {}};
  Summary summary;
  while (progress.seed < wanted.first + wanted.seeds && summary.failed < wanted.most_failures) {
    const std::string said = in_child([&] { live_all(wanted, progress); });
    if (said.empty()) break;
    ++summary.failed;
    summary.stories += story_of(progress.seed, wanted) + "first said: " + said + "\n";
    ++progress.seed;
  }
  summary.seeds = progress.done + summary.failed;
  summary.hash = progress.hash;
  summary.counts = progress.counts;
  munmap(shared, sizeof(Progress));
  return summary;
}

}  // namespace mobius::simulation
