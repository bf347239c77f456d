#pragma once
#include <isa-l/igzip_lib.h>
/* Macros that Swift does not import: bytes of the work space of each level. */
static inline uint32_t vigil_isal_space(uint32_t level) {
    return level == 1 ? ISAL_DEF_LVL1_DEFAULT : level == 2 ? ISAL_DEF_LVL2_DEFAULT : ISAL_DEF_LVL3_DEFAULT;
}
