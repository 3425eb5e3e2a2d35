// SPDX-License-Identifier: GPL-2.0
/* What DCCP this kernel has, and what it does if nothing else is asked for */

#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <json-c/json.h>
#include <linux/dccp.h>

#include "plan.h"
#include "probe.h"
#include "sock.h"
#include "text.h"
#include "usage.h"
#include "util.h"

#define SYSCTLS		"/proc/sys/net/dccp/default/"

static const struct {
	int family;
	const char *name, *key;
} families[] = {
	{ AF_INET, "IPv4", "ipv4" },
	{ AF_INET6, "IPv6", "ipv6" },
};

/* What a socket says that was just made */
static const struct {
	int option;
	const char *name, *key;
} defaults[] = {
	{ DCCP_SOCKOPT_GET_CUR_MPS, "MPS before connecting", "mps" },
	{ DCCP_SOCKOPT_QPOLICY_TXQLEN, "send queue", "tx_qlen" },
	{ DCCP_SOCKOPT_QPOLICY_ID, "queueing policy", "qpolicy" },
	{ DCCP_SOCKOPT_SEND_CSCOV, "checksum coverage, sending", "send_cscov" },
	{ DCCP_SOCKOPT_RECV_CSCOV, "checksum coverage, receiving",
	  "recv_cscov" },
	{ DCCP_SOCKOPT_SERVER_TIMEWAIT, "a server waits after the close",
	  "server_timewait" },
};

static const char *const sysctls[] = {
	"tx_ccid", "rx_ccid", "seq_window", "tx_qlen", "request_retries",
	"retries1", "retries2", "sync_ratelimit",
};

/**
 * struct finding - what was found
 * @why: why there are no sockets of a family; empty if there are
 * @service: service code of a new socket
 * @ccids: what the kernel has
 * @value: of @defaults, NULL-like where @has is false
 * @has: a new socket told the value
 * @sysctl: of @sysctls, empty where it cannot be read
 */
struct finding {
	char why[ARRAY_SIZE(families)][ABSENCE_LEN];
	uint32_t service;
	struct ccids ccids;
	int value[ARRAY_SIZE(defaults)];
	bool has[ARRAY_SIZE(defaults)];
	char sysctl[ARRAY_SIZE(sysctls)][32];
};

static void ask_socket(int fd, struct finding *f)
{
	size_t i;

	sock_kernel_ccids(fd, &f->ccids);
	f->service = sock_service(fd);
	for (i = 0; i < ARRAY_SIZE(defaults); i++)
		f->has[i] = !sock_number(fd, defaults[i].option, &f->value[i]);
}

/* Return: true if there are DCCP sockets of any family. */
static bool ask_sockets(struct finding *f)
{
	bool any = false;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		fd = socket(families[i].family, SOCK_DCCP | SOCK_CLOEXEC,
			    IPPROTO_DCCP);
		if (fd < 0) {
			absence_here(families[i].family, errno, f->why[i]);
			continue;
		}
		if (!any)
			ask_socket(fd, f);
		any = true;
		close(fd);
	}
	return any;
}

/* They are those of the first network namespace, and seen there only. */
static void read_sysctls(struct finding *f)
{
	char path[128];
	FILE *file;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sysctls); i++) {
		snprintf(path, sizeof(path), SYSCTLS "%s", sysctls[i]);
		file = fopen(path, "re");
		if (!file)
			continue;
		if (fscanf(file, "%31[0-9]", f->sysctl[i]) != 1)
			f->sysctl[i][0] = '\0';
		fclose(file);
	}
}

static void put_row(const char *name, const char *value)
{
	printf("  %-30s %s\n", name, value);
}

static void show_sysctls(const struct finding *f)
{
	size_t i;

	if (access(SYSCTLS, F_OK)) {
		puts("net.dccp.default: only the first network namespace shows it");
		return;
	}
	puts("net.dccp.default:");
	for (i = 0; i < ARRAY_SIZE(sysctls); i++)
		put_row(sysctls[i], *f->sysctl[i] ? f->sysctl[i] : "-");
}

static void show_text(const struct finding *f)
{
	char text[CCIDS_LEN];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(families); i++)
		printf("%-6s %s%s\n", families[i].name,
		       *f->why[i] ? "no: " : "yes", f->why[i]);
	printf("CCIDs  %s\n", ccids_name(&f->ccids, text));
	puts("a new socket:");
	put_row("service code", code_name(f->service, text));
	for (i = 0; i < ARRAY_SIZE(defaults); i++) {
		snprintf(text, sizeof(text), "%d", f->value[i]);
		put_row(defaults[i].name, f->has[i] ? text : "-");
	}
	show_sysctls(f);
}

/* Takes @value, which is NULL for want of memory or for null. */
static int add(struct json_object *to, const char *key,
	       struct json_object *value)
{
	if (to && !json_object_object_add(to, key, value))
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

static struct json_object *ccids_object(const struct finding *f)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; list && i < f->ccids.nr; i++)
		json_object_array_add(list,
				      json_object_new_int(f->ccids.id[i]));
	return list;
}

static struct json_object *defaults_object(const struct finding *f)
{
	struct json_object *obj = json_object_new_object();
	int err = add(obj, "service", json_object_new_int64(f->service));
	size_t i;

	for (i = 0; !err && i < ARRAY_SIZE(defaults); i++)
		err = add(obj, defaults[i].key, f->has[i] ?
			  json_object_new_int(f->value[i]) : NULL);
	return obj;
}

static struct json_object *sysctls_object(const struct finding *f)
{
	struct json_object *obj = json_object_new_object();
	int err = 0;
	size_t i;

	for (i = 0; !err && i < ARRAY_SIZE(sysctls); i++)
		err = add(obj, sysctls[i], *f->sysctl[i] ?
			  json_object_new_int64(atoll(f->sysctl[i])) : NULL);
	return obj;
}

static int show_json(const struct finding *f)
{
	struct json_object *obj = json_object_new_object();
	int err = 0;
	size_t i;

	for (i = 0; !err && i < ARRAY_SIZE(families); i++)
		err = add(obj, families[i].key,
			  json_object_new_boolean(!*f->why[i]));
	if (!err)
		err = add(obj, "ccids", ccids_object(f));
	if (!err)
		err = add(obj, "socket", defaults_object(f));
	if (!err)
		err = add(obj, "sysctl", sysctls_object(f));
	if (!err)
		puts(json_object_to_json_string_ext(obj,
						    JSON_C_TO_STRING_PLAIN));
	json_object_put(obj);
	return err;
}

/**
 * probe - show what DCCP this kernel has
 * @json: as one object of JSON
 *
 * Return: an exit code.
 */
int probe(bool json)
{
	static struct finding f;

	if (!ask_sockets(&f)) {
		report("cannot use DCCP: %s", f.why[0]);
		return EXIT_FAILED;
	}
	read_sysctls(&f);
	if (!json) {
		show_text(&f);
	} else if (show_json(&f)) {
		report("out of memory");
		return EXIT_FAILED;
	}
	return end_of_output(EXIT_OK);
}
