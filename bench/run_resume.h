/* SPDX-License-Identifier: MIT */
/*
 * May a run that was cut off be continued? Another request, another machine or software, other
 * boxes that can run, or another harness at work in the folder are refused: samples of two runs
 * are never mixed. How it is continued: bench/harness/resume.h.
 */
#ifndef VIRTLAB_RUN_RESUME_H
#define VIRTLAB_RUN_RESUME_H

#include "bench/harness/resume.h"
#include "bench/run.h"

enum { RUN_REQUEST_HASH_SIZE = 65 };

/*
 * What was asked for, as a hash: experiments, platforms and their commands, numbers, program and
 * files with their contents; not the seed, nor where results go or in which form they are shown.
 * Errors: a file that cannot be read.
 */
int run_request_hash(const struct session *session, const struct run_request *request,
                     char hash[RUN_REQUEST_HASH_SIZE], struct error *error);

/*
 * Read the folder of the run that is to go on, and make sure that it is the same run: its request,
 * its boxes that can run, the machine of its env.json. The session's boxes are checked already; it
 * gets the run's seed. Errors, after which there is nothing to close: it is not, or it cannot be
 * read.
 */
int run_resume_open(struct resume *resume, struct session *session,
                    const struct run_request *request, const char *folder, const char *request_hash,
                    struct error *error);

#endif
