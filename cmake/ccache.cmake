# SPDX-License-Identifier: Apache-2.0
# Compiles through ccache if it is installed.
find_program(CCACHE ccache)
if(CCACHE)
  # Depend mode: on a miss, the compiler runs only once, without a preprocessor run. Variants share objects with equal
  # command lines, although they are compiled in different folders.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_DEPEND=1 CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  # Precompiled headers are reproducible: unchanged sources give an identical file.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()
