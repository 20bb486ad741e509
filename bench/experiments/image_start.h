/* SPDX-License-Identifier: MIT */
/*
 * Does it run in this box, or not? Each function makes one trial, fills in the record's metrics and
 * exit status, and puts into detail (SESSION_REASON_MAX bytes) what the box said of it. A program
 * that does not run is a result; errors are the harness's own, and -EINTR.
 */
#ifndef VIRTLAB_IMAGE_START_H
#define VIRTLAB_IMAGE_START_H

#include "bench/harness/session.h"

/*
 * Two programs, each with another version of one library of the same name. Where a box has files of
 * its own, each gets the version it wants; where all use the host's, there is one folder of
 * libraries, and what is installed later replaces what was there. works_n of 2. Errors: -ENOTSUP
 * where no files can be given to this box.
 */
int image_try_versions(struct session *session, const struct platform *platform,
                       struct record *record, char *detail, struct error *error);

/*
 * A program in that format: "static" and "dynamic" for this processor, "i386" (32 bits), "aarch64".
 * works_n: 1 or 0.
 */
int image_try_format(struct session *session, const struct platform *platform, const char *format,
                     struct record *record, char *detail, struct error *error);

/* Whether the kernel in the box is another one than the host's: own_kernel_n, 1 or 0. */
int image_try_kernel(struct session *session, const struct platform *platform,
                     struct record *record, char *detail, struct error *error);

/*
 * Run it to its end: status as a shell gives it, the first line it printed, and on why it failed
 * the box's last line on standard error. A program that could not be started has status 126 or 127.
 * Errors: -EINTR.
 */
int image_start(struct session *session, const struct trial *trial, int *status, char *said,
                size_t said_size, char *why, size_t why_size, struct error *error);

/* Copy a file to folder/name, executable; what was there is replaced. */
int image_install(const char *file, const char *folder, const char *name, struct error *error);

#endif
