// SPDX-License-Identifier: Apache-2.0
#include "graph/graph.h"

#include <doctest/doctest.h>

namespace tfwasm {
namespace {

std::string NameOf(int i) { return StrCat("block_", i, "/conv/kernel"); }

Graph ManyNodes(int count) {
  Graph graph;
  for (int i = 0; i < count; ++i) graph.Add({.name = NameOf(i), .op = "NoOp"});
  return graph;
}

TEST_CASE("nodes are found by name, however many there are") {
  constexpr int kCount = 1000;
  Graph graph = ManyNodes(kCount);
  const Graph copy = graph;
  for (int i = 0; i < kCount; ++i) {
    CHECK(graph.Find(NameOf(i)) == i);
    CHECK(copy.Find(NameOf(i)) == i);
  }
  CHECK(graph.Find(NameOf(kCount)) == kNoNode);
  CHECK(graph.Find("") == kNoNode);
  CHECK(Graph().Find("x") == kNoNode);
  CHECK_THROWS_AS(graph.Add({.name = NameOf(7), .op = "NoOp"}), Error);
  CHECK(graph.UniqueName(NameOf(7)) == NameOf(7) + "_1");
}

TEST_CASE("removed nodes are not found, and their names are free again") {
  constexpr int kCount = 100;
  Graph graph = ManyNodes(kCount);
  for (NodeId id = 0; id < kCount; id += 2) graph.Remove(id);
  CHECK(graph.Find("") == kNoNode);
  for (int i = 0; i < kCount; ++i) CHECK(graph.Find(NameOf(i)) == (i % 2 == 0 ? kNoNode : i));
  CHECK(graph.Add({.name = NameOf(4), .op = "NoOp"}) == kCount);
  CHECK(graph.Find(NameOf(4)) == kCount);
  graph.Compact();
  CHECK(graph.size() == kCount / 2 + 1);
  for (int i = 0; i < kCount; ++i) {
    const NodeId expected = i % 2 == 1 ? i / 2 : i == 4 ? kCount / 2 : kNoNode;
    CHECK(graph.Find(NameOf(i)) == expected);
  }
  graph.PrefixNames("a/");
  CHECK(graph.Find(NameOf(1)) == kNoNode);
  CHECK(graph.Find("a/" + NameOf(1)) == 0);
}

TEST_CASE("copies of attributes change apart from each other") {
  AttrMap attrs;
  CHECK(attrs.values().empty());
  attrs.Set("b", int64_t{1});
  attrs.Set("a", true);
  AttrMap copy = attrs;
  copy.Set("b", int64_t{2});
  copy.Set("c", 0.5F);
  attrs.Erase("a");
  attrs.Erase("absent");
  CHECK(attrs.Int("b", 0) == 1);
  CHECK_FALSE(attrs.Has("a"));
  CHECK_FALSE(attrs.Has("c"));
  REQUIRE(copy.values().size() == 3);
  CHECK(copy.values()[0].name == "a");
  CHECK(copy.values()[1].name == "b");
  CHECK(copy.values()[2].name == "c");
  CHECK(copy.Int("b", 0) == 2);
}

}  // namespace
}  // namespace tfwasm
