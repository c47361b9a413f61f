/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * watch_map - two chained hash tables over one tree.
 */
#include "daemon/watch_map.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/inotify.h>

#define TABLE_CAP_MIN 256

struct watch_node {
	struct watch_node *parent, *children, *prev, *next;
	struct watch_node *wd_next, *name_next; /* in the tables' chains */
	struct watch_root *root;                /* of a root's own node; else NULL */
	uint64_t sweep;
	int wd; /* -1: none */
	uint32_t hash;
	size_t name_n;
	char name[];
};

/* --- the tables: `by_name` decides which of a node's two chains is meant --- */

static uint32_t
watch_hash_name(const struct watch_node *parent, struct span name)
{
	uint64_t h = (uint64_t)(uintptr_t)parent * 0x9e3779b97f4a7c15u;

	for (size_t i = 0; i < name.n; i++)
		h = (h ^ (unsigned char)name.p[i]) * 0x100000001b3u;
	return (uint32_t)(h >> 32 ^ h);
}

static uint32_t
watch_hash_wd(int wd)
{
	return (uint32_t)wd * 0x9e3779b1u;
}

static struct watch_node **
watch_next_of(struct watch_node *node, bool by_name)
{
	return by_name ? &node->name_next : &node->wd_next;
}

static struct watch_node **
watch_chain(const struct watch_table *t, uint32_t hash)
{
	return &t->chains[(hash ^ hash >> 16) & (t->cap - 1)];
}

static enum err
watch_table_grow(struct watch_table *t, bool by_name)
{
	struct watch_table grown = {.cap = t->cap * 2, .count = t->count};

	if (t->count < t->cap)
		return OK;
	grown.chains = calloc(grown.cap, sizeof *grown.chains);
	if (grown.chains == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < t->cap; i++) {
		struct watch_node *node, *next;

		for (node = t->chains[i]; node != NULL; node = next) {
			struct watch_node **chain =
			    watch_chain(&grown, by_name ? node->hash : watch_hash_wd(node->wd));

			next = *watch_next_of(node, by_name);
			*watch_next_of(node, by_name) = *chain;
			*chain = node;
		}
	}
	free(t->chains);
	*t = grown;
	return OK;
}

static void
watch_table_add(struct watch_table *t, struct watch_node *node, uint32_t hash, bool by_name)
{
	struct watch_node **chain = watch_chain(t, hash);

	*watch_next_of(node, by_name) = *chain;
	*chain = node;
	t->count++;
}

static void
watch_table_remove(struct watch_table *t, struct watch_node *node, uint32_t hash, bool by_name)
{
	struct watch_node **at = watch_chain(t, hash);

	while (*at != node)
		at = watch_next_of(*at, by_name);
	*at = *watch_next_of(node, by_name);
	t->count--;
}

/* --- the tree, under the lock --- */

static struct watch_node *
watch_node_child(const struct watch_map *m, const struct watch_node *parent, struct span name)
{
	uint32_t hash = watch_hash_name(parent, name);
	struct watch_node *node = *watch_chain(&m->by_name, hash);

	while (node != NULL && !(node->hash == hash && node->parent == parent &&
				 span_eq((struct span){node->name, node->name_n}, name)))
		node = node->name_next;
	return node;
}

static struct watch_node *
watch_node_of(const struct watch_map *m, int wd)
{
	struct watch_node *node = *watch_chain(&m->by_wd, watch_hash_wd(wd));

	while (node != NULL && node->wd != wd)
		node = node->wd_next;
	return node;
}

static struct watch_node *
watch_node_top(struct watch_node *node)
{
	while (node->parent != NULL)
		node = node->parent;
	return node;
}

static struct watch_node *
watch_node_new(struct watch_map *m, struct watch_node *parent, struct span name)
{
	struct watch_node *node = NULL;

	if (watch_table_grow(&m->by_name, true) == OK)
		node = malloc(sizeof *node + name.n);
	if (node == NULL)
		return NULL;
	*node =
	    (struct watch_node){.parent = parent, .wd = -1, .name_n = name.n, .sweep = m->sweep};
	if (name.n > 0)
		memcpy(node->name, name.p, name.n);
	return node;
}

static void
watch_node_link(struct watch_map *m, struct watch_node *parent, struct watch_node *node)
{
	node->parent = parent;
	node->hash = watch_hash_name(parent, (struct span){node->name, node->name_n});
	watch_table_add(&m->by_name, node, node->hash, true);
	node->prev = NULL;
	node->next = parent->children;
	if (node->next != NULL)
		node->next->prev = node;
	parent->children = node;
}

static void
watch_node_unlink(struct watch_map *m, struct watch_node *node)
{
	if (node->parent == NULL)
		return;
	watch_table_remove(&m->by_name, node, node->hash, true);
	*(node->prev == NULL ? &node->parent->children : &node->prev->next) = node->next;
	if (node->next != NULL)
		node->next->prev = node->prev;
	node->parent = node->prev = node->next = NULL;
}

static void
watch_node_count(struct watch_node *node, int change)
{
	struct watch_root *root = watch_node_top(node)->root;

	if (root != NULL)
		root->count += (uint64_t)(int64_t)change;
}

static void
watch_node_take_wd(struct watch_map *m, struct watch_node *node)
{
	if (node->wd < 0)
		return;
	watch_table_remove(&m->by_wd, node, watch_hash_wd(node->wd), false);
	watch_node_count(node, -1);
	node->wd = -1;
}

/* Frees a node that has no children, is in no chain and has no watch. */
static void
watch_node_free(struct watch_map *m, struct watch_node *node)
{
	struct watch_root **at = &m->roots, *root = node->root;

	if (root != NULL) {
		while (*at != root)
			at = &(*at)->next;
		*at = root->next;
		free(root);
	}
	free(node);
}

/* The next node in post-order below `top`, `top` the last; NULL behind it. */
static struct watch_node *
watch_node_after(struct watch_node *node, const struct watch_node *top)
{
	if (node == top)
		return NULL;
	if (node->next == NULL)
		return node->parent;
	node = node->next;
	while (node->children != NULL)
		node = node->children;
	return node;
}

static struct watch_node *
watch_node_first(struct watch_node *top)
{
	while (top->children != NULL)
		top = top->children;
	return top;
}

/* Drops the nodes of a subtree whose sweep is older; a node with living children stays, without a
 * watch. */
static void
watch_node_drop(struct watch_map *m, struct watch_node *top, uint64_t before)
{
	struct watch_node *node = watch_node_first(top), *next;

	for (; node != NULL; node = next) {
		next = watch_node_after(node, top);
		if (node->sweep >= before)
			continue;
		if (node->wd >= 0) {
			/* It fails when the system removed the watch already: that is as well. */
			inotify_rm_watch(m->fd, node->wd);
			watch_node_take_wd(m, node);
		}
		if (node->children == NULL) {
			watch_node_unlink(m, node);
			watch_node_free(m, node);
		}
	}
}

static struct watch_root *
watch_root_of(const struct watch_map *m, const struct root *r)
{
	struct watch_root *root = m->roots;

	while (root != NULL && root->root != r)
		root = root->next;
	return root;
}

/* The node at a path, made with all on its way if `make`; NULL: none, or no memory. */
static struct watch_node *
watch_node_at(struct watch_map *m, struct root *r, struct span path, bool make)
{
	struct watch_root *root = watch_root_of(m, r);
	struct watch_node *node = root == NULL ? NULL : root->node, *child;

	if (root == NULL && make) {
		root = calloc(1, sizeof *root);
		node = root == NULL ? NULL : watch_node_new(m, NULL, (struct span){0});
		if (node == NULL) {
			free(root);
			return NULL;
		}
		*root = (struct watch_root){.next = m->roots, .root = r, .node = node};
		node->root = root;
		m->roots = root;
	}
	while (node != NULL && path.n > 0) {
		const char *slash = memchr(path.p, '/', path.n);
		size_t n = slash == NULL ? path.n : (size_t)(slash - path.p);
		struct span name = span_sub(path, 0, n);

		child = watch_node_child(m, node, name);
		if (child == NULL && make) {
			child = watch_node_new(m, node, name);
			if (child != NULL)
				watch_node_link(m, node, child);
		}
		node = child;
		path = span_sub(path, n + 1, SIZE_MAX);
	}
	return node;
}

static void
watch_node_path(const struct watch_node *node, struct buf *path)
{
	size_t n = 0;
	char *end;

	for (const struct watch_node *up = node; up->parent != NULL; up = up->parent)
		n += up->name_n + 1;
	buf_reset(path);
	if (n == 0 || buf_reserve(path, n) == NULL)
		return;
	path->n = n - 1;
	end = path->p + n;
	for (; node->parent != NULL; node = node->parent) {
		*--end = '/';
		end -= node->name_n;
		memcpy(end, node->name, node->name_n);
	}
	/* The last '/' was written behind the end, where buf_reserve() made room for it. */
}

/* --- what others call --- */

enum err
watch_map_init(struct watch_map *m, int fd)
{
	*m = (struct watch_map){.fd = fd,
				.by_wd = {.cap = TABLE_CAP_MIN},
				.by_name = {.cap = TABLE_CAP_MIN},
				.sweep = 1};
	m->by_wd.chains = calloc(m->by_wd.cap, sizeof *m->by_wd.chains);
	m->by_name.chains = calloc(m->by_name.cap, sizeof *m->by_name.chains);
	if (m->by_wd.chains == NULL || m->by_name.chains == NULL ||
	    pthread_mutex_init(&m->lock, NULL) != 0) {
		free(m->by_wd.chains);
		free(m->by_name.chains);
		return ERR_NOMEM;
	}
	return OK;
}

void
watch_map_clear(struct watch_map *m)
{
	while (m->roots != NULL)
		watch_node_drop(m, m->roots->node, UINT64_MAX);
	free(m->by_wd.chains);
	free(m->by_name.chains);
	pthread_mutex_destroy(&m->lock);
}

enum err
watch_map_add(struct watch_map *m, struct root *r, struct span path, const char *name,
	      uint32_t mask)
{
	struct watch_node *node, *holder;
	enum err e = ERR_NOMEM;
	int wd;

	pthread_mutex_lock(&m->lock);
	if (watch_table_grow(&m->by_wd, false) != OK)
		goto out;
	node = watch_node_at(m, r, path, true);
	if (node == NULL)
		goto out;
	node->sweep = m->sweep;
	wd = inotify_add_watch(m->fd, name, mask);
	e = wd < 0 ? err_from_errno(errno) : OK;
	if (e != OK || node->wd == wd)
		goto out;
	holder = watch_node_of(m, wd);
	if (holder != NULL)
		watch_node_take_wd(m, holder);
	if (node->wd >= 0) {
		/* Another folder has come to the same place. */
		inotify_rm_watch(m->fd, node->wd);
		watch_node_take_wd(m, node);
	}
	node->wd = wd;
	watch_table_add(&m->by_wd, node, watch_hash_wd(wd), false);
	watch_node_count(node, 1);
out:
	pthread_mutex_unlock(&m->lock);
	return e;
}

void
watch_map_drop(struct watch_map *m, struct root *r, struct span path)
{
	struct watch_node *node;

	pthread_mutex_lock(&m->lock);
	node = watch_node_at(m, r, path, false);
	if (node != NULL)
		watch_node_drop(m, node, UINT64_MAX);
	pthread_mutex_unlock(&m->lock);
}

uint64_t
watch_map_sweep_begin(struct watch_map *m)
{
	uint64_t begun;

	pthread_mutex_lock(&m->lock);
	begun = ++m->sweep;
	pthread_mutex_unlock(&m->lock);
	return begun;
}

void
watch_map_sweep_end(struct watch_map *m, struct root *r, struct span path, uint64_t begun)
{
	struct watch_node *node;

	pthread_mutex_lock(&m->lock);
	node = watch_node_at(m, r, path, false);
	if (node != NULL)
		watch_node_drop(m, node, begun);
	pthread_mutex_unlock(&m->lock);
}

uint64_t
watch_map_count(struct watch_map *m, const struct root *r)
{
	struct watch_root *root;
	uint64_t count;

	pthread_mutex_lock(&m->lock);
	root = watch_root_of(m, r);
	count = root == NULL ? 0 : root->count;
	pthread_mutex_unlock(&m->lock);
	return count;
}

struct root *
watch_map_root(struct watch_map *m, size_t i)
{
	struct watch_root *root;
	struct root *r;

	pthread_mutex_lock(&m->lock);
	for (root = m->roots; root != NULL && i > 0; root = root->next)
		i--;
	r = root == NULL ? NULL : root->root;
	pthread_mutex_unlock(&m->lock);
	return r;
}

struct root *
watch_map_find(struct watch_map *m, int wd, struct buf *path, struct watch_node **aside)
{
	struct watch_node *node, *top;
	struct root *r = NULL;

	*aside = NULL;
	buf_reset(path);
	pthread_mutex_lock(&m->lock);
	node = watch_node_of(m, wd);
	if (node != NULL) {
		top = watch_node_top(node);
		if (top->root == NULL) {
			*aside = top;
		} else {
			watch_node_path(node, path);
			r = buf_err(path) == OK ? top->root->root : NULL;
		}
	}
	pthread_mutex_unlock(&m->lock);
	return r;
}

bool
watch_map_has(struct watch_map *m, int wd, struct span name)
{
	struct watch_node *parent;
	bool has;

	pthread_mutex_lock(&m->lock);
	parent = watch_node_of(m, wd);
	has = parent != NULL && watch_node_child(m, parent, name) != NULL;
	pthread_mutex_unlock(&m->lock);
	return has;
}

void
watch_map_ended(struct watch_map *m, int wd)
{
	struct watch_node *node;

	pthread_mutex_lock(&m->lock);
	node = watch_node_of(m, wd);
	if (node != NULL) {
		watch_node_take_wd(m, node);
		if (node->children == NULL && node->parent != NULL) {
			watch_node_unlink(m, node);
			watch_node_free(m, node);
		}
	}
	pthread_mutex_unlock(&m->lock);
}

struct watch_node *
watch_map_set_aside(struct watch_map *m, int wd, struct span name)
{
	struct watch_node *parent, *node = NULL, *below;
	struct watch_root *root;
	uint64_t count = 0;

	pthread_mutex_lock(&m->lock);
	parent = watch_node_of(m, wd);
	if (parent != NULL)
		node = watch_node_child(m, parent, name);
	if (node != NULL) {
		for (below = watch_node_first(node); below != NULL;
		     below = watch_node_after(below, node))
			count += below->wd >= 0;
		root = watch_node_top(node)->root;
		if (root != NULL)
			root->count -= count;
		watch_node_unlink(m, node);
	}
	pthread_mutex_unlock(&m->lock);
	return node;
}

enum err
watch_map_put_back(struct watch_map *m, struct watch_node *node, int wd, struct span name)
{
	struct watch_node *parent, *renamed = NULL, *child, *below;
	enum err e = OK;

	pthread_mutex_lock(&m->lock);
	parent = watch_node_of(m, wd);
	if (parent == NULL || watch_node_top(parent) == node)
		e = ERR_NOT_FOUND;
	else if (watch_node_child(m, parent, name) != NULL)
		e = ERR_EXISTS;
	else if ((renamed = watch_node_new(m, NULL, name)) == NULL)
		e = ERR_NOMEM;
	if (e != OK)
		goto out;
	/* The name is part of the node: a new one takes over children and watch. */
	renamed->sweep = node->sweep;
	watch_node_link(m, parent, renamed);
	while ((child = node->children) != NULL) {
		watch_node_unlink(m, child);
		watch_node_link(m, renamed, child);
	}
	if (node->wd >= 0) {
		renamed->wd = node->wd;
		watch_node_take_wd(m, node);
		watch_table_add(&m->by_wd, renamed, watch_hash_wd(renamed->wd), false);
	}
	watch_node_free(m, node);
	for (below = watch_node_first(renamed); below != NULL;
	     below = watch_node_after(below, renamed))
		if (below->wd >= 0)
			watch_node_count(below, 1);
out:
	pthread_mutex_unlock(&m->lock);
	return e;
}

void
watch_map_drop_aside(struct watch_map *m, struct watch_node *node)
{
	pthread_mutex_lock(&m->lock);
	watch_node_drop(m, node, UINT64_MAX);
	pthread_mutex_unlock(&m->lock);
}
