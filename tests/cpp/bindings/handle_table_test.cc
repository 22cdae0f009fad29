// SPDX-License-Identifier: Apache-2.0
#include "bindings/handle_table.h"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <random>
#include <unordered_set>

#include "core/error.h"

namespace tfwasm {
namespace {

using Table = HandleTable<std::unique_ptr<int>>;

Handle Add(Table& table, int value) { return table.Add(std::make_unique<int>(value)); }

bool IsDisposed(Table& table, Handle handle) {
  try {
    table.Get(handle);
    return false;
  } catch (const Error& error) {
    CHECK(error.code() == Code::kDisposed);
    return true;
  }
}

TEST_CASE("a handle stands for its object until it is removed") {
  Table table("tensor");
  const Handle a = Add(table, 1);
  const Handle b = Add(table, 2);
  CHECK(*table.Get(a) == 1);
  CHECK(*table.Get(b) == 2);
  CHECK(table.size() == 2);

  table.Remove(a);
  CHECK(IsDisposed(table, a));
  CHECK(*table.Get(b) == 2);
  table.Remove(a);
  CHECK(table.size() == 1);
  CHECK_THROWS_WITH(table.Get(a), "this tensor has been disposed");
}

TEST_CASE("numbers that are no handles") {
  Table table("tensor");
  const Handle handle = Add(table, 1);
  for (const double number :
       {0.0, -1.0, -handle, handle + 0.5, handle + 1, 9007199254740992.0, 1e300, -1e300,
        std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    CAPTURE(number);
    CHECK(IsDisposed(table, number));
    table.Remove(number);
  }
  CHECK(*table.Get(handle) == 1);
}

// Adds and removes objects randomly, and compares with a map.
void Compare(Table& table, int rounds, size_t most) {
  std::mt19937 random(7);
  std::map<Handle, int> expected;
  std::deque<Handle> gone;
  std::unordered_set<Handle> seen;
  const size_t others = table.size();
  for (int i = 0; i < rounds; ++i) {
    // Alternates between growing to `most` objects and shrinking to none.
    const bool grows = i / static_cast<int>(most) % 2 == 0;
    if (expected.empty() || (expected.size() < most && random() % 4 != (grows ? 0 : 1))) {
      if (!grows && !expected.empty() && random() % 2 == 0) continue;
      const Handle handle = Add(table, i);
      CHECK(handle >= 1);
      CHECK(handle < 9007199254740992.0);
      CHECK(seen.insert(handle).second);
      expected.emplace(handle, i);
    } else {
      auto it = expected.lower_bound(static_cast<double>(random()) * 4294967296.0);
      if (it == expected.end()) it = expected.begin();
      std::advance(it, random() % std::min<size_t>(expected.size(), 5) %
                           static_cast<size_t>(std::distance(it, expected.end())));
      table.Remove(it->first);
      gone.push_back(it->first);
      expected.erase(it);
    }
    if (gone.size() > 100) gone.pop_front();
    REQUIRE(table.size() == expected.size() + others);
  }
  for (const auto& [handle, value] : expected) CHECK(*table.Get(handle) == value);
  for (const Handle handle : gone) CHECK(IsDisposed(table, handle));
  for (const auto& [handle, value] : expected) table.Remove(handle);
  CHECK(table.size() == others);
}

TEST_CASE("handles are never used again") {
  Table table("tensor");
  Compare(table, 30000, 1000);
}

TEST_CASE("handles beyond 31, 32 and 52 bits") {
  for (const int bits : {31, 32, 52}) {
    CAPTURE(bits);
    const double limit = static_cast<double>(uint64_t{1} << bits);
    Table table("tensor", (uint32_t{1} << (bits - Table::kIndexBits)) - 1);
    const Handle before = Add(table, 1);
    CHECK(before < limit);
    table.Remove(before);
    const Handle after = Add(table, 2);
    CHECK(after >= limit);
    CHECK(IsDisposed(table, before));
    CHECK(*table.Get(after) == 2);
    table.Remove(after);
    Compare(table, 3000, 200);
  }
}

TEST_CASE("slots whose generations are used up are retired") {
  Table table("tensor", Table::kLastGeneration - 1);
  std::unordered_set<Handle> seen;
  const Handle kept = Add(table, -1);
  // Uses up both generations of each slot, in the first block and in others.
  for (int i = 0; i < 1000; ++i) {
    const Handle handle = Add(table, i);
    CHECK(handle < 9007199254740992.0);
    CHECK(seen.insert(handle).second);
    CHECK(*table.Get(handle) == i);
    table.Remove(handle);
    CHECK(IsDisposed(table, handle));
  }
  CHECK(*table.Get(kept) == -1);
  Compare(table, 3000, 200);
  CHECK(*table.Get(kept) == -1);
}

// Counts live instances.
struct Counted {
  explicit Counted(int& count) : count_(&count) { ++*count_; }
  Counted(Counted&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
  ~Counted() {
    if (count_ != nullptr) --*count_;
  }
  int* count_;
};

TEST_CASE("an object ends when its handle is removed, or with the table") {
  int count = 0;
  {
    HandleTable<Counted> table("model");
    std::vector<Handle> handles;
    for (int i = 0; i < 300; ++i) handles.push_back(table.Add(Counted(count)));
    CHECK(count == 300);
    for (int i = 0; i < 200; ++i) table.Remove(handles[static_cast<size_t>(i)]);
    CHECK(count == 100);
  }
  CHECK(count == 0);
}

}  // namespace
}  // namespace tfwasm
