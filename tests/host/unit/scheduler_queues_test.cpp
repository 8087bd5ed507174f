// The queues threads are on: ready queues, waiters by key, deadlines.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "proc/threads/deadlines.h"
#include "proc/threads/queues.h"
#include "sim/random.h"

namespace mobius::proc {
namespace {

QueuedThread& with_priority(QueuedThread& thread, uint8_t priority) {
  thread.priority = thread.level = priority;
  return thread;
}

TEST(ReadyQueues, TheHighestLevelIsNamedAndEachLevelIsInOrder) {
  ReadyQueues ready;
  EXPECT_TRUE(ready.empty());
  QueuedThread a, b, c, d;
  ready.push_back(with_priority(a, 4));
  ready.push_back(with_priority(b, 7));
  ready.push_back(with_priority(c, 7));
  ready.push_back(with_priority(d, 0));
  EXPECT_EQ(ready.highest(), 7u);
  EXPECT_EQ(&ready.pop(7), &b);
  EXPECT_EQ(&ready.pop(7), &c);
  EXPECT_EQ(ready.highest(), 4u);
  EXPECT_EQ(&ready.pop(4), &a);
  EXPECT_EQ(&ready.pop(0), &d);
  EXPECT_TRUE(ready.empty());
}

QueuedThread& ready_since(QueuedThread& thread, uint32_t tick) {
  thread.ready_since = tick;
  return thread;
}

TEST(ReadyQueues, AThreadThatKeepsItsTurnIsBeforeAllWhoBecameReadyLater) {
  ReadyQueues ready;
  QueuedThread a, b, c, d;
  ready.push_back(ready_since(a, 0xFFFFFFFE));  // ticks wrap round
  ready.push_back(ready_since(b, 1));
  ready.insert(ready_since(c, 0xFFFFFFFF));
  ready.insert(ready_since(d, 2));
  for (const QueuedThread* next : {&a, &c, &b, &d}) EXPECT_EQ(&ready.pop(kNormalPriority), next);
  ready.push_back(ready_since(a, 5));
  ready.insert(ready_since(b, 5));
  EXPECT_EQ(&ready.pop(kNormalPriority), &b);
}

TEST(ReadyQueues, TheOldestOfAllLevelsIsNamedButThoseThatAreRaisedAlready) {
  ReadyQueues ready;
  EXPECT_EQ(ready.oldest(), nullptr);
  QueuedThread a, b, c, d;
  ready.push_back(with_priority(ready_since(a, 1), kOverdueLevel));
  ready.push_back(with_priority(ready_since(b, 2), kKernelPriority));
  EXPECT_EQ(ready.oldest(), nullptr);
  ready.push_back(with_priority(ready_since(c, 9), 7));
  ready.push_back(with_priority(ready_since(d, 8), 0));
  EXPECT_EQ(ready.oldest(), &d);
  ready.remove(d);
  EXPECT_EQ(ready.oldest(), &c);
}

TEST(ReadyQueues, RemovingTheLastOfALevelEmptiesTheLevel) {
  ReadyQueues ready;
  QueuedThread a, b;
  ready.push_back(with_priority(a, 3));
  ready.push_back(with_priority(b, 5));
  ready.remove(b);
  EXPECT_EQ(ready.highest(), 3u);
  ready.remove(a);
  EXPECT_TRUE(ready.empty());
}

TEST(WaitTable, FindsTheLongestWaiterOfExactlyThatKey) {
  WaitTable table;
  const int one = 0, other = 0;
  QueuedThread a, b, c, d;
  table.add(a, {&one, 0x1000});
  table.add(b, {&one, 0x1004});
  table.add(c, {&one, 0x1000});
  table.add(d, {&other, 0x1000});
  EXPECT_EQ(table.find({&one, 0x1000}), &a);
  table.remove(a);
  EXPECT_EQ(table.find({&one, 0x1000}), &c);
  EXPECT_EQ(table.find({&other, 0x1000}), &d);
  EXPECT_EQ(table.find({&other, 0x1004}), nullptr);
  for (QueuedThread* thread : {&b, &c, &d}) table.remove(*thread);
  EXPECT_EQ(table.find({&one, 0x1004}), nullptr);
}

TEST(WaitTable, ManyWaitersOfManyKeysAreKeptApart) {
  WaitTable table;
  std::deque<QueuedThread> threads(5000);
  for (size_t i = 0; i < threads.size(); ++i) {
    table.add(threads[i], {&threads, 0x10000 + 4 * (i / 2)});
  }
  for (size_t i = 0; i < threads.size(); ++i) {
    QueuedThread* found = table.find({&threads, 0x10000 + 4 * (i / 2)});
    ASSERT_EQ(found, &threads[i]);
    table.remove(*found);
  }
}

TEST(Deadlines, TheEarliestComesFirstWhateverTheOrder) {
  // Against a sorted list, with removals from the middle.
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    sim::Random random(seed);
    Deadlines deadlines;
    std::deque<DeadlineNode> nodes(200);
    std::vector<DeadlineNode*> model;
    for (int step = 0; step < 4000; ++step) {
      DeadlineNode& node = nodes[random.below(nodes.size())];
      if (node.queued) {
        deadlines.remove(node);
        std::erase(model, &node);
      } else {
        deadlines.insert(node, random.below(1000));
        model.push_back(&node);
      }
      const auto earliest = std::ranges::min_element(
          model, {}, [](const DeadlineNode* n) { return n->deadline_ns; });
      if (model.empty()) {
        ASSERT_EQ(deadlines.earliest(), nullptr);
      } else {
        ASSERT_EQ(deadlines.earliest()->deadline_ns, (*earliest)->deadline_ns) << "seed " << seed;
      }
    }
  }
}

TEST(DeadlinesDeathTest, ANodeIsQueuedOnlyOnce) {
  Deadlines deadlines;
  DeadlineNode node;
  deadlines.insert(node, 1);
  EXPECT_DEATH(deadlines.insert(node, 2), "KASSERT");
}

}  // namespace
}  // namespace mobius::proc
