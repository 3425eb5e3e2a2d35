// SPDX-License-Identifier: GPL-2.0
/* From messages as the module sends them to paths; with the file, for statics */
#include "../tree.c"
#include "test/tap.h"

#define NO_DEPTH	UINT32_MAX

static char buf[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
static struct divulge_birth_total total;
static struct tree tree;
static char told[1 << 20];
static size_t told_len;
static int refusal;

__attribute__((format(printf, 1, 2)))
static void note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	told_len += vsnprintf(told + told_len, sizeof(told) - told_len, fmt,
			      ap);
	va_end(ap);
}

static void forget(void)
{
	told_len = 0;
	told[0] = '\0';
}

static int tell_entry(void *arg, const struct bytes *path,
		      const struct divulge_birth *birth)
{
	bool good = arg == &total && strlen(path->data) == path->len;

	note("%s%s=%llu ", good ? "" : "!", path->data,
	     (unsigned long long)birth->ino);
	return refusal;
}

static int tell_skip(void *arg, const struct bytes *path,
		     const struct divulge_birth_skip *skip)
{
	bool good = arg == &total && strlen(path->data) == path->len;

	note("%s%s-%u/%u ", good ? "" : "!", path->data, skip->reason,
	     skip->error);
	return refusal;
}

static const struct tree_ops ops = {
	.entry = tell_entry, .skip = tell_skip,
};

static void begin(void)
{
	tree = (struct tree){ .ops = &ops, .arg = &total, .total = &total };
	total = (struct divulge_birth_total){ 0 };
	refusal = 0;
	forget();
}

static void end(void)
{
	free(tree.path);
	free(tree.ends);
}

static struct nlmsghdr *message(uint32_t depth, const char *dir)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	if (depth != NO_DEPTH)
		mnl_attr_put_u32(nlh, DIVULGE_A_BIRTH_TREE_DEPTH, depth);
	if (dir)
		mnl_attr_put(nlh, DIVULGE_A_BIRTH_TREE_DIR, strlen(dir), dir);
	return nlh;
}

static void put_entry(struct nlmsghdr *nlh, const char *name, uint64_t ino)
{
	struct divulge_birth birth = { .ino = ino };
	struct nlattr *nest;

	nest = mnl_attr_nest_start(nlh, DIVULGE_A_BIRTH_TREE_ENTRY);
	mnl_attr_put(nlh, DIVULGE_A_BIRTH_ENTRY_RECORD, sizeof(birth), &birth);
	if (name)
		mnl_attr_put(nlh, DIVULGE_A_BIRTH_ENTRY_NAME, strlen(name),
			     name);
	mnl_attr_nest_end(nlh, nest);
}

static void put_skip(struct nlmsghdr *nlh, const char *name, uint8_t reason,
		     uint32_t error)
{
	struct divulge_birth_skip skip = { .reason = reason, .error = error };
	struct nlattr *nest;

	nest = mnl_attr_nest_start(nlh, DIVULGE_A_BIRTH_TREE_SKIP);
	mnl_attr_put(nlh, DIVULGE_A_BIRTH_SKIP_RECORD, sizeof(skip), &skip);
	if (name)
		mnl_attr_put(nlh, DIVULGE_A_BIRTH_SKIP_NAME, strlen(name),
			     name);
	mnl_attr_nest_end(nlh, nest);
}

static void put_total(struct nlmsghdr *nlh, uint64_t n)
{
	struct divulge_birth_total t = { n, n + 1, n + 2 };

	mnl_attr_put(nlh, DIVULGE_A_BIRTH_TREE_TOTAL, sizeof(t), &t);
}

static int give(const struct nlmsghdr *nlh)
{
	return on_message(nlh, &tree);
}

static int tell(uint32_t depth, const char *dir, const char *name)
{
	struct nlmsghdr *nlh = message(depth, dir);

	if (name)
		put_entry(nlh, name, depth);
	return give(nlh);
}

static void is_told(int err, const char *want, const char *name)
{
	if (!ok(!err && !strcmp(told, want), "%s", name))
		printf("# got  %d %s\n# want %s\n", err, told, want);
	forget();
}

static void test_root(void)
{
	struct divulge_moment started = { .sec = 1 };
	struct nlmsghdr *nlh = message(NO_DEPTH, NULL);
	int err;

	begin();
	mnl_attr_put(nlh, DIVULGE_A_BIRTH_TREE_STARTED, sizeof(started),
		     &started);
	is_told(give(nlh), "", "when it began");
	nlh = message(NO_DEPTH, NULL);
	put_entry(nlh, NULL, 2);
	put_skip(nlh, NULL, DIVULGE_BIRTH_SKIP_REASON_UNREADABLE, 0);
	is_told(give(nlh), "=2 -1/0 ", "the file asked for");
	nlh = message(NO_DEPTH, NULL);
	put_total(nlh, 5);
	err = give(nlh);
	ok(!err && tree.counted && total.visited == 5 && total.matched == 6 &&
	   total.skipped == 7, "the end");
	end();
}

static void test_paths(void)
{
	struct nlmsghdr *nlh;
	int err;

	begin();
	nlh = message(0, NULL);
	put_entry(nlh, "a", 1);
	put_skip(nlh, "m", DIVULGE_BIRTH_SKIP_REASON_MOUNT, 0);
	put_entry(nlh, "b\n", 2);
	is_told(give(nlh), "a=1 m-3/0 b\n=2 ", "what is in it");
	is_told(tell(0, NULL, "c"), "c=0 ", "and more of it");
	is_told(tell(1, "a", "d"), "a/d=1 ", "what is in one of these");
	nlh = message(2, "d");
	put_skip(nlh, NULL, DIVULGE_BIRTH_SKIP_REASON_ERROR, 5);
	put_skip(nlh, "x", DIVULGE_BIRTH_SKIP_REASON_ERROR, 5);
	put_skip(nlh, NULL, DIVULGE_BIRTH_SKIP_REASON_ERROR, 5);
	is_told(give(nlh), "a/d-0/5 a/d/x-0/5 a/d-0/5 ",
		"what could not be read");
	is_told(tell(2, "e", "f"), "a/e/f=2 ", "its neighbour");
	is_told(tell(1, "longer", NULL), "", "one of which nothing is told");
	is_told(tell(2, "g", "h"), "longer/g/h=2 ", "but of one in it");
	err = tell(3, "h", "i");
	err = err ? err : tell(1, "c", "j");
	is_told(err, "longer/g/h/i=3 c/j=1 ", "up by two");
	end();
}

/* Deeper than any path that a system call would take */
static void test_deep(void)
{
	char name[256];
	uint32_t depth;
	int err;

	memset(name, 'n', 255);
	name[255] = '\0';
	begin();
	err = tell(0, NULL, NULL);
	for (depth = 1; depth <= 1000 && !err; depth++)
		err = tell(depth, name, depth % 1000 ? NULL : "x");
	ok(!err && told_len == 1000 * 256 + strlen("x=1000 "),
	   "%u levels of %zu bytes: %d", depth - 1, strlen(name), err);
	end();
}

static void is_bad(int err, const char *name)
{
	ok(err == -EBADMSG && !*told, "%s: %s", name, strerror(-err));
	end();
	begin();
	tell(0, NULL, NULL);
}

static void test_bad_places(void)
{
	begin();
	is_bad(tell(1, "a", "b"), "no directory to be in");
	is_bad(tell(2, "a", "b"), "too deep at once");
	is_bad(tell(NO_DEPTH - 1, "a", "b"), "far too deep");
	is_bad(tell(1, NULL, "b"), "a directory without a name");
	is_bad(tell(0, "a", "b"), "the first one with a name");
	is_bad(tell(NO_DEPTH, "a", NULL), "a directory without a depth");
	is_bad(tell(NO_DEPTH, NULL, "b"), "a name without a directory");
	is_bad(tell(1, "", "b"), "a directory with an empty name");
	is_bad(tell(1, "a/b", "c"), "a directory with a path for a name");
	is_bad(tell(0, NULL, ""), "an empty name");
	is_bad(tell(0, NULL, "../b"), "a path for a name");
	end();
}

static void test_bad_attrs(void)
{
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	begin();
	nlh = message(NO_DEPTH, NULL);
	mnl_attr_put_u16(nlh, DIVULGE_A_BIRTH_TREE_DEPTH, 0);
	is_bad(give(nlh), "a short depth");
	nlh = message(0, NULL);
	put_entry(nlh, NULL, 1);
	is_bad(give(nlh), "no name");
	nlh = message(0, NULL);
	mnl_attr_put(nlh, DIVULGE_A_BIRTH_TREE_ENTRY, 0, NULL);
	is_bad(give(nlh), "an empty entry");
	nlh = message(0, NULL);
	mnl_attr_put(nlh, DIVULGE_A_BIRTH_TREE_SKIP, 0, NULL);
	is_bad(give(nlh), "an empty skip");
	nlh = message(0, NULL);
	nest = mnl_attr_nest_start(nlh, DIVULGE_A_BIRTH_TREE_ENTRY);
	mnl_attr_put(nlh, DIVULGE_A_BIRTH_ENTRY_NAME, 4, "a\0bc");
	mnl_attr_put(nlh, DIVULGE_A_BIRTH_ENTRY_RECORD, 4, "1234");
	mnl_attr_nest_end(nlh, nest);
	is_bad(give(nlh), "a NUL in a name");
	nlh = message(NO_DEPTH, NULL);
	put_skip(nlh, "a", 1, 0);
	is_bad(give(nlh), "a name, and nothing that it is in");
	nlh = message(0, NULL);
	nest = mnl_nlmsg_get_payload_tail(nlh);
	put_entry(nlh, "a", 1);
	nest->nla_len += 4;
	nlh->nlmsg_len += 4;
	is_bad(give(nlh), "an entry with a rest");
	nlh = message(0, NULL);
	put_entry(nlh, "abcd", 1);
	nlh->nlmsg_len -= 4;
	is_bad(give(nlh), "a message cut off");
	nlh = message(0, NULL);
	nest = mnl_nlmsg_get_payload_tail(nlh);
	put_skip(nlh, "abcd", 1, 1);
	nest->nla_len -= 4;
	nlh->nlmsg_len -= 4;
	is_bad(give(nlh), "a name cut off");
	nlh = mnl_nlmsg_put_header(buf);
	is_bad(give(nlh), "nothing");
	end();
}

static void test_refusal(void)
{
	begin();
	refusal = -ENOSPC;
	ok(tell(0, NULL, NULL) == 0 && tell(0, NULL, "a") == -ENOSPC,
	   "who is told may end it");
	end();
}

static int end_it(void *arg)
{
	return arg == &total ? -ECANCELED : 0;
}

static void test_nothing_found(void)
{
	static const struct tree_ops impatient = { .more = end_it };
	struct nlmsghdr *nlh;

	begin();
	tree.ops = &impatient;
	nlh = message(NO_DEPTH, NULL);
	put_total(nlh, 4096);
	ok(give(nlh) == -ECANCELED, "also where nothing is found");
	end();
}

/* One of each kind */
static void make_whole(void)
{
	struct nlmsghdr *nlh = message(1, "dir");

	put_entry(nlh, "name", 1);
	put_skip(nlh, "skip", 3, 2);
	put_entry(nlh, "another", 2);
	put_total(nlh, 1);
}

/* Whatever comes, a reader of it neither crashes nor finds another fault. */
static void test_noise(void)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	unsigned int i, taken = 0, bad = 0, other = 0;
	int err;

	srandom(1);
	begin();
	for (i = 0; i < 100000; i++) {
		forget();
		tell(0, NULL, NULL);
		make_whole();
		/* The netlink header is looked at before */
		buf[16 + random() % (nlh->nlmsg_len - 16)] = random();
		if (i % 4 == 0)
			nlh->nlmsg_len = 16 + random() %
					 (nlh->nlmsg_len - 16);
		err = give(nlh);
		taken += !err;
		bad += err == -EBADMSG;
		other += err && err != -EBADMSG;
	}
	ok(taken && bad && !other, "of %u messages %u are taken, %u not", i,
	   taken, bad);
	end();
}

static void test_request(void)
{
	const struct nlattr *tb[DIVULGE_A_BIRTH_TREE_MAX + 1];
	struct divulge_moment since = { .sec = -1, .nsec = 5 };
	struct tree_query query = { .fd = 7, .max_depth = -1 };
	struct divulge_moment got;
	static struct genl genl;
	int i, n = 0;

	genl_attrs(request(&genl, &query), tb, DIVULGE_A_BIRTH_TREE_MAX);
	for (i = 0; i <= DIVULGE_A_BIRTH_TREE_MAX; i++)
		n += !!tb[i];
	ok(n == 1 && mnl_attr_get_u32(tb[DIVULGE_A_BIRTH_TREE_FD]) == 7,
	   "to ask for all");
	query = (struct tree_query){
		.since = &since, .until = &since, .types = 6, .cross = true,
		.copied_up = true,
	};
	genl_attrs(request(&genl, &query), tb, DIVULGE_A_BIRTH_TREE_MAX);
	genl_struct(tb[DIVULGE_A_BIRTH_TREE_UNTIL], &got, sizeof(got));
	ok(tb[DIVULGE_A_BIRTH_TREE_SINCE] && got.sec == -1 && got.nsec == 5 &&
	   mnl_attr_get_u32(tb[DIVULGE_A_BIRTH_TREE_TYPES]) == 6 &&
	   !mnl_attr_get_u32(tb[DIVULGE_A_BIRTH_TREE_MAX_DEPTH]) &&
	   tb[DIVULGE_A_BIRTH_TREE_CROSS] &&
	   tb[DIVULGE_A_BIRTH_TREE_COPIED_UP], "to ask for some");
}

int main(void)
{
	test_root();
	test_paths();
	test_deep();
	test_bad_places();
	test_bad_attrs();
	test_refusal();
	test_nothing_found();
	test_noise();
	test_request();
	return tap_end();
}
