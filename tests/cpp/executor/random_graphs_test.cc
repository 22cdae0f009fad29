// SPDX-License-Identifier: Apache-2.0
// Random graphs of many ops, with random feeds and fetches, also in the middle of the graph,
// compared with a run node by node. TFWASM_GRAPHS=N tests N graphs, TFWASM_GRAPHS_FROM=SEED begins
// with another seed (native builds only).
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "executor/model_builder.h"
#include "executor/random_graph.h"
#include "kernels/copy.h"

namespace tfwasm {
namespace {

// With larger numbers, sums in float32 would depend on their order.
constexpr double kExact = 1 << 20;

uint32_t Setting(const char* name, uint32_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<uint32_t>(std::strtoul(text, nullptr, 10));
}

std::string EdgeName(const Graph& graph, Edge edge) {
  return StrCat(graph.node(edge.node).name, ":", edge.output);
}

Tensor Copy(const Tensor& tensor) {
  Tensor copy(tensor.dtype(), tensor.shape());
  CopyElements(tensor.dtype(), tensor.data(), copy.mutable_data(), tensor.size());
  return copy;
}

// What to feed and to fetch.
struct Cut {
  Cut(const RandomGraph& graph, TestRandom& random) {
    for (const NamedEdge& input : graph.model.graph.inputs) feeds.push_back(input.edge);
    if (random.Int(0, 4) == 0) {
      const Edge edge = AnyOf(graph.values, random);
      const bool is_input = std::ranges::count(feeds, edge) > 0;
      if (!is_input && graph.model.graph.node(edge.node).op != "Const") feeds.push_back(edge);
    }
    for (int i = random.Int(1, 5); i > 0; --i) fetches.push_back(AnyOf(graph.values, random));
    fetches.push_back(graph.values.back());
  }

  static Edge AnyOf(const std::vector<Edge>& edges, TestRandom& random) {
    return edges[static_cast<size_t>(random.Int(0, static_cast<int>(edges.size()) - 1))];
  }

  std::vector<Edge> feeds;
  std::vector<Edge> fetches;
};

struct Counts {
  int compared = 0;
  int threw = 0;  // dead fetches included
  int inexact = 0;
};

std::vector<std::string> Names(const Graph& graph, const std::vector<Edge>& edges) {
  std::vector<std::string> names;
  for (const Edge edge : edges) names.push_back(EdgeName(graph, edge));
  return names;
}

// The values by the reference; nullopt if one is dead, or an op throws.
std::optional<std::vector<Tensor>> Expected(const RandomGraph& graph, const Cut& cut,
                                            const std::vector<Tensor>& feeds, double& largest,
                                            bool& threw) {
  ReferenceRun run(graph.model, graph.model.graph);
  for (size_t i = 0; i < feeds.size(); ++i) run.Feed(cut.feeds[i], feeds[i]);
  std::vector<Tensor> values;
  bool is_dead = false;
  threw = ThrownBy([&] {
            for (const Edge edge : cut.fetches) {
              const ReferenceValue value = run.Get(edge);
              is_dead |= !value;
              if (value) values.push_back(*value);
            }
          }).has_value();
  largest = run.largest();
  if (threw || is_dead) return std::nullopt;
  return values;
}

void CheckRun(const RandomGraph& graph, const Cut& cut, Session& session, int program,
              const std::vector<Tensor>& feeds, Counts& counts) {
  double largest = 0;
  bool threw = false;
  const auto expected = Expected(graph, cut, feeds, largest, threw);
  std::vector<Tensor> actual;
  const auto error = ThrownBy([&] { actual = session.Run(program, feeds); });
  if (error) CHECK_MESSAGE(error->code() != Code::kInternal, error->message());
  if (!expected) {
    ++counts.threw;
    // An op that throws may be one that nothing needs, which passes remove.
    if (!threw) CHECK_MESSAGE(error, "a fetched value is on a branch that was not taken");
    return;
  }
  CHECK_MESSAGE(!error, (error ? error->message() : ""));
  if (error) return;
  if (largest > kExact) {
    ++counts.inexact;
    return;
  }
  ++counts.compared;
  REQUIRE(actual.size() == expected->size());
  for (size_t i = 0; i < actual.size(); ++i) {
    INFO("fetched ", EdgeName(graph.model.graph, cut.fetches[i]));
    ExpectTensor(actual[i], (*expected)[i], 0);
  }
}

// The feeds of a run: first those that the graph was written for.
std::vector<Tensor> FeedsOf(const RandomGraph& graph, const Cut& cut, bool is_first,
                            TestRandom& random) {
  std::vector<Tensor> feeds = is_first ? graph.feeds : graph.Feeds(random);
  if (cut.feeds.size() == feeds.size()) return feeds;
  // A value in the middle.
  ReferenceRun run(graph.model, graph.model.graph, ReferenceRun::Branches::kAll);
  for (size_t i = 0; i < graph.feeds.size(); ++i) run.Feed(cut.feeds[i], graph.feeds[i]);
  feeds.push_back(*run.Get(cut.feeds.back()));
  return feeds;
}

void CheckGraph(uint32_t seed, Counts& counts) {
  RandomGraph graph(seed);
  TestRandom random(seed ^ 0x5a5a5a5au);
  Session session{ModelDef(graph.model)};
  for (int i = 0; i < 2; ++i) {
    const Cut cut(graph, random);
    graph.model.graph.outputs.clear();
    for (const Edge edge : cut.fetches) {
      graph.model.graph.outputs.push_back({EdgeName(graph.model.graph, edge), edge});
    }
    INFO("TFWASM_GRAPHS_FROM=", seed, "\n", graph.Text());
    int program = 0;
    const auto error = ThrownBy([&] {
      program = session.Compile(Names(graph.model.graph, cut.feeds),
                                Names(graph.model.graph, cut.fetches));
    });
    CHECK_MESSAGE(!error, (error ? error->message() : ""));
    if (error) return;
    for (int run = 0; run < 3; ++run) {
      const std::vector<Tensor> feeds = FeedsOf(graph, cut, run == 0, random);
      std::vector<Tensor> copies;
      for (const Tensor& feed : feeds) copies.push_back(Copy(feed));
      CheckRun(graph, cut, session, program, copies, counts);
      for (size_t k = 0; k < feeds.size(); ++k) ExpectSameBytes(copies[k], feeds[k]);
    }
  }
}

TEST_CASE("random graphs give what their nodes give one by one") {
  const uint32_t graphs = Setting("TFWASM_GRAPHS", 200);
  const uint32_t first = Setting("TFWASM_GRAPHS_FROM", 1);
  Counts counts;
  for (uint32_t seed = first; seed - first < graphs; ++seed) CheckGraph(seed, counts);
  MESSAGE("runs compared: ", counts.compared, ", that threw: ", counts.threw,
          ", with large numbers: ", counts.inexact);
  if (graphs >= 50) CHECK(counts.compared > 2 * (counts.threw + counts.inexact));
}

}  // namespace
}  // namespace tfwasm
