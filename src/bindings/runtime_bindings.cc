// SPDX-License-Identifier: Apache-2.0
#include <emscripten/bind.h>

#include "bindings/boundary.h"
#include "core/registry.h"
#include "kernels/thread_pool.h"

#ifndef TFWASM_VERSION
#error "the build defines TFWASM_VERSION, from package.json"
#endif

namespace tfwasm {

// Exists only in the link with training.
TFWASM_REGISTER_FOR_TRAINING(link) constexpr char kTrainingLink = 1;
[[gnu::weak]] extern const char training_link[] __asm__("__start_tfwasm_training_link");

namespace {

emscripten::val Version() {
  return TextToJs(training_link == nullptr ? "tfwasm/inference " TFWASM_VERSION
                                           : "tfwasm " TFWASM_VERSION);
}

void SetThreads(int count) {
  Guard([&] { SetThreadCount(count); });
}

}  // namespace

EMSCRIPTEN_BINDINGS(runtime) {
  emscripten::function("version", &Version);
  emscripten::function("setThreadCount", &SetThreads);
  emscripten::function("threadCount", &ThreadCount);
}

}  // namespace tfwasm
