#pragma once
#include <libpq-fe.h>
#include <sys/eventfd.h>

/* <sys/eventfd.h> is not part of Swift's Glibc module. */
static inline int pgvigil_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
static inline void pgvigil_eventfd_signal(int descriptor) { eventfd_write(descriptor, 1); }
