// Lets timers go as fast as the clocks of libfaketime, which does not know timerfd_settime(2): Dispatch sleeps by it.
//
// Preloaded before libfaketime. Absolute times are those of the faked clocks; the kernel gets those of its own.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define FILES_MAX 4096
#define SECOND INT64_C(1000000000)

static clockid_t clocks[FILES_MAX];

int timerfd_create(clockid_t clock, int flags) {
    int file = (int)syscall(SYS_timerfd_create, clock, flags);
    if (file >= 0 && file < FILES_MAX) clocks[file] = clock;
    return file;
}

int timerfd_settime(int file, int flags, const struct itimerspec *new, struct itimerspec *old) {
    const char *text = getenv("TIME_LAPSE");
    int64_t speed = text ? atoll(text) : 1;
    struct itimerspec real = *new;
    int64_t due = new->it_value.tv_sec * SECOND + new->it_value.tv_nsec;
    if (due != 0 && file >= 0 && file < FILES_MAX && speed > 0) {
        if (flags & TFD_TIMER_ABSTIME) {
            struct timespec faked, kernel;
            clock_gettime(clocks[file], &faked);
            syscall(SYS_clock_gettime, clocks[file], &kernel);
            int64_t left = due - (faked.tv_sec * SECOND + faked.tv_nsec);
            if (left < 0) left = 0;
            due = kernel.tv_sec * SECOND + kernel.tv_nsec + left / speed;
        } else {
            due = due / speed;
        }
        if (due == 0) due = 1;
        real.it_value.tv_sec = due / SECOND;
        real.it_value.tv_nsec = due % SECOND;
    }
    return (int)syscall(SYS_timerfd_settime, file, flags, &real, old);
}
