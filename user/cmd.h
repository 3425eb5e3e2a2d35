/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DIVULGE_CMD_H
#define DIVULGE_CMD_H

#include <stdbool.h>

/**
 * struct command - a verb of divulge
 * @name: the verb
 * @args: what may follow it
 * @what: what it does, in one line
 * @options: its options, a line each
 * @run: does it, argv[0] being the verb; returns an exit code
 */
struct command {
	const char *name;
	const char *args;
	const char *what;
	const char *options;
	int (*run)(const struct command *cmd, int argc, char **argv);
};

int cmd_birth(const struct command *cmd, int argc, char **argv);
int cmd_monitor(const struct command *cmd, int argc, char **argv);
int cmd_dccp(const struct command *cmd, int argc, char **argv);
int cmd_watches(const struct command *cmd, int argc, char **argv);
int cmd_history(const struct command *cmd, int argc, char **argv);
int cmd_info(const struct command *cmd, int argc, char **argv);

int cmd_help(const struct command *cmd);
int cmd_only_json(const struct command *cmd, int argc, char **argv,
		  bool *json);

#endif
