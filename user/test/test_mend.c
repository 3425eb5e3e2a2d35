// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "mend.h"
#include "test/tap.h"

static char why[MEND_LEN];

static void says(const char *start, const char *end)
{
	size_t len = strlen(why);

	ok(!strncmp(why, start, strlen(start)) && len > strlen(end) &&
	   !strcmp(why + len - strlen(end), end) && len < MEND_LEN - 1,
	   "%s", why);
}

static void test_dccp(void)
{
	struct modprobe m = { .release = "6.1.0-44-amd64" };

	mend_dccp(&m, why);
	says("DCCP is not loaded (its autoloading is turned off, as on "
	     "Debian): ", "run " LOAD_DCCP);
	m.autoloads = true;
	mend_dccp(&m, why);
	says("DCCP is not loaded: ", "run " LOAD_DCCP);
	m.blacklisted = true;
	mend_dccp(&m, why);
	says("DCCP is not loaded (it is blacklisted in modprobe.d): ",
	     "run " LOAD_DCCP);
	strcpy(m.install, "install dccp /bin/false");
	mend_dccp(&m, why);
	says("DCCP is not loaded, and modprobe.d keeps it out with 'install "
	     "dccp /bin/false': remove that line (", "run " LOAD_DCCP);
	m.disabled = true;
	mend_dccp(&m, why);
	says("DCCP is not loaded, and no module can be any more ",
	     "before that is set");
	m.absent = true;
	mend_dccp(&m, why);
	says("DCCP is not loaded, and /lib/modules/6.1.0-44-amd64 has no "
	     "dccp_ipv4.ko: ", "boot a kernel with CONFIG_IP_DCCP");
	m.nothing = true;
	mend_dccp(&m, why);
	says("DCCP is not loaded, and the running kernel has no modules ",
	     "boot a kernel that is installed");
}

static void test_release(void)
{
	static const struct {
		const char *release;
		bool newer;
	} kernels[] = {
		{ "6.15.11", false }, { "6.16.0-rc1", true }, { "6.16", true },
		{ "5.99", false }, { "7.0.1", true }, { "6.1.192", false },
		{ "custom", false },
	};
	struct modprobe m = { .absent = true };
	size_t i;

	for (i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		strcpy(m.release, kernels[i].release);
		mend_dccp(&m, why);
		ok(!strncmp(why, "DCCP left", 9) == kernels[i].newer, "%s: %s",
		   m.release, why);
	}
	m.absent = false;
	strcpy(m.release, "6.16");
	mend_dccp(&m, why);
	says("DCCP is not loaded", "run " LOAD_DCCP);
}

static void test_divulge(void)
{
	struct modprobe m = { .release = "6.1.0-44-amd64" };

	mend_divulge(&m, why);
	says("the kernel module is not loaded: ", "run 'modprobe divulge'");
	m.absent = true;
	mend_divulge(&m, why);
	says("the kernel module is not loaded, nor installed for Linux "
	     "6.1.0-44-amd64: ", "run 'insmod divulge.ko' where it was built");
	m.signed_only = true;
	mend_divulge(&m, why);
	says("the kernel module is not loaded, and this kernel takes signed "
	     "ones only: ", "'insmod divulge.ko'");
	m.disabled = true;
	mend_divulge(&m, why);
	says("the kernel module is not loaded, and none can be any more ",
	     "before that is set");
}

int main(void)
{
	test_dccp();
	test_release();
	test_divulge();
	return tap_end();
}
