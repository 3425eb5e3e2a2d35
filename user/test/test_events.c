// SPDX-License-Identifier: GPL-2.0
/* From messages as the module sends them to lines of output */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "events.h"
#include "genl.h"
#include "test/tap.h"

static char buf[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
static struct events events;
static struct sink sink;
static char *text;
static size_t text_len;

static void begin(const struct sink_ops *format)
{
	sink = (struct sink){ .ops = format };
	sink.out = open_memstream(&text, &text_len);
	events_init(&events, &sink);
	paths_add(&events.paths, &(struct mount){
		.path = strdup("/no/such/directory"),
		.sb = makedev(254, 16),
	});
}

static void end(void)
{
	paths_free(&events.paths);
	fclose(sink.out);
	free(text);
	text = NULL;
}

static struct nlmsghdr *message(uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *hdr;

	hdr = mnl_nlmsg_put_extra_header(nlh, sizeof(*hdr));
	hdr->cmd = cmd;
	return nlh;
}

static void put_loss(struct nlmsghdr *nlh, uint64_t first, uint64_t count)
{
	struct divulge_loss loss = {
		.count = count, .first_seq = first,
		.since = 1000000000, .until = 1500000000,
	};

	mnl_attr_put(nlh, DIVULGE_A_BIRTH_EVENTS_LOSS, sizeof(loss), &loss);
}

static void put_birth_of(struct nlmsghdr *nlh, uint64_t seq, uint32_t minor,
			 const char *name, const uint32_t *ids, size_t nr_ids)
{
	struct divulge_birth_origin origin = {
		.seq = seq, .time = 2000000001, .parent_ino = 128,
		.parent_gen = 5, .sb_dev_major = 254, .sb_dev_minor = minor,
		.pid = 13, .tgid = 12, .cgroup_id = UINT64_MAX,
		.comm = "tou\"ch",
	};
	struct divulge_birth birth = {
		.btime_sec = -1, .btime_nsec = 5, .ino = UINT64_MAX, .gen = 77,
		.granularity = 1, .dev_major = 254, .dev_minor = 16,
		.mode = 0100644, .type = DIVULGE_FILE_TYPE_REG,
		.term = DIVULGE_BIRTH_TERM_CRTIME, .fs = "xfs",
	};
	struct nlattr *nest;

	nest = mnl_attr_nest_start(nlh, DIVULGE_A_BIRTH_EVENTS_EVENT);
	mnl_attr_put(nlh, DIVULGE_A_BIRTH_EVENT_ORIGIN, sizeof(origin),
		     &origin);
	mnl_attr_put(nlh, DIVULGE_A_BIRTH_EVENT_RECORD, sizeof(birth), &birth);
	mnl_attr_put(nlh, DIVULGE_A_BIRTH_EVENT_NAME, strlen(name), name);
	if (ids)
		mnl_attr_put(nlh, DIVULGE_A_BIRTH_EVENT_WATCHES,
			     nr_ids * sizeof(*ids), ids);
	mnl_attr_nest_end(nlh, nest);
}

static void put_birth(struct nlmsghdr *nlh, uint64_t seq, uint32_t minor,
		      const char *name)
{
	put_birth_of(nlh, seq, minor, name, NULL, 0);
}

static void put_unmount(struct nlmsghdr *nlh, uint64_t seq, uint32_t minor)
{
	struct divulge_unmount unmount = {
		.seq = seq, .time = 4000000000, .sb_dev_major = 254,
		.sb_dev_minor = minor, .fs = "xfs",
	};

	mnl_attr_put(nlh, DIVULGE_A_BIRTH_EVENTS_UNMOUNT, sizeof(unmount),
		     &unmount);
}

static void put_change(struct nlmsghdr *nlh, uint64_t seq)
{
	struct divulge_dccp_change change = {
		.seq = seq, .time = 3000000000,
		.old_state = DIVULGE_DCCP_STATE_RESPOND,
	};
	struct divulge_dccp_sock sock = {
		.cookie = 4097, .inode = 144, .netns = 4026531840,
		.service = 1717858426, .mps = 1424, .pmtu = 1500,
		.tx_ccid = 2, .rx_ccid = -1, .sport = 5001, .dport = 40000,
		.family = AF_INET6, .state = DIVULGE_DCCP_STATE_OPEN,
		.role = DIVULGE_DCCP_ROLE_SERVER,
	};
	struct nlattr *nest;

	inet_pton(AF_INET6, "::1", sock.saddr);
	inet_pton(AF_INET6, "fe80::2", sock.daddr);
	nest = mnl_attr_nest_start(nlh, DIVULGE_A_DCCP_EVENTS_EVENT);
	mnl_attr_put(nlh, DIVULGE_A_DCCP_EVENT_CHANGE, sizeof(change),
		     &change);
	mnl_attr_put(nlh, DIVULGE_A_DCCP_EVENT_SOCK, sizeof(sock), &sock);
	mnl_attr_nest_end(nlh, nest);
}

static void is_text(const char *want, const char *name)
{
	fflush(sink.out);
	if (!ok(!strcmp(text, want), "%s", name))
		printf("# got  %s# want %s", text, want);
}

static void test_birth(void)
{
	struct nlmsghdr *nlh = message(DIVULGE_CMD_BIRTH_NTF);

	begin(&sink_json);
	put_birth(nlh, 7, 16, "a\nb");
	ok(!events_message(nlh, &events), "a birth");
	is_text("{\"event\":\"birth\",\"seq\":7,"
		"\"time\":\"1970-01-01T00:00:02.000000001Z\","
		"\"kind\":\"created\",\"sb_dev\":\"254:16\","
		"\"parent_ino\":128,\"parent_gen\":5,\"pid\":13,\"tgid\":12,"
		"\"uid\":0,\"comm\":\"tou\\\"ch\","
		"\"cgroup_id\":18446744073709551615,"
		"\"path\":null,\"name\":\"a\\u000ab\","
		"\"btime\":\"1969-12-31T23:59:59.000000005Z\","
		"\"mtime\":\"1970-01-01T00:00:00.000000000Z\","
		"\"atime\":\"1970-01-01T00:00:00.000000000Z\","
		"\"ctime\":\"1970-01-01T00:00:00.000000000Z\","
		"\"missing\":\"none\",\"term\":\"crtime\",\"granularity\":1,"
		"\"fs\":\"xfs\",\"dev\":\"254:16\","
		"\"ino\":18446744073709551615,\"gen\":77,\"type\":\"reg\","
		"\"mode\":33188,\"flags\":[]}\n", "all of it in JSON");
	end();
}

static void test_change(void)
{
	struct nlmsghdr *nlh = message(DIVULGE_CMD_DCCP_NTF);

	begin(&sink_json);
	put_change(nlh, 1);
	ok(!events_message(nlh, &events), "a change");
	is_text("{\"event\":\"dccp-state\",\"seq\":1,"
		"\"time\":\"1970-01-01T00:00:03.000000000Z\","
		"\"old_state\":\"respond\",\"change\":\"state\",\"family\":\"inet6\","
		"\"saddr\":\"::1\",\"sport\":5001,\"daddr\":\"fe80::2\","
		"\"dport\":40000,\"state\":\"open\",\"role\":\"server\","
		"\"tx_ccid\":2,\"rx_ccid\":null,\"mps\":1424,\"pmtu\":1500,"
		"\"service\":1717858426,\"cookie\":4097,\"inode\":144,"
		"\"netns\":4026531840,\"uid\":0,\"ifindex\":0,\"busy\":0,"
		"\"kind\":\"socket\",\"shutdown\":[],\"v6only\":0}\n",
		"all of it in JSON");
	end();
}

/* Return: how many lines hold @what. */
static int lines(const char *what)
{
	const char *at;
	int n = 0;

	fflush(sink.out);
	for (at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

static void test_text(void)
{
	struct nlmsghdr *nlh;

	begin(&sink_text);
	nlh = message(DIVULGE_CMD_BIRTH_NTF);
	put_birth(nlh, 1, 16, "a\nb\xff\\x41\\");
	events_message(nlh, &events);
	nlh = message(DIVULGE_CMD_DCCP_NTF);
	put_change(nlh, 1);
	events_message(nlh, &events);
	is_text("00:00:02.000000001 born reg ?/a\\x0ab\\xff\\x5cx41\\ "
		"(xfs 254:16 ino 18446744073709551615 gen 77) created by "
		"tou\"ch[12] uid 0\n"
		"00:00:03.000000000 dccp [::1]:5001 [fe80::2]:40000 RESPOND "
		"-> OPEN (server ccid 2/- mps 1424 pmtu 1500 SC:fdpz cookie "
		"4097 netns 4026531840)\n",
		"text for people");
	nlh = message(DIVULGE_CMD_BIRTH_NTF);
	put_loss(nlh, 2, 3);
	events_message(nlh, &events);
	ok(lines(" lost 3 births (from 2 to 4, between 00:00:01.000000000 "
		 "and 00:00:01.500000000)\n") == 1, "of a loss too");
	end();
}

static void test_numbers(void)
{
	struct nlmsghdr *nlh = message(DIVULGE_CMD_BIRTH_NTF);

	begin(&sink_json);
	put_birth(nlh, 1, 16, "a");
	put_birth(nlh, 2, 99, "not ours");
	put_birth(nlh, 3, 16, "b");
	ok(!events_message(nlh, &events) && lines("birth\"") == 2 &&
	   !lines("lost"), "what others watch is counted and not shown");
	nlh = message(DIVULGE_CMD_BIRTH_NTF);
	put_loss(nlh, 6, 2);
	put_birth(nlh, 10, 99, "not ours");
	ok(!events_message(nlh, &events) && lines("lost") == 3 &&
	   lines("\"count\":2,\"first_seq\":4,\"last_seq\":5,"
		 "\"since\":\"1970-01-01T00:00:02.000000001Z\","
		 "\"until\":\"1970-01-01T00:00:01.000000000Z\"") == 1 &&
	   lines("\"count\":2,\"first_seq\":6,\"last_seq\":7") == 1 &&
	   lines("\"count\":2,\"first_seq\":8,\"last_seq\":9") == 1,
	   "gap, loss, gap");
	ok(lines("\"event\":\"lost\",\"stream\":\"births\",\"time\":\"2") == 3,
	   "when it was noticed");
	nlh = message(DIVULGE_CMD_DCCP_NTF);
	put_change(nlh, 1);
	ok(!events_message(nlh, &events) && lines("lost") == 3,
	   "the streams have numbers of their own");
	end();
}

/* What overran its buffer may be all there was. */
static void test_begin_and_end(void)
{
	struct module_info info = {
		.may_watch = true,
		.births = { .births_published = 5, .births_lost = 2 },
		.dccp = { .dccp_published = 3 },
	};

	begin(&sink_json);
	events_begin(&events, &info, false);
	ok(!events_end(&events, &info) && !lines("lost"), "nothing happens");
	info.births.births_published++;
	info.births.births_lost++;
	info.dccp.dccp_published++;
	ok(!events_end(&events, &info) && lines("lost") == 1 &&
	   lines("\"count\":2,\"first_seq\":8,\"last_seq\":9") == 1,
	   "births are lost, and none of what nobody asked for");
	end();
	begin(&sink_json);
	events_begin(&events, &info, true);
	info.dccp.dccp_lost++;
	ok(!events_end(&events, &info) && lines("\"dccp\"") == 1,
	   "a change is lost");
	end();
}

static void test_count(void)
{
	struct nlmsghdr *nlh = message(DIVULGE_CMD_BIRTH_NTF);

	begin(&sink_json);
	events.left = 2;
	put_birth(nlh, 1, 16, "a");
	put_birth(nlh, 2, 99, "not ours");
	put_birth(nlh, 3, 16, "b");
	put_birth(nlh, 4, 16, "c");
	ok(events_message(nlh, &events) > 0 && lines("birth\"") == 2,
	   "two events wanted, two had");
	end();
}

static void test_watches(void)
{
	static const uint32_t others[] = { 4, 6 }, ours[] = { 1, 5, 4, 9 };
	struct nlmsghdr *nlh = message(DIVULGE_CMD_BIRTH_NTF);

	begin(&sink_json);
	events.paths.mounts[0].id = 5;
	put_birth_of(nlh, 1, 16, "others", others, 2);
	put_birth_of(nlh, 2, 16, "ours", ours, 4);
	put_birth_of(nlh, 3, 16, "none", ours, 0);
	ok(!events_message(nlh, &events) && lines("birth\"") == 1 &&
	   lines("\"ours\"") == 1, "what passed a watch of ours");
	nlh = message(DIVULGE_CMD_BIRTH_NTF);
	events.filter.types = 1 << DIVULGE_FILE_TYPE_REG;
	put_birth(nlh, 4, 16, "too many to tell");
	events_message(nlh, &events);
	ok(lines("too many") == 1, "what may have");
	events.filter.types = 1 << DIVULGE_FILE_TYPE_DIR;
	events_message(nlh, &events);
	ok(lines("too many") == 1, "and not what is of another type");
	events.filter = (struct filter){ .uid = 1000 };
	events_message(nlh, &events);
	ok(lines("too many") == 1, "or by another user");
	events.filter.uid = 0;
	events_message(nlh, &events);
	ok(lines("too many") == 2, "the right user's");
	events.filter.uid = 1000;
	events.was.until = 2000000000;
	events_message(nlh, &events);
	ok(lines("too many") == 2, "what was wanted until just before");
	events.was.until = 2000000001;
	events_message(nlh, &events);
	ok(lines("too many") == 3, "and what was until then");
	end();
}

static void test_some_changes(void)
{
	struct nlmsghdr *nlh = message(DIVULGE_CMD_DCCP_NTF);

	begin(&sink_json);
	put_change(nlh, 1);
	put_change(nlh, 3);
	events.sockets.service = 5;
	events.left = 1;
	ok(!events_message(nlh, &events) && !lines("dccp-state") &&
	   lines("lost") == 1, "other sockets are counted and not shown");
	end();
	begin(&sink_json);
	events.changes = UINT32_C(1) << DIVULGE_DCCP_CHANGE_KIND_MPS;
	ok(!events_message(nlh, &events) && !lines("dccp-state"),
	   "nor are other events");
	events.changes |= UINT32_C(1) << DIVULGE_DCCP_CHANGE_KIND_STATE;
	ok(!events_message(nlh, &events) && lines("dccp-state") == 2,
	   "what is wanted is shown");
	end();
	begin(&sink_json);
	events.changes = UINT32_C(1) << DIVULGE_DCCP_CHANGE_KIND_MPS;
	dccp_filter_init(&events.was.sockets);
	events.was.until = INT64_MAX;
	ok(!events_message(nlh, &events) && lines("dccp-state") == 2,
	   "and what was wanted when it happened");
	end();
}

static void test_unmount(void)
{
	struct nlmsghdr *nlh = message(DIVULGE_CMD_BIRTH_NTF);
	const struct mount *mount;

	begin(&sink_json);
	mount = &events.paths.mounts[0];
	put_birth(nlh, 1, 16, "before");
	put_unmount(nlh, 2, 99);
	ok(!events_message(nlh, &events) && !lines("unmount") &&
	   !events.unmounted && mount->sb, "what others watch is unmounted");
	nlh = message(DIVULGE_CMD_BIRTH_NTF);
	put_birth(nlh, 3, 16, "last");
	put_unmount(nlh, 4, 16);
	put_birth(nlh, 5, 16, "of another");
	ok(!events_message(nlh, &events) && events.unmounted && !mount->sb &&
	   mount->left == 4000000000, "what we watch is unmounted");
	ok(lines("{\"event\":\"unmount\",\"seq\":4,"
		 "\"time\":\"1970-01-01T00:00:04.000000000Z\","
		 "\"sb_dev\":\"254:16\",\"fs\":\"xfs\","
		 "\"path\":\"/no/such/directory\"}\n") == 1, "all of it");
	ok(lines("birth\"") == 2 && lines("last") == 1 && !lines("lost"),
	   "its number is one of the births', and nothing comes after");
	end();

	begin(&sink_text);
	nlh = message(DIVULGE_CMD_BIRTH_NTF);
	put_unmount(nlh, 1, 16);
	events_message(nlh, &events);
	is_text("00:00:04.000000000 unmounted xfs 254:16, was watched on "
		"/no/such/directory\n", "text for people");
	end();
}

static void test_gone(void)
{
	struct nlmsghdr *nlh = message(DIVULGE_CMD_BIRTH_NTF);
	struct mount *mount;

	begin(&sink_json);
	mount = &events.paths.mounts[0];
	put_birth(nlh, 1, 16, "before");
	events_message(nlh, &events);
	ok(!events.doubt, "nothing is lost");
	nlh = message(DIVULGE_CMD_BIRTH_NTF);
	put_birth(nlh, 3, 99, "elsewhere");
	events_message(nlh, &events);
	ok(events.doubt, "it may have been an unmount");
	ok(!events_gone(&events) && !events.unmounted && mount->sb,
	   "it was none");
	mount->gone = true;
	strcpy(mount->fs, "xfs");
	ok(!events_gone(&events) && events.unmounted && !mount->sb &&
	   mount->left == 2000000001, "it was one");
	ok(lines("{\"event\":\"unmount\",\"seq\":0,") == 1 &&
	   lines("\"sb_dev\":\"254:16\",\"fs\":\"xfs\","
		 "\"path\":\"/no/such/directory\"}\n") == 1, "and is told");
	ok(!events_gone(&events) && lines("unmount") == 1, "once");
	end();
}

static void test_watch(void)
{
	struct divulge_watch watch = {
		.sb_dev_major = 254, .sb_dev_minor = 16, .fs = "xfs", .id = 3,
		.types = 255, .uid = UINT32_MAX, .portid = 77,
	};

	begin(&sink_text);
	events_watch(&events, &events.paths.mounts[0], &watch);
	ok(lines(" watching xfs on /no/such/directory (254:16)\n") == 1,
	   "what is watched again");
	end();
	begin(&sink_json);
	events_watch(&events, &events.paths.mounts[0], &watch);
	ok(lines("\"path\":\"/no/such/directory\",\"id\":3,\"fs\":\"xfs\","
		 "\"sb_dev\":\"254:16\",\"root_ino\":null,\"types\":null,"
		 "\"uid\":null,\"portid\":77}\n") == 1, "without limits");
	watch.types = 1 << DIVULGE_FILE_TYPE_REG | 1 << DIVULGE_FILE_TYPE_DIR;
	watch.uid = 0;
	watch.root_ino = 128;
	events_watch(&events, &events.paths.mounts[0], &watch);
	ok(lines("\"root_ino\":128,\"types\":[\"reg\",\"dir\"],\"uid\":0,")
	   == 1, "and with");
	end();
}

/* A loss is to be looked for, once and from its first to its last. */
static void test_rescan(void)
{
	const struct rescan *rescan = &events.rescan;
	struct nlmsghdr *nlh;

	begin(&sink_json);
	nlh = message(DIVULGE_CMD_DCCP_NTF);
	put_change(nlh, 1);
	put_change(nlh, 9);
	events_message(nlh, &events);
	ok(lines("lost") == 1 && !rescan->pending,
	   "nothing is looked for where DCCP was lost");
	nlh = message(DIVULGE_CMD_BIRTH_NTF);
	put_loss(nlh, 1, 1);
	put_birth(nlh, 5, 16, "a");
	events_message(nlh, &events);
	ok(rescan->pending && rescan->window.since == 1000000000 &&
	   rescan->window.until == 2000000001, "a loss and a gap");
	nlh = message(DIVULGE_CMD_BIRTH_NTF);
	put_unmount(nlh, 6, 16);
	events_message(nlh, &events);
	ok(events.paths.mounts[0].left == 1000000000,
	   "what was lost before an unmount is looked for after it");
	end();
	begin(&sink_json);
	events.rescan.off = true;
	nlh = message(DIVULGE_CMD_BIRTH_NTF);
	put_loss(nlh, 1, 1);
	events_message(nlh, &events);
	ok(lines("lost") == 1 && !rescan->pending, "unless nobody wants it");
	end();
}

static void test_odd(void)
{
	struct nlmsghdr *nlh = message(DIVULGE_CMD_BIRTH_NTF);
	struct nlattr *nest;

	begin(&sink_json);
	nest = mnl_attr_nest_start(nlh, DIVULGE_A_BIRTH_EVENTS_EVENT);
	mnl_attr_put_u32(nlh, 99, 1);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put_u32(nlh, 99, 1);
	ok(!events_message(nlh, &events) && !lines("{"),
	   "what is not known is left out");
	ok(!events_message(message(200), &events), "an unknown command");
	end();
}

static void test_error(void)
{
	struct nlmsghdr *nlh = message(DIVULGE_CMD_BIRTH_NTF);

	begin(&sink_json);
	fclose(sink.out);
	free(text);
	sink.out = fopen("/dev/full", "w");
	setvbuf(sink.out, NULL, _IONBF, 0);
	put_birth(nlh, 1, 16, "a");
	ok(events_message(nlh, &events) == -ENOSPC, "a full disk");
	ok(sink_flush(&sink) == -ENOSPC, "is remembered");
	text = NULL;
	end();
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	test_birth();
	test_change();
	test_text();
	test_numbers();
	test_begin_and_end();
	test_count();
	test_watches();
	test_some_changes();
	test_unmount();
	test_gone();
	test_watch();
	test_rescan();
	test_odd();
	test_error();
	return tap_end();
}
