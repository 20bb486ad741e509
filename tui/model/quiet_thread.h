/* SPDX-License-Identifier: MIT */
/* The threads that read while the main one draws. Signals to the process are not theirs. */
#ifndef VIRTLAB_TUI_QUIET_THREAD_H
#define VIRTLAB_TUI_QUIET_THREAD_H

#include <pthread.h>

/* Start a thread; returns 0, or what pthread_create(3) does. */
int quiet_thread_start(pthread_t *thread, void *(*work)(void *), void *argument);

#endif
