# SPDX-License-Identifier: Apache-2.0
# Header-only libraries.
foreach(header nlohmann-json3/include/nlohmann/json.hpp doctest/doctest/doctest.h protozero/include/protozero/pbf_reader.hpp)
  if(NOT EXISTS ${third_party}/${header})
    message(FATAL_ERROR "${header} is missing from .toolchain/third_party; run \"npm run setup\".")
  endif()
endforeach()

add_library(nlohmann_json INTERFACE)
target_include_directories(nlohmann_json SYSTEM INTERFACE ${third_party}/nlohmann-json3/include)
# Without streams and implicit conversions.
target_compile_definitions(nlohmann_json INTERFACE JSON_NO_IO JSON_USE_IMPLICIT_CONVERSIONS=0)

add_library(doctest INTERFACE)
target_include_directories(doctest SYSTEM INTERFACE ${third_party}/doctest)
# Reduces the compile time of tests.
target_compile_definitions(doctest INTERFACE DOCTEST_CONFIG_SUPER_FAST_ASSERTS)

add_library(protozero INTERFACE)
target_include_directories(protozero SYSTEM INTERFACE ${third_party}/protozero/include)
