/* SPDX-License-Identifier: MIT */
/* The commands of minivmm; each gets its own words and returns the exit status. */
#ifndef MINIVMM_COMMANDS_H
#define MINIVMM_COMMANDS_H

int command_run(int argc, char **argv);
int command_boot(int argc, char **argv);
int command_emulate(int argc, char **argv);
int command_check(int argc, char **argv);
int command_probe(int argc, char **argv);

#endif
