// SPDX-License-Identifier: GPL-2.0
/* What the running kernel has of DCCP, whether or not divulge.ko is there */

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dccp_host.h"
#include "util.h"

/* linux/dccp.h left Linux with DCCP */
#define AVAILABLE_CCIDS	12

static int64_t read_sysctl(const char *name)
{
	char path[64];
	int64_t n = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/sys/net/dccp/default/%s", name);
	file = fopen(path, "r");
	if (!file)
		return -1;
	if (fscanf(file, "%" SCNd64, &n) != 1)
		n = -1;
	fclose(file);
	return n;
}

static void read_sysctls(struct dccp_host *host)
{
	host->seq_window = read_sysctl("seq_window");
	host->rx_ccid = read_sysctl("rx_ccid");
	host->tx_ccid = read_sysctl("tx_ccid");
	host->request_retries = read_sysctl("request_retries");
	host->retries1 = read_sysctl("retries1");
	host->retries2 = read_sysctl("retries2");
	host->tx_qlen = read_sysctl("tx_qlen");
	host->sync_ratelimit = read_sysctl("sync_ratelimit");
}

static int ask_ccids(struct dccp_host *host, int fd)
{
	uint8_t ccid[DCCP_MAX_CCIDS];
	socklen_t len = sizeof(ccid);
	size_t i;

	if (getsockopt(fd, SOL_DCCP, AVAILABLE_CCIDS, ccid, &len))
		return -errno;
	for (i = 0; i < len; i++)
		host->ccid[i] = ccid[i];
	host->ccids.u = host->ccid;
	host->ccids.nr = len;
	return 0;
}

static int look_for_ccids(struct dccp_host *host, int family)
{
	int fd, err;

	fd = socket(family, SOCK_DCCP | SOCK_CLOEXEC, IPPROTO_DCCP);
	if (fd < 0)
		return -errno;
	err = ask_ccids(host, fd);
	close(fd);
	return err;
}

/**
 * dccp_why - say why there are no DCCP sockets, and what can be done
 * @why: filled
 */
void dccp_why(char why[MEND_LEN])
{
	static const char *const names[] = {
		"dccp_ipv4", "dccp_ipv6", "dccp", NULL,
	};
	struct modprobe m;

	/* A socket of the family, the protocol and the type of DCCP's */
	modprobe_look(&m, names, "net-pf-2-proto-33-type-6");
	mend_dccp(&m, why);
}

/**
 * dccp_host_look - see what the running kernel has of DCCP
 * @host: filled
 *
 * No module is loaded by it.
 */
void dccp_host_look(struct dccp_host *host)
{
	int err = 0;

	memset(host, 0, sizeof(*host));
	read_sysctls(host);
	if (modprobe_has("dccp_ipv4"))
		err = look_for_ccids(host, AF_INET);
	else if (modprobe_has("dccp_ipv6"))
		err = look_for_ccids(host, AF_INET6);
	else if (modprobe_has("dccp"))
		snprintf(host->why, sizeof(host->why),
			 "DCCP is loaded, but for neither IPv4 nor IPv6: run "
			 LOAD_DCCP);
	else
		dccp_why(host->why);
	if (err)
		snprintf(host->why, sizeof(host->why),
			 "no DCCP socket can be had: %s", strerror(-err));
}
