/* SPDX-License-Identifier: MIT */
/* The reasons of exits, for whoever asks what they are. */
#ifndef VIRTLAB_TUI_EXIT_WORDS_H
#define VIRTLAB_TUI_EXIT_WORDS_H

/* Why the guest left, and what the VMM does about it; NULL: nothing is known of that reason. */
const char *exit_words(const char *reason);

#endif
