// SPDX-License-Identifier: GPL-2.0
/* What DCCP this kernel has, and what it does if nothing else is asked for */

#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/dccp.h>

#include "dccp_host.h"
#include "fields.h"
#include "probe.h"
#include "sink.h"
#include "sock.h"
#include "text.h"
#include "usage.h"

/**
 * struct finding - what was found
 * @ipv4_why: why there are no sockets for IPv4, "" if there are
 * @ipv6_why: the same for IPv6
 * @ccid: CCIDs that there are
 * @ccids: the same
 * @service: service code of a new socket
 * @mps: what else it has, each -1 if it does not tell
 * @tx_qlen: likewise
 * @qpolicy: likewise
 * @send_cscov: likewise
 * @recv_cscov: likewise
 * @server_timewait: likewise
 */
struct finding {
	char ipv4_why[SOCK_WHY_LEN];
	char ipv6_why[SOCK_WHY_LEN];
	uint32_t ccid[CCIDS_MAX];
	struct uints ccids;
	uint32_t service;
	int64_t mps;
	int64_t tx_qlen;
	int64_t qpolicy;
	int64_t send_cscov;
	int64_t recv_cscov;
	int64_t server_timewait;
};

static const struct field kernel_fields[] = {
	PLAIN(TEXT, finding, ipv4_why),
	PLAIN(TEXT, finding, ipv6_why),
	PLAIN(UINTS, finding, ccids),
	{ 0 }
};

static const struct field socket_fields[] = {
	PLAIN(SERVICE, finding, service),
	PLAIN(SYSCTL, finding, mps),
	PLAIN(SYSCTL, finding, tx_qlen),
	PLAIN(SYSCTL, finding, qpolicy),
	PLAIN(SYSCTL, finding, send_cscov),
	PLAIN(SYSCTL, finding, recv_cscov),
	PLAIN(SYSCTL, finding, server_timewait),
	{ 0 }
};

static int64_t ask(int fd, int option)
{
	int n;

	return sock_number(fd, option, &n) ? -1 : n;
}

static void ask_socket(int fd, struct finding *f)
{
	struct ccids ccids;
	size_t i;

	if (!sock_kernel_ccids(fd, &ccids)) {
		for (i = 0; i < ccids.nr; i++)
			f->ccid[i] = ccids.id[i];
		f->ccids.u = f->ccid;
		f->ccids.nr = ccids.nr;
	}
	f->service = sock_service(fd);
	f->mps = ask(fd, DCCP_SOCKOPT_GET_CUR_MPS);
	f->tx_qlen = ask(fd, DCCP_SOCKOPT_QPOLICY_TXQLEN);
	f->qpolicy = ask(fd, DCCP_SOCKOPT_QPOLICY_ID);
	f->send_cscov = ask(fd, DCCP_SOCKOPT_SEND_CSCOV);
	f->recv_cscov = ask(fd, DCCP_SOCKOPT_RECV_CSCOV);
	f->server_timewait = ask(fd, DCCP_SOCKOPT_SERVER_TIMEWAIT);
}

/* Return: true if there are sockets of the family. */
static bool ask_family(int family, struct finding *f, char why[SOCK_WHY_LEN])
{
	int fd = socket(family, SOCK_DCCP | SOCK_CLOEXEC, IPPROTO_DCCP);

	if (fd < 0) {
		sock_absence(family, errno, why);
		return false;
	}
	ask_socket(fd, f);
	close(fd);
	return true;
}

static void show_rows(const struct field *field, const void *data, size_t skip)
{
	for (; field->name; field++) {
		printf("  %-16s", field->name + skip);
		field_text(field, data, stdout);
		putchar('\n');
	}
}

static int show_text(const struct finding *f, const struct dccp_host *host)
{
	size_t i;

	printf("IPv4   %s%s\n", *f->ipv4_why ? "no: " : "yes", f->ipv4_why);
	printf("IPv6   %s%s\n", *f->ipv6_why ? "no: " : "yes", f->ipv6_why);
	printf("CCIDs  ");
	for (i = 0; i < f->ccids.nr; i++)
		printf("%s%u", i ? "," : "", f->ccid[i]);
	puts("\na new socket:");
	show_rows(socket_fields, f, 0);
	if (host->seq_window < 0) {
		puts("net.dccp.default: in the first network namespace only");
	} else {
		puts("net.dccp.default:");
		show_rows(sysctl_fields, host, strlen("sysctl_"));
	}
	return end_of_output(EXIT_OK);
}

static int show_json(const struct finding *f, const struct dccp_host *host)
{
	struct record rec = {
		.part = {
			{ kernel_fields, f },
			{ socket_fields, f },
			{ sysctl_fields, host },
		},
	};
	struct sink sink;

	if (sink_open(&sink, &sink_json, stdout))
		return EXIT_FAILED;
	sink_put(&sink, &rec);
	return sink_close(&sink) ? EXIT_FAILED : EXIT_OK;
}

/**
 * probe - show what DCCP this kernel has
 * @json: as one object of JSON
 *
 * Return: an exit code.
 */
int probe(bool json)
{
	struct finding f = { .ipv4_why = "" };
	bool ipv4, ipv6;
	struct dccp_host host;

	ipv4 = ask_family(AF_INET, &f, f.ipv4_why);
	ipv6 = ask_family(AF_INET6, &f, f.ipv6_why);
	if (!ipv4 && !ipv6) {
		report("cannot use DCCP: %s", f.ipv4_why);
		return EXIT_FAILED;
	}
	dccp_host_look(&host);
	return json ? show_json(&f, &host) : show_text(&f, &host);
}
