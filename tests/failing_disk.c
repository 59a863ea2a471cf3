/* A disk that fails on purpose: the n-th write, sync or rename below a folder returns an error, or the process
   is killed there. Loaded before the C library (LD_PRELOAD); armed by the test through ctypes. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static char below[PATH_MAX];
static long at, seen;
static int how; /* an errno; 0: SIGKILL */

void arm(const char *folder, long number, int error)
{
    snprintf(below, sizeof below, "%s", folder);
    at = number, how = error, seen = 0;
}

long calls(void) { return seen; }

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
    if (!concerned || ++seen != at)
        return 0;
    if (!how)
        kill(getpid(), SIGKILL);
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
