// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "settings.h"
#include "test/tap.h"
#include "usage.h"

static struct settings settings;
static char file[] = "/tmp/settings.XXXXXX";

static int read_args(const char *const *args)
{
	char *argv[16] = { "divulged", "--config", file };
	int argc = 3;

	while (*args)
		argv[argc++] = (char *)*args++;
	argv[argc] = NULL;
	return settings_read(&settings, argc, argv);
}

#define ARGS(...)	((const char *const []){ __VA_ARGS__, NULL })

static int write_file(const char *text)
{
	FILE *out = fopen(file, "w");

	if (!out)
		return -1;
	fputs(text, out);
	return fclose(out);
}

static int read_with(const char *text, const char *const *args)
{
	return write_file(text) ? -2 : read_args(args);
}

static bool is_output(size_t i, const char *name, size_t format,
		      const struct target_ops *ops)
{
	const struct destination *to = &settings.output[i];

	return i < settings.nr_outputs && !strcmp(to->name, name) &&
	       to->format == format && to->target.ops == ops;
}

static void test_default(void)
{
	int code = read_with("", ARGS("/a", "/b"));

	ok(code < 0 && settings.nr_paths == 2 &&
	   !strcmp(settings.wanted.paths[1], "/b") &&
	   !settings.wanted.paths[2], "paths");
	ok(settings.nr_outputs == 1 &&
	   is_output(0, "json:-", 0, &target_stdout), "the default output");
	ok(settings.queue == 16 << 20, "the default queue");
	ok(!settings.state, "no state");
	settings_free(&settings);
}

static void test_file(void)
{
	int code = read_with("# ours\n\n output = text:/x y \npath=/a\n"
			     "queue = 1M\ntype = f\nno-dccp = yes\n"
			     "no-births = no\n",
			     ARGS("-o", "syslog:/dev/udp/[::1]/514", "/b",
				  "--queue", "512k"));

	ok(code < 0 && settings.nr_outputs == 2 &&
	   is_output(0, "text:/x y", 1, &target_file) &&
	   is_output(1, "syslog:/dev/udp/[::1]/514", 2, &target_udp),
	   "outputs add up");
	ok(!strcmp(settings.output[0].target.path, "/x y"), "a path");
	ok(!strcmp(settings.output[1].target.host, "::1") &&
	   !strcmp(settings.output[1].target.port, "514"), "host and port");
	ok(settings.nr_paths == 2 && !strcmp(settings.path[0], "/a"),
	   "and so do paths");
	ok(settings.queue == 512 << 10, "the command line has the last word");
	ok(!settings.wanted.dccp && settings.wanted.births &&
	   settings.wanted.filter.types, "what is wanted");
	settings_free(&settings);
}

static bool state_is(const char *text, const char *const *args,
		     const char *want)
{
	bool is = read_with(text, args) < 0 && settings.state &&
		  !strcmp(settings.state, want);

	settings_free(&settings);
	return is;
}

static void test_state(void)
{
	ok(state_is("state = /x/y\n", ARGS("/"), "/x/y"), "a state");
	ok(state_is("state = /x/y\n", ARGS("/", "--state", "x y"), "x y"),
	   "the command line has the last word");
	setenv("STATE_DIRECTORY", "/var/lib/a:/b", 1);
	ok(state_is("", ARGS("/"), "/var/lib/a/state"), "systemd's");
	ok(state_is("state = /x\n", ARGS("/"), "/x"), "unless one is named");
	unsetenv("STATE_DIRECTORY");
}

static void test_store(void)
{
	int code = read_with("output = sqlite:/x/y.db\nkeep = 30d\n"
			     "keep-size = 1G\n",
			     ARGS("-o", "sqlite:z", "/", "--keep", "2w"));

	ok(code < 0 && is_output(0, "sqlite:/x/y.db", 0, &target_store) &&
	   is_output(1, "sqlite:z", 0, &target_store), "databases");
	ok(settings.output[1].target.path[0] == '/', "a path from the root");
	ok(settings.output[0].target.keep.age / 1000000000 == 14 * 86400 &&
	   settings.output[1].target.keep.size == 1 << 30,
	   "what each keeps");
	settings_free(&settings);
}

static void test_targets(void)
{
	int code = read_with("", ARGS("/", "-o", "json:/dev/tcp/::1/http", "-o",
				      "json:/dev/dccp/host/5001/demo", "-o",
				      "json:/dev/dccp/host/5001/42", "-o",
				      "json:unix:sock", "-o", "journal:"));

	ok(code < 0 && settings.nr_outputs == 5, "five outputs");
	ok(settings.output[4].target.ops == &target_journal, "the journal");
	ok(!strcmp(settings.output[0].target.host, "::1") &&
	   !strcmp(settings.output[0].target.port, "http") &&
	   settings.output[0].target.ops == &target_tcp, "TCP");
	ok(settings.output[1].target.service == 0x64656d6f &&
	   settings.output[2].target.service == 42 &&
	   settings.output[1].target.ops == &target_dccp, "DCCP");
	ok(settings.output[3].target.ops == &target_unix &&
	   settings.output[3].target.path[0] == '/', "a unix socket");
	settings_free(&settings);
}

static void refused(const char *text, const char *const *args, int want,
		    const char *why)
{
	int code = read_with(text, args);

	ok(code == want, "%s: %d", why, code);
	settings_free(&settings);
}

static void test_refused(void)
{
	static const char *const lines[] = {
		"output", "output =", "nonsense = 1", "output = xml:-",
		"output = json:", "output = json", "no-dccp = perhaps",
		"queue = 1", "queue = 2G", "queue = 1Q", "queue = 1Mb",
		"output = json:relative", "output = json:unix:relative",
		"path = relative", "help = yes", "config = /x", "type = q",
		"output = json:/dev/tcp/host", "output = json:/dev/tcp//1",
		"output = json:/dev/tcp/host/", "output = json:/dev/tcp/h/0",
		"output = json:/dev/tcp/h/65536", "output = json:/dev/udp/h/1/2",
		"output = json:/dev/dccp/h/1/abc", "output = json:unix:",
		"output = json:-\noutput = json:-", "no-births = yes",
		"uid = no such user", "state = relative", "state =",
		"output = sqlite:", "output = sqlite:-",
		"output = sqlite:relative", "keep = 30", "keep = yes",
		"keep-size = 1k", "keep =", "output = journal:/x",
		"output = journal", "output = journal:\noutput = journal:",
	};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		refused(lines[i], ARGS("/"), EXIT_MISUSED, "a file");
	refused("", ARGS("--queue"), EXIT_MISUSED, "an option without value");
	refused("", ARGS("--what"), EXIT_MISUSED, "no option");
	refused("", ARGS("--no-dccp"), EXIT_MISUSED, "no path");
	refused("", ARGS("--config", "/no/such", "/"), EXIT_FAILED, "no file");
	refused("", ARGS("--config", "/", "/"), EXIT_FAILED, "a folder");
}

static void test_again(void)
{
	char *argv[] = { "divulged", "--config", file, "/", NULL };
	struct settings now;
	char where[64];
	int code;

	read_with("output = json:-\n", ARGS("/"));
	write_file("output = text:-\n");
	code = settings_read_again(&now, &settings, 4, argv);
	ok(code < 0 && settings_same_wishes(&settings, &now) &&
	   !settings_fixed(&settings, &now), "only outputs have changed");
	settings_free(&now);
	write_file("uid = 7\n");
	code = settings_read_again(&now, &settings, 4, argv);
	ok(code < 0 && !settings_same_wishes(&settings, &now) &&
	   !settings_fixed(&settings, &now), "what is wanted has, too");
	settings_free(&now);
	write_file("# \npath = /a\nno-dccp = yes\n");
	code = settings_read_again(&now, &settings, 4, argv);
	ok(code < 0 && !settings_same_wishes(&settings, &now) &&
	   !strcmp(settings_fixed(&settings, &now), "no-dccp"),
	   "what only a start can change");
	settings_take(&settings, &now);
	snprintf(where, sizeof(where), "%s:2", file);
	ok(!strcmp(settings.wanted.paths[0], "/a") &&
	   !strcmp(settings.wanted.where[0], where) &&
	   !settings.wanted.where[1], "where it says so");
	settings_free(&now);
	write_file("path = /a\nno-dccp = yes\nstate = /x\n");
	code = settings_read_again(&now, &settings, 4, argv);
	ok(code < 0 && !strcmp(settings_fixed(&settings, &now), "state"),
	   "the state, too");
	settings_free(&now);
	settings_free(&settings);
}

int main(void)
{
	int fd = mkstemp(file);

	if (fd < 0)
		return 1;
	close(fd);
	test_default();
	test_file();
	test_state();
	test_store();
	test_targets();
	test_refused();
	test_again();
	unlink(file);
	return tap_end();
}
