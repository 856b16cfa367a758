/* A disk that fails on demand, for LD_PRELOAD. Calls on files within FAULTY_FOLDER behave as the first word of the
   file FAULTY_CONTROL says, as long as it is there:

     full    what would make a file longer fails with ENOSPC; what overwrites does not
     write   every write fails with EIO
     sync    every sync fails with EIO
     meta    the last step of LMDB's commits, a write to a file's first two pages, fails with EIO
     short   of every write of more than one octet, only the first half is written

   FAULTY_COUNT, when set, is a file that grows by an octet with each call that failed so. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum fault { none, full, no_write, no_meta, no_sync, short_write };

/* What the control says, when the file is one of those. */
static enum fault fault_of(int file) {
    const char* folder = getenv("FAULTY_FOLDER");
    const char* control = getenv("FAULTY_CONTROL");
    const int saved = errno;
    const int in = folder == NULL || control == NULL ? -1 : open(control, O_RDONLY | O_CLOEXEC);
    enum fault found = none;
    if (in >= 0) {
        char word[2] = {0, 0}, link[64], path[4096];
        if (read(in, word, 2) == 2)
            found = word[0] == 'f' ? full : word[0] == 'w' ? no_write : word[0] == 'm' ? no_meta : word[1] == 'y' ? no_sync : short_write;
        close(in);
        snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        const ssize_t size = readlink(link, path, sizeof path - 1);
        path[size > 0 ? size : 0] = 0;
        if (strncmp(path, folder, strlen(folder)) != 0) found = none;
        if (found == no_meta && strstr(path, "data.mdb") == NULL) found = none;
    }
    errno = saved;
    return found;
}

static void count(void) {
    const char* path = getenv("FAULTY_COUNT");
    const int out = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (out < 0) return;
    if (syscall(SYS_write, out, ".", 1) < 0) errno = 0;
    close(out);
}

static ssize_t failed(int code) {
    count();
    errno = code;
    return -1;
}

static int grows(int file, off_t end) {
    struct stat found;
    return fstat(file, &found) == 0 && end > found.st_size;
}

/* -1: it fails; 0: as it is; else how much of `size` is written. */
static ssize_t judge(int file, size_t size, off_t at) {
    const enum fault fault = fault_of(file);
    if (fault == no_write || (fault == no_meta && at < 2 * 4096)) return failed(EIO);
    if (fault == full && grows(file, at + (off_t)size)) return failed(ENOSPC);
    if (fault != short_write || size < 2) return 0;
    count();
    return (ssize_t)(size / 2);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void* bytes, size_t size) {
    const off_t at = (fcntl(file, F_GETFL) & O_APPEND) ? lseek(file, 0, SEEK_END) : lseek(file, 0, SEEK_CUR);
    const ssize_t part = at < 0 ? 0 : judge(file, size, at);
    return part < 0 ? -1 : syscall(SYS_write, file, bytes, part > 0 ? (size_t)part : size);
}
ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
    const ssize_t part = judge(file, size, at);
    return part < 0 ? -1 : syscall(SYS_pwrite64, file, bytes, part > 0 ? (size_t)part : size, at);
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
    return pwrite(file, bytes, size, at);
}
ssize_t pwritev(int file, const struct iovec* parts, int number, off_t at) {
    size_t size = 0;
    for (int i = 0; i < number; ++i)
        size += parts[i].iov_len;
    const ssize_t part = judge(file, size, at);
    if (part < 0) return -1;
    if (part == 0) return REAL(pwritev)(file, parts, number, at);
    /* Half of it: of the first pieces. */
    size_t left = (size_t)part, done = 0;
    for (int i = 0; i < number && left > 0; ++i) {
        const size_t some = parts[i].iov_len < left ? parts[i].iov_len : left;
        const ssize_t written = syscall(SYS_pwrite64, file, parts[i].iov_base, some, at + (off_t)done);
        if (written < 0) return done > 0 ? (ssize_t)done : -1;
        done += (size_t)written;
        left -= some;
    }
    return (ssize_t)done;
}
ssize_t pwritev64(int file, const struct iovec* parts, int number, off64_t at) {
    return pwritev(file, parts, number, at);
}
ssize_t writev(int file, const struct iovec* parts, int number) {
    const off_t at = lseek(file, 0, SEEK_CUR);
    if (at < 0 || fault_of(file) == none) return REAL(writev)(file, parts, number);
    const ssize_t written = pwritev(file, parts, number, at);
    if (written > 0) lseek(file, at + written, SEEK_SET);
    return written;
}
int fallocate(int file, int mode, off_t at, off_t size) {
    if (fault_of(file) == full && grows(file, at + size)) return (int)failed(ENOSPC);
    return REAL(fallocate)(file, mode, at, size);
}
int fallocate64(int file, int mode, off64_t at, off64_t size) {
    return fallocate(file, mode, at, size);
}
int posix_fallocate(int file, off_t at, off_t size) {
    if (fault_of(file) == full && grows(file, at + size)) {
        count();
        return ENOSPC;
    }
    return REAL(posix_fallocate)(file, at, size);
}
int ftruncate(int file, off_t size) {
    if (fault_of(file) == full && grows(file, size)) return (int)failed(ENOSPC);
    return REAL(ftruncate)(file, size);
}
int fsync(int file) {
    return fault_of(file) == no_sync ? (int)failed(EIO) : (int)syscall(SYS_fsync, file);
}
int fdatasync(int file) {
    return fault_of(file) == no_sync ? (int)failed(EIO) : (int)syscall(SYS_fdatasync, file);
}
