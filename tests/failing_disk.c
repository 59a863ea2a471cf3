/* A disk that fails on purpose: the n-th write, sync or rename below a folder returns an error, or the process
   is killed there; or its whole group is, then also at files that are opened and folders that are made. Loaded
   before the C library (LD_PRELOAD); armed by the test through ctypes, or by FAILING_DISK="number folder". A fork
   counts on with its parent. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static char below[PATH_MAX];
static long at, *seen; /* shared with forks */
static int how; /* an errno; 0: SIGKILL; GROUP: SIGKILL for the process group */
enum { GROUP = -1 };

void arm(const char *folder, long number, int error)
{
    if (!seen)
        seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    snprintf(below, sizeof below, "%s", folder);
    at = number, how = error, *seen = 0;
}

__attribute__((constructor)) static void arm_from_outside(void)
{
    const char *words = getenv("FAILING_DISK");
    char *folder;
    long number = words ? strtol(words, &folder, 10) : 0;
    if (number > 0)
        arm(folder + 1, number, GROUP);
}

long calls(void) { return *seen; }

static int is_below(const char *path) { return below[0] && !strncmp(path, below, strlen(below)); }

static int handle_is_below(int handle)
{
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return is_below(path);
}

static int fails(int concerned)
{
    if (!concerned || __atomic_add_fetch(seen, 1, __ATOMIC_SEQ_CST) != at)
        return 0;
    if (how <= 0)
        kill(how == GROUP ? 0 : getpid(), SIGKILL);
    errno = how;
    return 1;
}

#define REAL(name, result, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) \
        real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

ssize_t write(int handle, const void *data, size_t size)
{
    REAL("write", ssize_t, int, const void *, size_t);
    return fails(handle_is_below(handle)) ? -1 : real(handle, data, size);
}

int fsync(int handle)
{
    REAL("fsync", int, int);
    return fails(handle_is_below(handle)) ? -1 : real(handle);
}

int rename(const char *from, const char *to)
{
    REAL("rename", int, const char *, const char *);
    return fails(is_below(to)) ? -1 : real(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    REAL("renameat", int, int, const char *, int, const char *);
    int concerned = to[0] == '/' ? is_below(to) : handle_is_below(to_folder);
    return fails(concerned) ? -1 : real(from_folder, from, to_folder, to);
}

int unlink(const char *path)
{
    REAL("unlink", int, const char *);
    return fails(is_below(path)) ? -1 : real(path);
}

int unlinkat(int folder, const char *path, int flags)
{
    REAL("unlinkat", int, int, const char *, int);
    int concerned = path[0] == '/' ? is_below(path) : handle_is_below(folder);
    return fails(concerned) ? -1 : real(folder, path, flags);
}

/* Opening and making fails only with the whole group: the counts of single commits stay what they were. */
static int is_made_below(int folder, const char *path)
{
    if (how != GROUP || !below[0])
        return 0;
    return path[0] == '/' || folder == AT_FDCWD ? is_below(path) : handle_is_below(folder);
}

int openat64(int folder, const char *path, int flags, ...)
{
    REAL("openat64", int, int, const char *, int, ...);
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return fails(is_made_below(folder, path)) ? -1 : real(folder, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    REAL("open64", int, const char *, int, ...);
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return fails(is_made_below(AT_FDCWD, path)) ? -1 : real(path, flags, mode);
}

int mkdirat(int folder, const char *path, mode_t mode)
{
    REAL("mkdirat", int, int, const char *, mode_t);
    return fails(is_made_below(folder, path)) ? -1 : real(folder, path, mode);
}
