/* SPDX-FileCopyrightText: The evidenced authors */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * env - the LMDB environment: its codes, its map, its end.
 *
 * A failed assertion inside LMDB means damaged pages. Its handler leaves the
 * file `damaged` beside the data and ends the process; the next index_open()
 * finds it and moves the index aside.
 */
#include "index/env.h"

#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define ENV_READERS_MAX 512
#define ENV_ROOM_MIN    (4ull * 1024 * 1024) /* less free than that: a short write was a full disk */
#define ENV_MAP_STEP    (64ull * 1024)       /* a multiple of every page size */

static const char *const env_names[DB_COUNT] = {
    [DB_META] = "meta",       [DB_FOLDERS] = "folders",     [DB_FILES] = "files",
    [DB_PATHS] = "paths",     [DB_DOCUMENTS] = "documents", [DB_HASHES] = "hashes",
    [DB_TEXTS] = "texts",     [DB_EVIDENCE] = "evidence",   [DB_VECTORS] = "vectors",
    [DB_CHANGES] = "changes",
};

void
store_mark_damaged(struct index *ix, const char *why)
{
	char path[4200];
	int fd;

	log_error("the index is damaged (%s): it is moved aside and made anew at the next start",
		  why);
	snprintf(path, sizeof path, "%s/" ENV_DAMAGED, ix->dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		log_error("%s: %s", path, strerror(errno));
		return;
	}
	if (fsync(fd) != 0)
		log_error("%s: %s", path, strerror(errno));
	close(fd);
}

static void
env_on_assert(MDB_env *env, const char *why)
{
	store_mark_damaged(mdb_env_get_userctx(env), why);
	_exit(INDEX_EXIT_DAMAGED);
}

/* LMDB reports a short write as EIO: only the file system knows that it is full. */
static bool
env_disk_is_full(const struct index *ix)
{
	struct statvfs fs;

	return statvfs(ix->dir, &fs) == 0 &&
	       (uint64_t)fs.f_bavail * (uint64_t)fs.f_frsize < ENV_ROOM_MIN;
}

enum err
err_from_mdb(struct index *ix, int code)
{
	switch (code) {
	case MDB_SUCCESS:
		return OK;
	case MDB_NOTFOUND:
		return ERR_NOT_FOUND;
	case MDB_KEYEXIST:
		return ERR_EXISTS;
	case MDB_MAP_FULL:
		atomic_store(&ix->map_full, true);
		return ERR_FULL;
	case MDB_READERS_FULL:
		return ERR_LIMIT;
	case MDB_INVALID:
	case MDB_VERSION_MISMATCH:
	case MDB_INCOMPATIBLE:
		return ERR_CORRUPT;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_PANIC:
		store_mark_damaged(ix, mdb_strerror(code));
		return ERR_CORRUPT;
	case EIO:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		atomic_store(&ix->map_full, false);
		return code != EIO || env_disk_is_full(ix) ? ERR_FULL : ERR_IO;
	default:
		/* The rest of LMDB's own codes are misuse of its interface. */
		return code < 0 ? ERR_INTERNAL : err_from_errno(code);
	}
}

/* One try with a map of that size. On an error the environment is closed again. */
static enum err
env_open_sized(struct index *ix, uint64_t map_bytes, int *code)
{
	*code = mdb_env_create(&ix->env);
	if (*code != 0) {
		ix->env = NULL;
		return err_from_mdb(ix, *code);
	}
	*code = mdb_env_set_userctx(ix->env, ix);
	if (*code == 0)
		*code = mdb_env_set_assert(ix->env, env_on_assert);
	if (*code == 0)
		*code = mdb_env_set_maxdbs(ix->env, DB_COUNT);
	if (*code == 0)
		*code = mdb_env_set_maxreaders(ix->env, ENV_READERS_MAX);
	if (*code == 0)
		*code = mdb_env_set_mapsize(ix->env, map_bytes);
	/* Snapshots belong to requests, not to threads. */
	if (*code == 0)
		*code = mdb_env_open(ix->env, ix->dir, MDB_NOTLS, 0600);
	if (*code == 0)
		return OK;
	mdb_env_close(ix->env);
	ix->env = NULL;
	return err_from_mdb(ix, *code);
}

/* A file shorter than its last page would be a SIGBUS later. */
static enum err
env_check_length(struct index *ix)
{
	MDB_envinfo info;
	MDB_stat pages;
	struct stat st;
	int fd, code;

	code = mdb_env_info(ix->env, &info);
	if (code == 0)
		code = mdb_env_stat(ix->env, &pages);
	if (code == 0)
		code = mdb_env_get_fd(ix->env, &fd);
	if (code != 0)
		return err_from_mdb(ix, code);
	if (fstat(fd, &st) != 0)
		return err_from_errno(errno);
	return (uint64_t)st.st_size < (uint64_t)(info.me_last_pgno + 1) * pages.ms_psize
		   ? ERR_CORRUPT
		   : OK;
}

void
env_measure(struct index *ix)
{
	MDB_envinfo info;
	MDB_stat pages;
	uint64_t bytes, map_bytes;

	if (mdb_env_info(ix->env, &info) != 0 || mdb_env_stat(ix->env, &pages) != 0)
		return;
	bytes = (uint64_t)(info.me_last_pgno + 1) * pages.ms_psize;
	map_bytes = info.me_mapsize;
	pthread_mutex_lock(&ix->lock);
	ix->bytes = bytes;
	ix->map_bytes = map_bytes;
	pthread_mutex_unlock(&ix->lock);
}

enum err
env_open(struct index *ix, uint64_t map_bytes)
{
	MDB_txn *txn = NULL;
	int code, dead;
	enum err e;

	map_bytes = (map_bytes + ENV_MAP_STEP - 1) / ENV_MAP_STEP * ENV_MAP_STEP;
	for (;;) {
		e = env_open_sized(ix, map_bytes, &code);
		if (code != ENOMEM || map_bytes / 2 < STORE_MAP_MIN)
			break;
		log_warning("the system refuses a map of %llu MiB for the index: trying half",
			    (unsigned long long)(map_bytes >> 20));
		map_bytes /= 2;
	}
	if (e != OK)
		return e;
	e = env_check_length(ix);
	if (e != OK)
		goto out;
	/* Slots of readers that were killed would keep every old page. */
	code = mdb_reader_check(ix->env, &dead);
	if (code == 0)
		code = mdb_txn_begin(ix->env, NULL, 0, &txn);
	for (size_t i = 0; i < DB_COUNT && code == 0; i++)
		code = mdb_dbi_open(txn, env_names[i], MDB_CREATE, &ix->dbi[i]);
	if (code == 0) {
		code = mdb_txn_commit(txn);
		txn = NULL;
	}
	if (txn != NULL)
		mdb_txn_abort(txn);
	e = err_from_mdb(ix, code);
	if (e == OK)
		env_measure(ix);
out:
	if (e != OK)
		env_close(ix);
	return e;
}

void
env_close(struct index *ix)
{
	if (ix->env != NULL)
		mdb_env_close(ix->env);
	ix->env = NULL;
}

/* LMDB lets go of its map before it asks for the new one: ask before. */
static bool
env_has_addresses(uint64_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return false;
	munmap(p, bytes);
	return true;
}

enum err
index_grow(struct index *ix)
{
	uint64_t map_bytes;
	enum err e;
	int code;

	/* A bigger map does not help a full disk. */
	if (!atomic_load(&ix->map_full) || env_disk_is_full(ix))
		return ERR_FULL;
	if (!env_has_addresses(ix->map_bytes * 2))
		return ERR_FULL;
	pthread_mutex_lock(&ix->lock);
	ix->growing = true;
	while (ix->reads != NULL)
		pthread_cond_wait(&ix->changed, &ix->lock);
	map_bytes = ix->map_bytes * 2;
	code = mdb_env_set_mapsize(ix->env, map_bytes);
	/* Without a map nothing works any more. */
	e = code == ENOMEM ? ERR_IO : err_from_mdb(ix, code);
	ix->growing = false;
	pthread_cond_broadcast(&ix->changed);
	pthread_mutex_unlock(&ix->lock);
	if (e == OK) {
		atomic_store(&ix->map_full, false);
		log_info("the index's map has %llu MiB now", (unsigned long long)(map_bytes >> 20));
		env_measure(ix);
	}
	return e;
}
