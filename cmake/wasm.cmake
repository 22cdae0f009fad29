# SPDX-License-Identifier: Apache-2.0
# The WebAssembly binary of a variant and the JavaScript that Emscripten makes to load it.
