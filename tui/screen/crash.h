/* SPDX-License-Identifier: MIT */
/* A terminal that is given back even when the program crashes. */
#ifndef VIRTLAB_TUI_CRASH_H
#define VIRTLAB_TUI_CRASH_H

/*
 * Before the terminal is taken over: remember how it is, and restore that in a handler of the
 * signals of a crash, which calls nothing but what signal-safety(7) allows. sequence is what the
 * terminal needs to be sent.
 */
void crash_prepare(const char *sequence);

#endif
