# SPDX-License-Identifier: Apache-2.0
# Snappy, which compresses blocks of checkpoint indexes. Upstream's CMake file only adds tests and checks to this.
set(snappy_dir ${third_party}/snappy)
if(NOT EXISTS ${snappy_dir}/snappy.cc)
  message(FATAL_ERROR "Snappy is missing from .toolchain/third_party; run \"npm run setup\".")
endif()

# For the generated header.
set(HAVE_SYS_UIO_H_01 1)
file(READ ${snappy_dir}/CMakeLists.txt snappy_cmake)
string(REGEX MATCH "VERSION ([0-9]+)\\.([0-9]+)\\.([0-9]+) LANGUAGES" _ "${snappy_cmake}")
set(PROJECT_VERSION_MAJOR ${CMAKE_MATCH_1})
set(PROJECT_VERSION_MINOR ${CMAKE_MATCH_2})
set(PROJECT_VERSION_PATCH ${CMAKE_MATCH_3})
configure_file(${snappy_dir}/snappy-stubs-public.h.in ${PROJECT_BINARY_DIR}/snappy/snappy-stubs-public.h)

add_library(snappy STATIC ${snappy_dir}/snappy.cc ${snappy_dir}/snappy-sinksource.cc)
target_include_directories(snappy SYSTEM PUBLIC ${snappy_dir} ${PROJECT_BINARY_DIR}/snappy)
target_compile_options(snappy PRIVATE -w)
if(EMSCRIPTEN)
  target_compile_options(snappy PRIVATE -Oz -fno-rtti)
endif()
target_link_libraries(snappy PRIVATE tfwasm_platform)
