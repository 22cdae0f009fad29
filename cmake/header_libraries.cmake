# SPDX-License-Identifier: Apache-2.0
# Header-only libraries. Setup links their folders into .toolchain/include, since the system's /usr/include must not be
# on a WebAssembly include path.
set(header_root ${CMAKE_SOURCE_DIR}/.toolchain/include)
foreach(pair rapidjson:rapidjson/reader.h doctest:doctest/doctest.h)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 library)
  list(GET pair 1 header)
  if(NOT EXISTS ${header_root}/${header})
    message(FATAL_ERROR "${header} is missing from .toolchain/include; run \"npm run setup\".")
  endif()
  add_library(${library} INTERFACE)
  target_include_directories(${library} SYSTEM INTERFACE ${header_root})
endforeach()
# Reduces the compile time of tests.
target_compile_definitions(doctest INTERFACE DOCTEST_CONFIG_SUPER_FAST_ASSERTS)
