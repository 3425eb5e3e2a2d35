// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absence.h"
#include "test/tap.h"

#define MODPROBE "run 'modprobe -a dccp_ipv4 dccp_ipv6' as root"

static char top[] = "/tmp/divulge-XXXXXX";

/* Make a file below the top, with the folders that it takes. */
static void put(const char *path, const char *text)
{
	char whole[256];
	FILE *file;
	char *at;

	snprintf(whole, sizeof(whole), "mkdir -p %s%s", top, path);
	*strrchr(whole, '/') = '\0';
	if (system(whole))
		exit(1);
	at = whole;
	snprintf(whole, sizeof(whole), "%s%s", top, path);
	file = fopen(at, "w");
	if (!file || fputs(text, file) < 0 || fclose(file))
		exit(1);
}

static void drop(const char *path)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "%s%s", top, path);
	if (unlink(whole))
		exit(1);
}

static void why(int family, int err, const char *release, const char *want,
		const char *what)
{
	struct absence absence = { family, err, top, release };
	char text[ABSENCE_LEN];

	absence_why(&absence, text);
	if (!ok(strstr(text, want), "%s", what))
		printf("# %s\n", text);
}

static void test_kernel(void)
{
	why(AF_INET, ESOCKTNOSUPPORT, "6.1.0", MODPROBE,
	    "nothing is known: it may help to load it");
	why(AF_INET, ESOCKTNOSUPPORT, "6.16.0", "left the kernel in 6.16",
	    "6.16 has none");
	why(AF_INET, ESOCKTNOSUPPORT, "7.0", "this is 7.0: boot an older one",
	    "nor has 7.0");
	why(AF_INET, ESOCKTNOSUPPORT, "6.15.9", MODPROBE, "6.15 may");
	put("/lib/modules/6.1.0/modules.dep",
	    "kernel/net/ipv4/tunnel4.ko:\nkernel/net/dccp/dccp_ipv4x.ko: a\n");
	put("/lib/modules/6.1.0/modules.builtin", "kernel/mm/zpool.ko\n");
	why(AF_INET, ESOCKTNOSUPPORT, "6.1.0",
	    "this kernel, 6.1.0, has no dccp_ipv4: boot one with CONFIG_IP_DCCP",
	    "it was not built");
	put("/lib/modules/6.1.0/modules.dep",
	    "kernel/net/dccp/dccp.ko.xz:\n"
	    "kernel/net/dccp/dccp_ipv4.ko.xz: kernel/net/dccp/dccp.ko.xz\n");
	why(AF_INET, ESOCKTNOSUPPORT, "6.1.0", MODPROBE, "it was built");
	why(AF_INET, EPROTONOSUPPORT, "6.1.0", MODPROBE, "the other error");
	why(AF_INET6, ESOCKTNOSUPPORT, "6.1.0", "has no dccp_ipv6",
	    "but not for IPv6");
	put("/lib/modules/6.1.0/modules.builtin",
	    "kernel/net/dccp/dccp_ipv6.ko\n");
	why(AF_INET6, ESOCKTNOSUPPORT, "6.1.0", MODPROBE, "it is built in");
	put("/lib/modules/6.16.0-telekom/modules.dep",
	    "updates/dccp_ipv4.ko: updates/dccp.ko\n");
	why(AF_INET, ESOCKTNOSUPPORT, "6.16.0-telekom", MODPROBE,
	    "one may have it in 6.16 all the same");
}

static void test_config(void)
{
	static const char hardening[] = "/etc/modprobe.d/hardening.conf";

	put(hardening, "# install dccp /bin/false\nblacklist dccp_ipv4\n"
		       "install dccp_ipv4 /sbin/modprobe -i dccp_ipv4\n"
		       "install dccp_diag /bin/false\ninstall dccp\n\n");
	why(AF_INET, ESOCKTNOSUPPORT, "6.1.0", MODPROBE,
	    "that keeps nobody from loading it");
	put(hardening, "options x y=z\ninstall\tdccp   /bin/true\n");
	why(AF_INET, ESOCKTNOSUPPORT, "6.1.0",
	    "hardening.conf keeps DCCP from being loaded", "that does");
	put(hardening, "install dccp-ipv4 /usr/bin/false");
	why(AF_INET, ESOCKTNOSUPPORT, "6.1.0", "hardening.conf keeps",
	    "so does that");
	why(AF_INET6, ESOCKTNOSUPPORT, "6.1.0", MODPROBE, "for IPv4 only");
	put("/lib/modprobe.d/other.conf", "install dccp false\n");
	why(AF_INET6, ESOCKTNOSUPPORT, "6.1.0", "lib/modprobe.d/other.conf",
	    "another place");
	drop("/lib/modprobe.d/other.conf");
	drop(hardening);
	put("/etc/modprobe.d/conf", "install dccp /bin/false\n");
	why(AF_INET, ESOCKTNOSUPPORT, "6.1.0", MODPROBE,
	    "modprobe reads no such file");
}

int main(void)
{
	char remove[64];

	if (!mkdtemp(top))
		return 1;
	test_kernel();
	test_config();
	why(AF_INET6, EAFNOSUPPORT, "6.1.0", "without IPv6", "no IPv6");
	why(AF_INET, EAFNOSUPPORT, "6.1.0", "without IPv4", "no IPv4");
	why(AF_INET, EMFILE, "6.1.0", "Too many open files", "other errors");
	ok(strlen(absence_here(AF_INET, ESOCKTNOSUPPORT,
			       (char [ABSENCE_LEN]){ "" })) > 20,
	   "why it is so here");
	snprintf(remove, sizeof(remove), "rm -r %s", top);
	return system(remove) ? 1 : tap_end();
}
