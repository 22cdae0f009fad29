# SPDX-License-Identifier: Apache-2.0
# Compiles through ccache where there is one.
find_program(CCACHE ccache)
if(CCACHE)
  # Depend mode: a miss runs the compiler once, without a preprocessor run before it. The variants share objects
  # whose command lines are the same, though they are compiled in different folders.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_DEPEND=1 CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
