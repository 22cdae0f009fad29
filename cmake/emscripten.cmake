# SPDX-License-Identifier: Apache-2.0
# The CMake toolchain of WebAssembly builds. `.toolchain/emscripten` may be a link to an emsdk, whose compiler finds its
# configuration only by its real path.
file(REAL_PATH ${CMAKE_CURRENT_LIST_DIR}/../.toolchain/emscripten emscripten_root)
if(NOT EXISTS ${emscripten_root}/emcc)
  message(FATAL_ERROR "Emscripten is missing from .toolchain; run \"npm run setup\".")
endif()
include(${emscripten_root}/cmake/Modules/Platform/Emscripten.cmake)
