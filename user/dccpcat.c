// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "caught.h"
#include "client.h"
#include "conn.h"
#include "number.h"
#include "plan.h"
#include "probe.h"
#include "server.h"
#include "text.h"
#include "transfer.h"
#include "usage.h"

#define MAX_PORT	65535

/* Of --timeout and --quit: longer is for ever */
#define MAX_SECONDS	1e9

/**
 * struct wish - what was asked for
 * @plan: what is to be done
 * @port: of --port
 * @close: --close was said
 * @probe: show what the kernel has
 * @json: as JSON
 */
struct wish {
	struct plan plan;
	const char *port;
	bool close, probe, json;
};

static int show_help(void)
{
	puts("usage: dccpcat [OPTION...] HOST PORT\n"
	     "       dccpcat -l [OPTION...] [HOST] PORT\n"
	     "       dccpcat -z [OPTION...] HOST PORT[-PORT]\n"
	     "       dccpcat --probe [--json]\n\n"
	     "  netcat for DCCP: standard input goes to the peer, what comes\n"
	     "  from there to standard output\n\n"
	     "  -l, --listen           wait to be connected to\n"
	     "  -k, --keep             go on listening after that\n"
	     "  -z, --scan             see whether ports accept, no more\n"
	     "  -s, --service CODE,... service code, such as demo or 42; a\n"
	     "                         listener can have several\n"
	     "      --tx-ccid N,...    send with that congestion control\n"
	     "      --rx-ccid N,...    have the peer send with that\n"
	     "      --datagram UNIT    what of the input is one: line\n"
	     "                         (default), read, full or BYTES\n"
	     "      --echo             send back what comes\n"
	     "      --rate RATE        so many datagrams a second, or bytes\n"
	     "                         with a B at the end: 20, 1.5k, 64KiB\n"
	     "  -d, --deaf             leave standard input alone\n"
	     "  -N, --close            close when the input is sent, or\n"
	     "  -q, --quit SECONDS     when then nothing came for so long;\n"
	     "                         -1 waits for the peer (default 1, or\n"
	     "                         -1 if the input is empty)\n"
	     "  -w, --timeout SECONDS  give up if nothing goes on for so long\n"
	     "  -p, --port PORT        come from there, or listen there\n"
	     "  -b, --bind ADDRESS     come from there, or listen there\n"
	     "  -4, -6                 only that version of IP\n"
	     "  -n, --numeric          look up no names of hosts\n"
	     "  -v, --verbose          tell what happens\n"
	     "      --probe            show what DCCP this kernel has\n"
	     "      --json             as one object of JSON\n"
	     "  -h, --help, -V, --version");
	return end_of_output(EXIT_OK);
}

enum {
	OPTION_DATAGRAM = 256,
	OPTION_ECHO,
	OPTION_JSON,
	OPTION_PROBE,
	OPTION_RATE,
	OPTION_RX_CCID,
	OPTION_TX_CCID,
};

static const struct option options[] = {
	{ "bind", required_argument, NULL, 'b' },
	{ "close", no_argument, NULL, 'N' },
	{ "datagram", required_argument, NULL, OPTION_DATAGRAM },
	{ "deaf", no_argument, NULL, 'd' },
	{ "echo", no_argument, NULL, OPTION_ECHO },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "keep", no_argument, NULL, 'k' },
	{ "listen", no_argument, NULL, 'l' },
	{ "numeric", no_argument, NULL, 'n' },
	{ "port", required_argument, NULL, 'p' },
	{ "probe", no_argument, NULL, OPTION_PROBE },
	{ "quit", required_argument, NULL, 'q' },
	{ "rate", required_argument, NULL, OPTION_RATE },
	{ "rx-ccid", required_argument, NULL, OPTION_RX_CCID },
	{ "scan", no_argument, NULL, 'z' },
	{ "service", required_argument, NULL, 's' },
	{ "timeout", required_argument, NULL, 'w' },
	{ "tx-ccid", required_argument, NULL, OPTION_TX_CCID },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

/* The parsers return an exit code, or -1 to go on. */
static int parse_seconds(const char *arg, int64_t *ns)
{
	size_t len = strspn(arg, "0123456789.");
	double seconds;
	char *end;

	seconds = strtod(arg, &end);
	if (!len || arg[len] || *end)
		return misused("'%s' is no number of seconds", arg);
	*ns = seconds > MAX_SECONDS ? FOREVER : seconds * NSEC_PER_SEC;
	return -1;
}

static int parse_quit(const char *arg, int64_t *ns)
{
	if (strcmp(arg, "-1"))
		return parse_seconds(arg, ns);
	*ns = FOREVER;
	return -1;
}

static int parse_timeout(const char *arg, int64_t *ns)
{
	int code = parse_seconds(arg, ns);

	if (code < 0 && !*ns)
		return misused("'--timeout %s' would give up at once", arg);
	return code;
}

static int parse_unit(const char *arg, struct plan *plan)
{
	uint64_t n;

	if (!strcmp(arg, "line")) {
		plan->unit = UNIT_LINE;
	} else if (!strcmp(arg, "read")) {
		plan->unit = UNIT_READ;
	} else if (!strcmp(arg, "full")) {
		plan->unit = UNIT_FULL;
	} else if (number_parse(arg, 10, MAX_DATAGRAM, &n) && n) {
		plan->unit = UNIT_BLOCK;
		plan->block = n;
	} else {
		return misused("'%s' is no unit: there are line, read, full "
			       "and a number of bytes up to %d", arg,
			       MAX_DATAGRAM);
	}
	return -1;
}

static int parse_value(struct wish *wish, int c)
{
	struct plan *plan = &wish->plan;

	switch (c) {
	case 'b':
		plan->source = optarg;
		return -1;
	case 'p':
		wish->port = optarg;
		return -1;
	case 'q':
		return parse_quit(optarg, &plan->quit);
	case 's':
		return codes_add(&plan->services, optarg);
	case 'w':
		return parse_timeout(optarg, &plan->timeout);
	case OPTION_DATAGRAM:
		return parse_unit(optarg, plan);
	case OPTION_RX_CCID:
		return ccids_parse(&plan->rx, optarg);
	case OPTION_TX_CCID:
		return ccids_parse(&plan->tx, optarg);
	default:
		if (rate_parse(optarg, &plan->rate))
			return -1;
		return misused("'%s' is no rate, such as 20 (datagrams a "
			       "second) or 1.5kB (bytes)", optarg);
	}
}

static bool parse_flag(struct wish *wish, int c)
{
	struct plan *plan = &wish->plan;

	switch (c) {
	case 'd':
		return plan->deaf = true;
	case 'k':
		return plan->keep = true;
	case 'l':
		return plan->listen = true;
	case 'n':
		return plan->numeric = true;
	case 'N':
		return wish->close = true;
	case 'v':
		return plan->verbose = true;
	case 'z':
		return plan->scan = true;
	case OPTION_ECHO:
		return plan->echo = true;
	case OPTION_JSON:
		return wish->json = true;
	case OPTION_PROBE:
		return wish->probe = true;
	default:
		return false;
	}
}

static int parse_option(struct wish *wish, int c, char **argv)
{
	struct plan *plan = &wish->plan;

	switch (c) {
	case '4':
	case '6':
		if (plan->family != AF_UNSPEC)
			return misused("only one of '-4' and '-6' can be had");
		plan->family = c == '4' ? AF_INET : AF_INET6;
		return -1;
	case '?':
	case ':':
		return bad_option(c, argv);
	default:
		return parse_flag(wish, c) ? -1 : parse_value(wish, c);
	}
}

/* The C library takes any number, and the lower bits of it. */
static bool is_port(const char *text, bool any)
{
	uint64_t n;

	if (text[strspn(text, "0123456789")])
		return true;
	return number_parse(text, 10, MAX_PORT, &n) && (n || any);
}

static int settle_listener(struct wish *wish, int argc, char **argv)
{
	struct plan *plan = &wish->plan;

	plan->port = wish->port;
	if (!plan->port && argc)
		plan->port = argv[--argc];
	plan->host = plan->source;
	if (!plan->host && argc)
		plan->host = argv[--argc];
	if (argc)
		return misused("'%s' is one too many", argv[0]);
	if (!plan->port)
		return misused("no port named to listen on");
	if (!is_port(plan->port, true))
		return misused("'%s' is no port", plan->port);
	if (plan->scan)
		return misused("'--scan' connects, '--listen' does not");
	return -1;
}

static int settle_client(struct wish *wish, int argc, char **argv)
{
	struct plan *plan = &wish->plan;

	if (argc != 2)
		return misused(argc < 2 ? "name a host and a port" :
					  "name one host and one port");
	plan->host = argv[0];
	plan->port = argv[1];
	plan->source_port = wish->port;
	if (!plan->scan && !is_port(plan->port, false))
		return misused("'%s' is no port", plan->port);
	if (plan->source_port && !is_port(plan->source_port, true))
		return misused("'%s' is no port", plan->source_port);
	if (plan->keep)
		return misused("'--keep' needs '--listen'");
	if (plan->services.nr > 1)
		return misused("only a listener has several service codes");
	return -1;
}

/* See whether what was asked for goes together, and add what goes with it. */
static int settle(struct wish *wish, int argc, char **argv)
{
	struct plan *plan = &wish->plan;

	if (wish->json && !wish->probe)
		return misused("'--json' needs '--probe'");
	if (wish->probe)
		return argc ? misused("'--probe' takes no '%s'", argv[0]) : -1;
	if (wish->close && plan->quit == BY_INPUT)
		plan->quit = 0;
	if (plan->echo && plan->deaf)
		return misused("'--echo' leaves standard input alone anyway");
	if ((plan->echo || plan->deaf) && plan->quit != BY_INPUT)
		return misused("'--close' and '--quit' are about the end of "
			       "standard input, which is left alone");
	return plan->listen ? settle_listener(wish, argc, argv) :
			      settle_client(wish, argc, argv);
}

static int serve(const struct plan *plan, struct input *in)
{
	int listener = server_listen(plan);
	struct conn conn;
	int err;

	if (listener < 0)
		return listener;
	do {
		err = server_accept(listener, &conn);
		if (err)
			break;
		/* There is nobody for who comes now. */
		if (!plan->keep) {
			close(listener);
			listener = -1;
		}
		if (plan->verbose)
			conn_tell(&conn, "connection from");
		err = transfer(plan, &conn, in);
	} while (plan->keep && !caught_signal());
	if (listener >= 0)
		close(listener);
	return err;
}

static int visit(const struct plan *plan, struct input *in)
{
	struct conn conn;
	int err;

	err = client_connect(plan, plan->port, &conn);
	if (err)
		return err;
	if (plan->verbose)
		conn_tell(&conn, "connected to");
	return transfer(plan, &conn, in);
}

/* Return: 0 if any of them accepts. */
static int scan_range(const struct plan *plan, unsigned long from,
		      unsigned long to)
{
	struct conn conn;
	char port[24];
	int err, result = 1;

	for (; from <= to; from++) {
		snprintf(port, sizeof(port), "%lu", from);
		err = client_connect(plan, port, &conn);
		if (err < 0)
			return err;
		if (err)
			continue;
		result = 0;
		if (plan->verbose)
			conn_tell(&conn, "connected to");
		conn_close(&conn, 0);
	}
	return result;
}

static bool parse_ports(const char *arg, uint64_t *from, uint64_t *to)
{
	size_t len = strcspn(arg, "-");
	char text[6] = "";

	if (len >= sizeof(text))
		return false;
	memcpy(text, arg, len);
	if (!number_parse(text, 10, MAX_PORT, from) || !*from)
		return false;
	*to = *from;
	return !arg[len] || (number_parse(arg + len + 1, 10, MAX_PORT, to) &&
			     *to >= *from);
}

static int scan(const struct plan *plan)
{
	uint64_t from, to;

	if (!parse_ports(plan->port, &from, &to))
		return misused("'%s' is neither a port nor a range of ports",
			       plan->port);
	return scan_range(plan, from, to) ? EXIT_FAILED : EXIT_OK;
}

static int connect_or_listen(const struct plan *plan)
{
	struct input in = {
		.fd = STDIN_FILENO, .unit = plan->unit, .block = plan->block,
	};
	struct input *wanted = plan->echo || plan->deaf ? NULL : &in;
	int err;

	err = input_open(&in);
	if (err) {
		report("cannot start: %s", strerror(-err));
		return EXIT_FAILED;
	}
	err = plan->listen ? serve(plan, wanted) : visit(plan, wanted);
	input_close(&in);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int run(const struct wish *wish)
{
	int err;

	if (wish->probe)
		return probe(wish->json);
	err = caught_open();
	if (err) {
		report("cannot catch signals: %s", strerror(-err));
		return EXIT_FAILED;
	}
	if (wish->plan.scan)
		return caught_end(scan(&wish->plan));
	return caught_end(connect_or_listen(&wish->plan));
}

int main(int argc, char **argv)
{
	struct wish wish = {
		.plan = {
			.family = AF_UNSPEC, .timeout = FOREVER,
			.quit = BY_INPUT,
		},
	};
	int c, code;

	setlocale(LC_CTYPE, "");
	own_output();
	while ((c = getopt_long(argc, argv, ":46b:dhklNnp:q:s:Vvw:z", options,
				NULL)) != -1) {
		if (c == 'h')
			return show_help();
		if (c == 'V') {
			puts("dccpcat " VERSION);
			return end_of_output(EXIT_OK);
		}
		code = parse_option(&wish, c, argv);
		if (code >= 0)
			return code;
	}
	code = settle(&wish, argc - optind, argv + optind);
	return code >= 0 ? code : run(&wish);
}
