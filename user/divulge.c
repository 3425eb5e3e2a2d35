// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "usage.h"
#include "util.h"

static const struct command commands[] = {
	{
		"birth", "[OPTION...] FILE...", "tell when files were born",
		"  -r, --recursive    with all that is below a directory\n"
		"      --since TIME   none born before TIME\n"
		"      --until TIME   none born after TIME\n"
		"      --type LIST    these alone: f,d,l,p,s,b,c as find has them\n"
		"      --max-depth N  go N levels deep\n"
		"      --cross        go on into other filesystems\n"
		"      --sort         the oldest first\n"
		"  -L, --dereference  follow a FILE that is a symbolic link\n"
		"  -j, --json         one JSON object a line\n"
		"      --format FORM  {path}, {btime} or what else JSON has\n"
		"  -0, --print0       paths alone, or FORM, with a NUL after each\n"
		"  TIME               as 'date --date' takes it: '10min ago',\n"
		"                     2026-11-22, 2026-11-22T12:00:00Z, @SECONDS\n",
		cmd_birth,
	},
	{
		"monitor",
		"[births|dccp] [OPTION...] [PATH...]",
		"show births and what happens to DCCP sockets",
		"  -j, --json         one JSON object a line\n"
		"  -n, --count N      end after N events, or N samples\n"
		"  -q, --quiet        do not say when all is set up\n"
		"      --no-rescan    do not look for births that were lost\n"
		"      --subtree      births below each PATH only\n"
		"      --type LIST    births of such files only, of f,d,l,p,s,b,c\n"
		"      --uid USER     births by that user, and sockets of that\n"
		"                     user, only\n"
		"      --event LIST   of DCCP, these events only: state,ccid,mps,\n"
		"                     loss,close\n"
		"      --interval T   of DCCP, sample connections every T (1s,\n"
		"                     500ms, 2, 1min) and draw them on a terminal\n"
		"  -N, --netns NETNS  of DCCP, listen in that network namespace\n"
		"      --state --role --src --dst --sport --dport --port --service\n"
		"      --ccid --tx-ccid --rx-ccid --dev\n"
		"                     of DCCP, such sockets only: see 'divulge\n"
		"                     dccp --help'\n"
		"  PATH               a directory on each filesystem to watch,\n"
		"                     else the current one\n",
		cmd_monitor,
	},
	{
		"dccp",
		"[OPTION...] [get COOKIE | get SRC:PORT [DST:PORT]]",
		"show the DCCP sockets, or one of them",
		"  -e, --extended     with all that is known of each\n"
		"  -l, --listening    listeners alone\n"
		"  -a, --all          with requests and time-wait entries\n"
		"      --requests     requests alone\n"
		"      --timewait     time-wait entries alone\n"
		"      --state LIST   in these states: open,partopen,listen,...,\n"
		"                     or as ss has them: connected,time-wait,...\n"
		"      --role LIST    these alone: client,server,listen,none\n"
		"      --src ADDR     own end: ADDR[/PREFIX][:PORT], as\n"
		"                     10.0.0.0/8, [::1]:5001, :5001\n"
		"      --dst ADDR     the peer's end\n"
		"      --sport PORT   own port\n"
		"      --dport PORT   the peer's\n"
		"      --port PORT    either\n"
		"      --service CODE service code: 42, SC=x2a, demo, SC:demo\n"
		"      --ccid N       CCID of either half-connection\n"
		"      --tx-ccid N    of the one that it sends on\n"
		"      --rx-ccid N    of the one that it receives on\n"
		"      --uid USER     of this owner\n"
		"      --dev IFACE    bound to this interface\n"
		"  -N, --netns NETNS  of a network namespace: its name, path or\n"
		"                     one of its processes; 'all' for all there are\n"
		"  -j, --json         one JSON object a line\n"
		"      --format FORM  {saddr}, {mps} or what else JSON has\n",
		cmd_dccp,
	},
	{
		"history", "[OPTION...]",
		"show what divulged has stored: births, and DCCP connections",
		"      --store FILE   what divulged wrote to with 'sqlite:FILE'; else\n"
		"                     what divulged.conf names, or\n"
		"                     /var/lib/divulge/history.db\n"
		"      --since TIME   none born before TIME\n"
		"      --until TIME   none born after TIME\n"
		"      --path GLOB    with such a path: '/home/*.pdf'\n"
		"      --uid USER     made by that user\n"
		"      --comm NAME    made by a program of that name\n"
		"      --fs TYPE      on a filesystem of that type: ext4\n"
		"      --deleted      those that are no longer there\n"
		"      --dccp         connections, with how they went and ended;\n"
		"                     they take --since, --until and --uid\n"
		"  -j, --json         one JSON object a line\n"
		"  TIME               as 'date --date' takes it: yesterday,\n"
		"                     '10min ago', 2026-11-22T12:00:00Z\n",
		cmd_history,
	},
	{
		"watches", "[--json]", "show whose births are watched",
		"  -j, --json         one JSON object a line\n",
		cmd_watches,
	},
	{
		"info", "[--json]", "show what this kernel can tell",
		"  -j, --json         one JSON object a line\n",
		cmd_info,
	},
};

static int show_help(void)
{
	size_t i;

	puts("usage: divulge VERB [ARG...]\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-9s %s\n", commands[i].name, commands[i].what);
	puts("\n'divulge VERB --help' tells more of a verb.\n"
	     "exit code: 0 done, 1 something could not be had, 2 wrong usage");
	return end_of_output(EXIT_OK);
}

int cmd_help(const struct command *cmd)
{
	printf("usage: divulge %s %s\n\n", cmd->name, cmd->args);
	printf("  %s\n\n%s", cmd->what, cmd->options);
	return end_of_output(EXIT_OK);
}

/**
 * cmd_only_json - take the options of a verb that has but --json
 * @cmd: the verb
 * @argc: as main() has it
 * @argv: as main() has it
 * @json: set to whether it was given
 *
 * Return: an exit code, or -1 to go on.
 */
int cmd_only_json(const struct command *cmd, int argc, char **argv, bool *json)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 }
	};
	int c;

	*json = false;
	while ((c = getopt_long(argc, argv, ":hj", options, NULL)) != -1) {
		switch (c) {
		case 'h':
			return cmd_help(cmd);
		case 'j':
			*json = true;
			break;
		default:
			return bad_option(c, argv);
		}
	}
	if (optind < argc)
		return misused("'%s' is too much", argv[optind]);
	return -1;
}

static int run_verb(const struct command *cmd, int argc, char **argv)
{
	usage_verb = cmd->name;
	return cmd->run(cmd, argc, argv);
}

static int run(int argc, char **argv)
{
	size_t i;

	if (!argc)
		return misused("no verb");
	if (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-h") ||
	    !strcmp(argv[0], "help"))
		return show_help();
	if (!strcmp(argv[0], "--version") || !strcmp(argv[0], "-V")) {
		puts("divulge " VERSION);
		return end_of_output(EXIT_OK);
	}
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[0], commands[i].name))
			return run_verb(&commands[i], argc, argv);
	return misused("no verb '%s'", argv[0]);
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	own_output();
	return run(argc - 1, argv + 1);
}
