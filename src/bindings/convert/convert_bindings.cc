// SPDX-License-Identifier: Apache-2.0
#include <emscripten/bind.h>

#include <memory>

#include "bindings/boundary.h"
#include "convert/converter.h"

namespace tfwasm {

// Marks this link: see Version() in runtime_bindings.cc.
extern const char converter_link[];
const char converter_link[] = "tfwasm/convert";

namespace {

using emscripten::val;

HandleTable<std::unique_ptr<Converter>>& Converters() {
  static auto* converters = new HandleTable<std::unique_ptr<Converter>>("converter");
  return *converters;
}

Converter& Get(Handle converter) { return *Converters().Get(converter); }

double AddressOf(std::span<const uint8_t> bytes) {
  return static_cast<double>(reinterpret_cast<uintptr_t>(bytes.data()));
}

val TextsToJs(const std::vector<std::string>& texts) {
  val list = val::array();
  for (const std::string& text : texts) list.call<void>("push", TextToJs(text));
  return list;
}

Handle CreateConverter(val options, val files) {
  return Guard([&] {
    return Converters().Add(std::make_unique<Converter>(ReadConvertOptions(TextFromJs(options)),
                                                        ReadFileSizes(TextFromJs(files))));
  });
}

val NextRead(Handle converter) {
  return Guard([&] {
    const auto request = Get(converter).NextRead();
    if (!request) return val::null();
    val result = val::object();
    result.set("path", TextToJs(request->path));
    result.set("offset", static_cast<double>(request->offset));
    result.set("bytes", static_cast<double>(request->bytes));
    return result;
  });
}

double ReadAddress(Handle converter) {
  return Guard([&] { return AddressOf(Get(converter).ReadTarget()); });
}

void CommitRead(Handle converter) {
  Guard([&] { Get(converter).CommitRead(); });
}

void FinishModel(Handle converter) {
  Guard([&] { Get(converter).Finish(); });
}

val ListWeights(Handle converter) {
  return Guard([&] { return TextToJs(Get(converter).WeightsJson()); });
}

val StartWeights(Handle converter, val encodings, double shard_bytes) {
  return Guard([&] {
    Get(converter).StartWeights(TextFromJs(encodings), static_cast<uint64_t>(shard_bytes));
    return TextsToJs(Get(converter).ShardNames());
  });
}

val NextShard(Handle converter) {
  return Guard([&] {
    const std::span<const uint8_t> shard = Get(converter).NextShard();
    val place = val::object();
    place.set("address", AddressOf(shard));
    place.set("bytes", static_cast<double>(shard.size()));
    place.set("needsReads", Get(converter).NeedsReads());
    return place;
  });
}

val ModelParts(Handle converter) {
  return Guard([&] {
    const Converter::ModelParts parts = Get(converter).Parts();
    return TextsToJs({parts.topology, parts.signature, parts.initializer, parts.manifest,
                      parts.generated_by, Get(converter).SummaryJson()});
  });
}

void DisposeConverter(Handle converter) { Converters().Remove(converter); }

}  // namespace

EMSCRIPTEN_BINDINGS(convert) {
  emscripten::function("createConverter", &CreateConverter);
  emscripten::function("nextRead", &NextRead);
  emscripten::function("readAddress", &ReadAddress);
  emscripten::function("commitRead", &CommitRead);
  emscripten::function("finishModel", &FinishModel);
  emscripten::function("listWeights", &ListWeights);
  emscripten::function("startWeights", &StartWeights);
  emscripten::function("nextShard", &NextShard);
  emscripten::function("modelParts", &ModelParts);
  emscripten::function("disposeConverter", &DisposeConverter);
}

}  // namespace tfwasm
