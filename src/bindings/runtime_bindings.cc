// SPDX-License-Identifier: Apache-2.0
#include <emscripten/bind.h>

#include "bindings/boundary.h"
#include "kernels/thread_pool.h"

#ifndef TFWASM_VERSION
#error "the build defines TFWASM_VERSION, from package.json"
#endif

namespace tfwasm {

// The rules of gradients, which exist only in the link with training (core/registry.h).
[[gnu::weak]] extern const char training[] __asm__("__start_tfwasm_training_gradients");
// The name of the link with the converter.
[[gnu::weak]] extern const char converter_link[];

namespace {

emscripten::val Version() {
  if (converter_link != nullptr) return TextToJs(StrCat(converter_link, " " TFWASM_VERSION));
  return TextToJs(training == nullptr ? "tfwasm/inference " TFWASM_VERSION
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
  emscripten::function("pauseThreads", &PauseThreads);
}

}  // namespace tfwasm
